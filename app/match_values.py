"""What matching answers, as values that are free of torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.card import Card
from inference.prediction import Exclusion, Prediction

TOP_SLICES = 3
DRAWS = 20
_HARDLY = 0.005  # of a cosine: two decimals would not tell
_EVEN = 0.97  # of the largest entropy, from which on attention says nothing

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Match:
    """One label and how well it goes with the picture.

    cosine       of the two vectors; no probability
    probability  calibrated, of labels that were taught; None for others
    unknown      words of the label that the model was never taught
    """

    label: str
    cosine: float
    probability: float | None = None
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class SliceStory:
    """What the slices of a volume had in the match.

    index    pictures of the display set, in display order
    shares   of attention; they sum to one
    top      positions in `index` of the slices with the most attention
    before   cosine of the best label; `after` without the top slices
    harder   of DRAWS random choices of as many slices, how many the top slices outdo
    """

    index: tuple[int, ...]
    shares: tuple[float, ...]
    top: tuple[int, ...] = ()
    before: float = 0.0
    after: float = 0.0
    harder: int = 0

    @property
    def is_even(self) -> bool:
        """Attention is spread so evenly that no slice stands out."""
        p = np.asarray(self.shares)
        entropy = -float((p * np.log(np.maximum(p, 1e-12))).sum())
        return len(p) > 1 and entropy > _EVEN * float(np.log(len(p)))

    @property
    def sentence(self) -> str:
        """The deletion check in words."""
        if not self.top:
            return ""
        names = [str(self.index[t] + 1) for t in sorted(self.top)]
        listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
        change = self.before - self.after
        verb = "hardly changes" if abs(change) < _HARDLY else "falls" if change > 0 else "rises"
        said = (
            f"Without slices {listed} the best match {verb}: {self.before:.2f} → {self.after:.2f}; "
            f"lower than without {self.harder} of {DRAWS} random choices."
        )
        return f"{said} Attention is spread evenly: no slice stands out." if self.is_even else said


@dataclass(frozen=True, eq=False)
class MatchResult:
    """Labels ranked for one display set, and its embedding."""

    study_uid: str
    display_set_uid: str
    title: str
    matches: tuple[Match, ...]
    slices: SliceStory
    vector: Vector
    prediction: Prediction

    @property
    def card(self) -> Card:
        """Of the model that matched."""
        return self.prediction.card


@dataclass(frozen=True, eq=False)
class StudyVectors:
    """Embeddings of a study's display sets, by uid; and why the others have none."""

    study_uid: str
    weights_sha256: str
    vectors: dict[str, Vector]
    excluded: tuple[Exclusion, ...] = ()
