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
    order = sorted((s.number, n) for n, found in enumerate(maps) for s in found.segments)
    if len(order) > MOST_SEGMENTS:
        words = f"{source} has more than {MOST_SEGMENTS} segments."
        raise NotApplicableError(words, hint="Copy objects with fewer.")
    numbers = {key: number for number, key in enumerate(order, start=1)}
    made, shared = [], 0
    for n, found in enumerate(maps):
        table = np.zeros(np.iinfo(found.labels.voxels.dtype).max + 1, np.uint8)
        for segment in found.segments:
            table[segment.number] = number = numbers[segment.number, n]
            made.append(DrawnSegment(number, segment.name, segment.rgb, source))
        shared += _lay(labels, table, found, empty)
    dressed = replace(empty, segments=tuple(sorted(made, key=lambda s: s.number)))
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
