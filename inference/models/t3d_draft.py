"""Drafted sentences: the nearest known words about each finding, and about organs where nothing was found."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.models.t3d_reading import DraftSentence, Nearest

_SIZE = re.compile(r"\d+(?:[.,]\d+)?(?= ?(?:mm|cm)\b)")
_GAP = "__"


@dataclass(frozen=True)
class Known:
    """A sentence of a training report: what it speaks of, and whether it says that all is well."""

    text: str
    about: str
    normal: bool
    language: str


@dataclass(frozen=True)
class KnownReport:
    """A training report."""

    language: str
    sentences: tuple[Known, ...]

    @property
    def text(self) -> str:
        """The whole report."""
        return " ".join(sentence.text for sentence in self.sentences)


Closeness = Callable[[Sequence[str]], NDArray[np.float64]]
"""Cosines of texts with the study."""


def reports_from_json(data: Sequence[Mapping[str, object]]) -> tuple[KnownReport, ...]:
    """Reports as a card keeps them: {"language": ..., "sentences": [[text, about, normal], ...]}."""
    made = []
    for entry in data:
        language = str(entry["language"])
        rows = entry["sentences"]
        assert isinstance(rows, list)
        said = tuple(Known(str(text), str(about), bool(normal), language) for text, about, normal in rows)
        made.append(KnownReport(language, said))
    return tuple(made)


def draft(
    reports: Sequence[KnownReport],
    found: Sequence[str],
    seen: Sequence[str],
    closeness: Closeness,
    language: str = "en",
) -> tuple[DraftSentence, ...]:
    """Findings that a model called, in the words that lie nearest; then organs it saw and called nothing in.

    Sizes in borrowed sentences are another patient's: they are left blank.
    """
    own = [s for report in reports if report.language == language for s in report.sentences]
    sentences = []
    for about in found:
        candidates = [s.text for s in own if s.about == about and not s.normal]
        if candidates:
            text, cosine = _nearest(candidates, closeness)
            source = f"nearest of {len(candidates)} known sentences, cosine {cosine:.2f}"
            sentences.append(DraftSentence(_SIZE.sub(_GAP, text), source, about))
    for about in seen:
        normal = sorted({s.text for s in own if s.about == about and s.normal})
        if normal:
            text, _ = _nearest(normal, closeness)
            sentences.append(DraftSentence(text, "no finding above threshold"))
    return tuple(sentences)


def nearest_reports(
    reports: Sequence[KnownReport], closeness: Closeness, count: int = 3
) -> tuple[Nearest, ...]:
    """The training reports that fit a study best."""
    if not reports:
        return ()
    cosines = closeness([report.text for report in reports])
    best = np.argsort(-cosines, kind="stable")[:count]
    return tuple(Nearest(reports[int(n)].text, float(cosines[int(n)])) for n in best)


def _nearest(texts: Sequence[str], closeness: Closeness) -> tuple[str, float]:
    unique = list(dict.fromkeys(texts))
    cosines = closeness(unique)
    best = int(np.argmax(cosines))
    return unique[best], float(cosines[best])
