"""Synthetic patients of T3D: made once per run, read as arrays and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.models.t3d_grid import body_box, cut
from inference.models.t3d_words import Vocabulary, Words, vocabulary_of
from training.phantoms.chest import ORGANS, ChestCase
from training.phantoms.chest_findings import FINDINGS
from training.phantoms.chest_reports import Sentence

NATIVE_MM = (5.0, 3.75, 3.75)  # the grid of held-out patients: not the network's own
_TOPICS = {name: n for n, name in enumerate((*FINDINGS, *ORGANS))}
_NOWHERE = 31  # topic of words that lie nowhere in the picture
_ANCHORS = 400
_ORGAN_BITS = np.array(
    [1 << (len(FINDINGS) + n - 1) if 1 <= n <= len(ORGANS) else 0 for n in range(256)], np.uint32
)


@dataclass(frozen=True, eq=False)
class Spoken:
    """One sentence as word ids; `topic` is the bit of what it speaks of in a code volume."""

    ids: tuple[int, ...]
    topic: int
    sentence: Sentence


@dataclass(frozen=True, eq=False)
class TrainCase:
    """One patient on the working grid, cut to the body.

    codes    uint32: bit n for finding n, then bits for the organs
    anchors  for each label that is there, (n, 3) some of its voxels
    sights   the same for each finding that shows
    """

    hu: NDArray[np.int16]
    labels: NDArray[np.uint8]
    marks: NDArray[np.uint16]
    spoken: tuple[Spoken, ...]
    findings: NDArray[np.bool_]
    anchors: Mapping[int, NDArray[np.int64]]
    sights: Mapping[int, NDArray[np.int64]]

    @property
    def codes(self) -> NDArray[np.uint32]:
        """What lies at each voxel, findings and organ, as bits."""
        return codes_of(self.labels, self.marks)


def codes_of(labels: NDArray[np.uint8], marks: NDArray[np.uint16]) -> NDArray[np.uint32]:
    """Findings and organ of each voxel as bits."""
    codes: NDArray[np.uint32] = marks.astype(np.uint32) | _ORGAN_BITS[labels]
    return codes


def vocabulary(cases: Sequence[ChestCase]) -> Vocabulary:
    """The words of these reports."""
    return vocabulary_of(case.report for case in cases)


def train_case(case: ChestCase, words: Words) -> TrainCase:
    """A patient as the training loop reads them."""
    box = body_box(case.volume.voxels)
    labels, marks = case.labels[box], case.marks[box]
    sights = {bit: _some_of(((marks >> bit) & 1).astype(bool)) for bit in range(len(FINDINGS))}
    return TrainCase(
        hu=cut(case.volume, box).voxels,
        labels=labels,
        marks=marks,
        spoken=tuple(spoken(sentence, words) for sentence in case.sentences),
        findings=np.array(list(case.findings.values())),
        anchors={int(label): _some_of(labels == label) for label in np.unique(labels) if label},
        sights={bit: places for bit, places in sights.items() if len(places)},
    )


def _some_of(inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(n, 3) voxels, spread over all of them in their order."""
    places = np.flatnonzero(inside)
    spread = places[:: max(1, len(places) // _ANCHORS)]
    return np.stack(np.unravel_index(spread, inside.shape), 1)


def spoken(sentence: Sentence, words: Words) -> Spoken:
    """A sentence as ids; a normal sentence about a finding points nowhere."""
    absent = sentence.about in FINDINGS and sentence.normal
    topic = _NOWHERE if absent else _TOPICS.get(sentence.about, _NOWHERE)
    return Spoken(tuple(token.id for token in words.tokens(sentence.text)), topic, sentence)
