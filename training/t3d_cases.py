"""Synthetic patients of T3D: made once per run, read as arrays and words."""

from __future__ import annotations

from collections.abc import Sequence
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


@dataclass(frozen=True, eq=False)
class Spoken:
    """One sentence as word ids; `topic` is the bit of what it speaks of in a code volume."""

    ids: tuple[int, ...]
    topic: int
    sentence: Sentence


@dataclass(frozen=True, eq=False)
class TrainCase:
    """One patient on the working grid, cut to the body.

    codes  uint32: bit n for finding n, then bits for the organs
    """

    hu: NDArray[np.int16]
    labels: NDArray[np.uint8]
    marks: NDArray[np.uint16]
    spoken: tuple[Spoken, ...]
    findings: NDArray[np.bool_]

    @property
    def codes(self) -> NDArray[np.uint32]:
        """What lies at each voxel, findings and organ, as bits."""
        organ = np.where((self.labels >= 1) & (self.labels <= len(ORGANS)), 1, 0).astype(np.uint32)
        shift = (len(FINDINGS) + self.labels.clip(1, len(ORGANS)).astype(np.uint32) - 1).astype(np.uint32)
        codes: NDArray[np.uint32] = self.marks.astype(np.uint32) | (organ << shift)
        return codes


def vocabulary(cases: Sequence[ChestCase]) -> Vocabulary:
    """The words of these reports."""
    return vocabulary_of(case.report for case in cases)


def train_case(case: ChestCase, words: Words) -> TrainCase:
    """A patient as the training loop reads them."""
    box = body_box(case.volume.voxels)
    return TrainCase(
        hu=cut(case.volume, box).voxels,
        labels=case.labels[box],
        marks=case.marks[box],
        spoken=tuple(spoken(sentence, words) for sentence in case.sentences),
        findings=np.array(list(case.findings.values())),
    )


def spoken(sentence: Sentence, words: Words) -> Spoken:
    """A sentence as ids; a normal sentence about a finding points nowhere."""
    absent = sentence.about in FINDINGS and sentence.normal
    topic = _NOWHERE if absent else _TOPICS.get(sentence.about, _NOWHERE)
    return Spoken(tuple(token.id for token in words.tokens(sentence.text)), topic, sentence)
