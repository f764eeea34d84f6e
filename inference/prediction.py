"""What a model said about a study, in five honest states. Free of torch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from inference.card import Card, Target

CONCLUSION = "By these values: "  # how a model begins what its values mean together


class State(StrEnum):
    """How a target ended. There is no sixth state, and never silence."""

    FINDING = "finding"
    NO_FINDING = "no finding above threshold"
    NOT_ELIGIBLE = "not eligible"
    FAILED = "failed"
    NOT_RUN = "not run"


class Decision(StrEnum):
    """What the reader made of a finding."""

    UNREVIEWED = "unreviewed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Finding:
    """One target of one model on one study. `score` is None where there is none; `reason` then says why.

    interval  (low, high) that holds the true value in 95 of 100 cases like those of the calibration
    """

    target: Target
    state: State
    score: float | None = None
    reason: str = ""
    decision: Decision = Decision.UNREVIEWED
    comment: str = ""
    interval: tuple[float, float] | None = None

    @property
    def margin(self) -> float | None:
        """How far the score lies on the finding's side of the threshold; positive for a finding."""
        if self.score is None:
            return None
        return (self.score - self.target.threshold) * (-1 if self.target.below else 1)

    @property
    def probability(self) -> float | None:
        """Calibrated probability, or None where the model was not calibrated."""
        if self.score is None or self.target.calibration is None:
            return None
        slope, intercept = self.target.calibration
        return 1.0 / (1.0 + math.exp(-(slope * self.score + intercept)))


@dataclass(frozen=True)
class Exclusion:
    """A display set that the model did not see, and why."""

    display_set_uid: str
    title: str
    reason: str


@dataclass(frozen=True)
class Prediction:
    """Everything one model said about one study, and on what grounds."""

    study_uid: str
    card: Card
    findings: tuple[Finding, ...]
    seen: tuple[str, ...] = ()  # uids of the display sets that the model saw
    excluded: tuple[Exclusion, ...] = ()
    warnings: tuple[str, ...] = ()
    device: str = ""
    seconds: float = 0.0
    created: str = ""  # ISO 8601, UTC
    versions: dict[str, str] = field(default_factory=dict)  # application, torch, ...

    @property
    def conclusions(self) -> tuple[str, ...]:
        """What the model's values mean together, in sentences."""
        return tuple(words for words in self.warnings if words.startswith(CONCLUSION))

    @property
    def cautions(self) -> tuple[str, ...]:
        """What is odd about the study or contradictory in the values, in sentences."""
        return tuple(words for words in self.warnings if not words.startswith(CONCLUSION))

    @property
    def shared_reason(self) -> str:
        """State and reason in one clause where no target has a score and all have the same; else empty."""
        silent = {(f.state, f.reason) for f in self.findings if f.score is None}
        if len(silent) != 1 or any(f.score is not None for f in self.findings):
            return ""
        state, reason = next(iter(silent))
        return f"{state.value}: {reason}" if reason else ""

    @property
    def unanswered(self) -> str:
        """Why no target has a score, each state and reason once; empty where one has."""
        if any(f.score is not None for f in self.findings):
            return ""
        said = (f"{f.state.value}: {f.reason}" if f.reason else f.state.value for f in self.findings)
        return "; ".join(dict.fromkeys(said))

    def finding(self, name: str) -> Finding:
        """The finding of the target called `name`; ValueError if there is none."""
        for finding in self.findings:
            if finding.target.name == name:
                return finding
        raise ValueError(f"no finding {name!r}")


Intervals = Sequence[tuple[float, float] | None]


def findings_from_scores(
    card: Card, scores: Sequence[float], intervals: Intervals | None = None
) -> tuple[Finding, ...]:
    """Put scores against their thresholds; in the group "priority" only the highest is a finding."""
    levels = [s for t, s in zip(card.targets, scores, strict=True) if t.group == "priority"]
    top = max(levels, default=math.inf)
    found = [_finding(t, float(s), top) for t, s in zip(card.targets, scores, strict=True)]
    if intervals is not None:
        found = [replace(f, interval=i) for f, i in zip(found, intervals, strict=True)]
    return tuple(found)


def findings_without_scores(card: Card, state: State, reason: str) -> tuple[Finding, ...]:
    """The same state and reason for every target: not eligible, failed or not run."""
    return tuple(Finding(target, state, reason=reason) for target in card.targets)


def _finding(target: Target, score: float, top_priority: float) -> Finding:
    if not math.isfinite(score):
        return Finding(target, State.FAILED, reason="The model answered with a number that is not finite.")
    if target.below:
        positive = score <= target.threshold
    else:
        positive = score >= (top_priority if target.group == "priority" else target.threshold)
    return Finding(target, State.FINDING if positive else State.NO_FINDING, score)
