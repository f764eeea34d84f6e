"""Somebody else's segments on the grid of a volume, to be edited: a copy that says of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.painting.boxes import whole
from app.painting.bricks import MOST_SEGMENTS, Labels
from app.painting.segmentation import DrawnSegment, Segmentation
from inference.errors import NotApplicableError
from inference.imaging.segments import SegmentMap


def copied(empty: Segmentation, maps: Sequence[SegmentMap], source: str) -> tuple[Segmentation, int]:
    """`empty` with the segments of maps on grids of their own, each voxel by the nearest label; and how many
    voxels lay in two segments: they stay with the first one, as labels exclude each other.
    """
    labels = np.zeros(empty.shape, np.uint8)
    made: list[DrawnSegment] = []
    shared = 0
    for found in maps:
        table = np.zeros(np.iinfo(found.labels.voxels.dtype).max + 1, np.uint8)
        for segment in found.segments:
            if len(made) == MOST_SEGMENTS:
                raise NotApplicableError(
                    f"{source} has more than {MOST_SEGMENTS} segments.", hint="Copy objects with fewer."
                )
            made.append(DrawnSegment(len(made) + 1, segment.name, segment.rgb, source))
            table[segment.number] = len(made)
        shared += _lay(labels, table, found, empty)
    dressed = replace(empty, segments=tuple(made))
    return dressed.painted(labels, whole(empty.shape)), shared


def _lay(labels: Labels, table: Labels, found: SegmentMap, onto: Segmentation) -> int:
    """Slice by slice, so that a large grid needs no large index."""
    grid = found.labels
    matrix = np.linalg.inv(grid.affine_lps) @ onto.affine_lps
    j, i = np.arange(onto.shape[1])[:, None], np.arange(onto.shape[2])[None, :]
    shared = 0
    for k in range(onto.shape[0]):
        places = [matrix[n, 0] * k + matrix[n, 1] * j + matrix[n, 2] * i + matrix[n, 3] for n in range(3)]
        index = [np.floor(place + 0.5).astype(np.intp) for place in places]
        inside = np.ones(onto.shape[1:], bool)
        for place, size in zip(index, grid.shape, strict=True):
            inside &= (place >= 0) & (place < size)
        if not inside.any():
            continue
        held = [np.clip(place, 0, size - 1) for place, size in zip(index, grid.shape, strict=True)]
        come = np.where(inside, table[grid.voxels[held[0], held[1], held[2]]], 0)
        shared += int(((labels[k] > 0) & (come > 0)).sum())
        labels[k] = np.where(labels[k] > 0, labels[k], come)
    return shared
