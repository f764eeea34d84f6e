"""What one step of T3D sees: sub-volumes, parts of reports, and what was hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from inference.models.t3d_grid import AIR_HU, BLOCK, grey_of
from inference.models.t3d_words import padded
from inference.networks.t3d_config import T3DConfig
from training.phantoms.chest_findings import FINDINGS
from training.t3d_cases import Spoken, TrainCase, codes_of
from training.t3d_recipe import Draw, Hiding

Three = tuple[int, int, int]
ENOUGH = 0.35  # of a finding's voxels in a sub-volume: it shows there
_NOWHERE = 31
HALF = 2  # voxels along each edge of what is decoded half as fine


@dataclass(frozen=True, eq=False)
class Crop:
    """One sub-volume of one patient. grey, labels (crop), codes (blocks) and marks (half as fine) of bits."""

    grey: NDArray[np.float32]
    labels: NDArray[np.uint8]
    codes: NDArray[np.uint32]
    marks: NDArray[np.uint32]
    shows: NDArray[np.float32]  # (findings) 1, 0, or NaN where too little of it is in the picture to say


@dataclass(frozen=True, eq=False)
class Reading:
    """Reports as ids (n, words), the topic of each word (n, words), and which rows have a report at all."""

    ids: Tensor
    topics: NDArray[np.int64]
    given: Tensor


@dataclass(frozen=True, eq=False)
class Pairs:
    """Two sub-volumes of each of several patients: rows 2 n and 2 n + 1."""

    grey: Tensor
    labels: Tensor
    codes: NDArray[np.uint32]
    marks: NDArray[np.uint32]
    shows: Tensor
    reading: Reading


@dataclass(frozen=True, eq=False)
class Restoring:
    """Sub-volumes, the same with parts hidden, what was hidden, and the whole reports."""

    grey: Tensor
    corrupted: Tensor
    hidden: Tensor
    reading: Reading


def drawn_pairs(cases: Sequence[TrainCase], c: T3DConfig, draw: Draw, rng: np.random.Generator) -> Pairs:
    """Two sub-volumes of each of `draw.patients` patients, each with a part of the report."""
    which = rng.choice(len(cases), min(draw.patients, len(cases)), replace=False)
    rows = [cases[int(n)] for n in np.repeat(which, 2)]
    crops = [varied(crop_of(case, c, draw, rng), rng) for case in rows]
    return Pairs(
        grey=_stacked([crop.grey for crop in crops])[:, None],
        labels=_stacked([crop.labels for crop in crops]).long(),
        codes=np.stack([crop.codes for crop in crops]),
        marks=np.stack([crop.marks for crop in crops]),
        shows=_stacked([crop.shows for crop in crops]),
        reading=reading_of([part_of(case.spoken, draw, rng) for case in rows], c),
    )


def drawn_restoring(
    cases: Sequence[TrainCase], c: T3DConfig, draw: Draw, hiding: Hiding, rng: np.random.Generator
) -> Restoring:
    """`draw.restored` sub-volumes with parts hidden; one report in six is left out."""
    rows = [cases[int(n)] for n in rng.integers(0, len(cases), draw.restored)]
    crops = [varied(crop_of(case, c, draw, rng), rng) for case in rows]
    told = [() if rng.random() < 1 / 6 else _shuffled(case.spoken, rng) for case in rows]
    hidden = [hidden_of(crop, hiding, rng) for crop in crops]
    return restoring_of([crop.grey for crop in crops], hidden, reading_of(told, c), rng)


def restoring_of(
    greys: Sequence[NDArray[np.float32]],
    hidden: Sequence[NDArray[np.bool_]],
    reading: Reading,
    rng: np.random.Generator,
) -> Restoring:
    """Hidden parts are filled with noise around the middle grey."""
    noise = [np.clip(rng.normal(0.5, 0.15, g.shape), 0, 1).astype(np.float32) for g in greys]
    filled = [np.where(h, n, g) for g, h, n in zip(greys, hidden, noise, strict=True)]
    pieces = (_stacked(list(greys)), _stacked(filled), _stacked(list(hidden)))
    grey, corrupted, mask = (piece[:, None] for piece in pieces)
    return Restoring(grey, corrupted, mask.bool(), reading)


def crop_of(case: TrainCase, c: T3DConfig, draw: Draw, rng: np.random.Generator) -> Crop:
    """A sub-volume by chance, most around something that is labelled; or the whole volume, squeezed."""
    if draw.resized:
        return _squeezed(case, c)
    return crop_at(case, c, _start(case, c.crop, draw, rng))


def crop_at(case: TrainCase, c: T3DConfig, start: Three) -> Crop:
    """The sub-volume that begins at `start`, which may lie outside."""
    hu = cut_out(case.hu, start, c.crop)
    marks = cut_out(case.marks, start, c.crop, outside=0).astype(np.uint16)
    labels = cut_out(case.labels, start, c.crop, outside=0).astype(np.uint8)
    codes = joined(codes_of(labels, marks), BLOCK)
    return Crop(grey_of(hu, c.curve), labels, codes, joined(marks, HALF), _shown(marks, case))


def _squeezed(case: TrainCase, c: T3DConfig) -> Crop:
    factors = [n / size for n, size in zip(c.crop, case.hu.shape, strict=True)]
    hu = ndimage.zoom(case.hu.astype(np.float32), factors, order=1)
    labels: NDArray[np.uint8] = ndimage.zoom(case.labels, factors, order=0)
    marks: NDArray[np.uint16] = ndimage.zoom(case.marks, factors, order=0)
    codes = joined(codes_of(labels, marks), BLOCK)
    return Crop(grey_of(hu, c.curve), labels, codes, joined(marks, HALF), case.findings.astype(np.float32))


def _start(case: TrainCase, crop: Three, draw: Draw, rng: np.random.Generator) -> Three:
    size = np.array(case.hu.shape)
    seeks = bool(case.sights) and rng.random() < draw.sought
    aims = case.sights if seeks else case.anchors
    if seeks or (aims and rng.random() < 0.6):
        places = aims[list(aims)[int(rng.integers(len(aims)))]]
        centre = places[int(rng.integers(len(places)))]
        start = centre - np.array(crop) // 2 + rng.integers(-8, 9, 3)
    else:
        start = rng.integers(-8, np.maximum(size - np.array(crop), 0) + 9)
    k, j, i = np.clip(start, -8, np.maximum(size - np.array(crop), 0) + 8).tolist()
    return k, j, i


def cut_out(
    grid: NDArray[np.generic], start: Three, crop: Three, outside: float = AIR_HU
) -> NDArray[np.generic]:
    """The part of a grid that begins at `start`, which may lie outside; there it is `outside`."""
    made = np.full(crop, outside, grid.dtype)
    low = [max(0, s) for s in start]
    high = [min(n, s + c) for n, s, c in zip(grid.shape, start, crop, strict=True)]
    source = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    target = tuple(slice(a - s, b - s) for a, b, s in zip(low, high, start, strict=True))
    made[target] = grid[source]
    return made


def joined(codes: NDArray[np.generic], edge: int) -> NDArray[np.uint32]:
    """(slices, rows, columns) of blocks of `edge` voxels: everything that lies in each."""
    k, j, i = (n // edge for n in codes.shape)
    shaped = codes.astype(np.uint32).reshape(k, edge, j, edge, i, edge)
    found: NDArray[np.uint32] = np.bitwise_or.reduce(shaped, axis=(1, 3, 5))
    return found


def _shown(marks: NDArray[np.generic], case: TrainCase) -> NDArray[np.float32]:
    shows = np.zeros(len(FINDINGS), np.float32)
    for bit in np.flatnonzero(case.findings):
        here = int(((marks.astype(np.uint16) >> bit) & 1).sum())
        whole = int(((case.marks >> bit) & 1).sum())
        share = here / max(1, whole)
        shows[bit] = 1.0 if share >= ENOUGH else np.nan if here else 0.0
    return shows


def varied(crop: Crop, rng: np.random.Generator) -> Crop:
    """Another brightness and some noise; nothing is mirrored, as sides have names."""
    return replace(crop, grey=varied_grey(crop.grey, rng))


def varied_grey(grey: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Another brightness and some noise."""
    gain, shift = rng.normal(1, 0.015), rng.normal(0, 0.01)
    noise = rng.standard_normal(grey.shape, np.float32) * rng.uniform(0, 0.015)
    changed: NDArray[np.float32] = np.clip(grey * gain + shift + noise, 0, 1).astype(np.float32)
    return changed


