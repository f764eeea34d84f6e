"""What T3D has read in a CT, as frozen values: masks, a draft, words and regions, errors. Free of torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.imaging.segments import Segment, SegmentMap, colour_of
from inference.imaging.volume import Volume
from inference.place import Place

DRAFT = "Draft by a model, not a report"


@dataclass(frozen=True)
class DraftSentence:
    """One sentence of a draft: where its words come from, and the finding that it speaks of, if any."""

    text: str
    source: str
    target: str = ""


@dataclass(frozen=True)
class Nearest:
    """A report of the training patients that fits a study; `cosine` between them."""

    text: str
    cosine: float


@dataclass(frozen=True, eq=False)
class CTReading:
    """Everything that T3D has to show about one CT beside its scores.

    segments   masks on the grid of the scanner
    draft      sentences, findings first
    nearest    whole reports, the best first
    errors     how far each place is from what its surroundings foretell, 0..1 of the grey scale; None where
               a model restores nothing
    """

    study_uid: str
    display_set_uid: str
    model_key: str
    segments: SegmentMap
    draft: tuple[DraftSentence, ...]
    nearest: tuple[Nearest, ...]
    errors: NDArray[np.float32] | None
    errors_place: Place | None
    caveat: str
    warnings: tuple[str, ...] = ()

    @property
    def volumes_ml(self) -> Mapping[int, float]:
        """What each segment holds."""
        return self.segments.volumes_ml

    @property
    def draft_text(self) -> str:
        """The draft as one text."""
        return " ".join(sentence.text for sentence in self.draft)


@dataclass(frozen=True, eq=False)
class WordMaps:
    """Where the places of a CT look when they read a text.

    spans  letters of each word, from and to
    maps   (words, places): share of attention; `place` lists the places
    """

    study_uid: str
    text: str
    spans: tuple[tuple[int, int], ...]
    maps: NDArray[np.float32]
    place: Place

    def word_at(self, letter: int) -> int | None:
        """The word that a letter belongs to."""
        return next((n for n, (a, b) in enumerate(self.spans) if a <= letter < b), None)

    def word(self, number: int) -> str:
        """One word as it is written."""
        start, end = self.spans[number]
        return self.text[start:end]


def segment_map(
    labels: Volume, names: tuple[str, ...], frame_of_reference_uid: str, series_uid: str
) -> SegmentMap:
    """Masks with their names; class 0 is the background."""
    segments = tuple(Segment(n, name.capitalize(), colour_of(n)) for n, name in enumerate(names) if n)
    return SegmentMap(labels, segments, "T3D masks", frame_of_reference_uid, series_uid)
