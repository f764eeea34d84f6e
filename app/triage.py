"""What the stored answers of models say about a study, in one line to sort a worklist by.

The strongest finding is the one that lies furthest beyond its cut-off. Scores of different models and units
do not compare: the order says where to look first, not how ill somebody is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from app.report.measures import is_measure, measure_words, value_words
from inference.card import Card
from inference.models.radclip_labels import matches_words
from inference.prediction import Decision, Finding, State

MOST_NAMED = 4  # findings of one model in the tooltip
_WELL = re.compile(r"(^|_)normal$")  # targets that say that nothing is wrong
NOTE = (
    "The order is by how far a finding lies beyond its cut-off; figures of different models do not compare."
)

Answer = tuple[Card, Sequence[Finding]]


class Level(IntEnum):
    """What all models together say, from the least to the most urgent."""

    NO_ANSWER = 0
    NO_FINDING = 1
    FINDING = 2


@dataclass(frozen=True)
class Triage:
    """One line of the triage column.

    words     such as "Enhancing tumour +1.9"
    strength  0..1 of the strongest finding: how far it lies from its cut-off towards the end of its scale
    details   who says so and what else, for a tooltip
    """

    words: str
    level: Level
    strength: float
    details: str

    @property
    def rank(self) -> float:
        """By what a list is sorted: the greater, the sooner to be looked at."""
        return self.level + self.strength


def triage_of(answers: Iterable[Answer]) -> Triage | None:
    """What the last answer of each model says about one study; None where none ran."""
    told = [(card, tuple(findings)) for card, findings in answers if findings and not matches_words(card)]
    if not told:
        return None
    positive = [_positive(findings) for _, findings in told]
    lines = [_told(*answer, found) for answer, found in zip(told, positive, strict=True)]
    details = "\n".join([*lines, NOTE])
    if tops := [found[0] for found in positive if found]:
        top = max(tops, key=strength_of)
        return Triage(_words(top), Level.FINDING, strength_of(top), details)
    if any(finding.score is not None for _, findings in told for finding in findings):
        return Triage("No finding", Level.NO_FINDING, 0.0, details)
    state = told[0][1][0].state.value
    return Triage(state[:1].upper() + state[1:], Level.NO_ANSWER, 0.0, details)


def strength_of(finding: Finding) -> float:
    """0 at the cut-off, 1 at the end of the scale: certainty of a class, twice the cut-off of a measure."""
    margin, cut_off = finding.margin, finding.target.threshold
    if margin is None or finding.score is None:
        return 0.0
    if is_measure(finding.target):
        return min(max(margin / abs(cut_off), 0.0), 1.0) if cut_off else math.tanh(max(margin, 0.0))
    slope, intercept = finding.target.calibration or (1.0, 0.0)
    here, there = (_sigmoid(slope * value + intercept) for value in (finding.score, cut_off))
    return min(max((here - there) / max(1.0 - there, 1e-9), 0.0), 1.0)


def _positive(findings: Iterable[Finding]) -> list[Finding]:
    """What speaks for a disease and was not rejected by a reader, strongest first."""
    groups = ("diagnosis", "measure")
    found = [f for f in findings if f.state is State.FINDING and f.target.group in groups]
    kept = [f for f in found if f.decision is not Decision.REJECTED and not _WELL.search(f.target.name)]
    return sorted(kept, key=strength_of, reverse=True)


def _told(card: Card, findings: Sequence[Finding], found: Sequence[Finding]) -> str:
    """One model's part: what it found, and what it is."""
    named = "; ".join(_in_full(finding) for finding in found[:MOST_NAMED])
    more = f"; and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    if not found:
        scored = any(finding.score is not None for finding in findings)
        reason = f": {findings[0].reason}" if findings[0].reason else ""
        named = State.NO_FINDING.value if scored else f"{findings[0].state.value}{reason}"
    rejected = sum(finding.decision is Decision.REJECTED for finding in findings)
    without = f" (without {rejected} that a reader rejected)" if rejected else ""
    return f"{card.title}: {named}{more}{without}.\n{card.caveat}"


def _words(finding: Finding) -> str:
    if is_measure(finding.target):
        return f"{finding.target.title} {value_words(finding)}"
    margin = round(finding.margin or 0.0, 1) + 0.0  # never minus nothing
    return f"{finding.target.title} {margin:+.1f}".replace("-", "−")


def _in_full(finding: Finding) -> str:
    accepted = ", accepted by a reader" if finding.decision is Decision.ACCEPTED else ""
    if is_measure(finding.target):
        return f"{finding.target.title} {measure_words(finding)}{accepted}"
    return f"{_words(finding)} above its cut-off{accepted}"


def _sigmoid(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-min(max(value, -60.0), 60.0)))