def hidden_of(crop: Crop, hiding: Hiding, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Boxes by chance, the first often over a finding."""
    hidden = np.zeros(crop.grey.shape, bool)
    aims = np.argwhere(crop.codes & ((1 << len(FINDINGS)) - 1))
    for n in range(int(rng.integers(1, hiding.boxes + 1))):
        edges = rng.uniform(*hiding.edge, 3) * hidden.shape
        aimed = n == 0 and len(aims) and rng.random() < hiding.aimed
        centre = (aims[rng.integers(len(aims))] + 0.5) * BLOCK if aimed else rng.uniform(0, hidden.shape)
        low = np.clip(centre - edges / 2, 0, hidden.shape).astype(int)
        high = np.clip(centre + edges / 2, 0, hidden.shape).astype(int)
        hidden[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] = True
    return hidden


def part_of(report: Sequence[Spoken], draw: Draw, rng: np.random.Generator) -> Sequence[Spoken]:
    """Some sentences of a report in another order; nothing at all for some."""
    if rng.random() < draw.silent:
        return ()
    return [sentence for sentence in _shuffled(report, rng) if rng.random() < draw.kept]


def _shuffled(report: Sequence[Spoken], rng: np.random.Generator) -> Sequence[Spoken]:
    return [report[n] for n in rng.permutation(len(report))]


def reading_of(reports: Sequence[Sequence[Spoken]], c: T3DConfig) -> Reading:
    """Reports as tensors; an empty one counts as not given."""
    ids = padded([[i for s in report for i in s.ids] for report in reports], c.text.longest)
    topics = np.full((len(ids), len(ids[0])), _NOWHERE, np.int64)
    for row, report in enumerate(reports):
        flat = [s.topic for s in report for _ in s.ids][: c.text.longest - 2]
        topics[row, 1 : 1 + len(flat)] = flat
    given = torch.tensor([len(report) > 0 for report in reports])
    return Reading(torch.tensor(ids), topics, given)


def _stacked(arrays: Sequence[NDArray[np.generic]]) -> Tensor:
    return torch.from_numpy(np.stack(arrays))
