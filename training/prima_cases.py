"""Studies to learn from, prepared once by Prima's own preparation and kept on disk as patches.

A study is one `.npz` file under the run's folder. Files appear whole, so that several processes can prepare
side by side and an interrupted preparation goes on where it stopped.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inference.errors import ReviewError
from inference.imaging.files import write_atomic
from inference.imaging.volume import Volume
from inference.models.prima_patches import Patches, patches_of
from inference.models.prima_series import reason_against, reason_against_content
from inference.networks.prima_config import Grid
from inference.progress import Report, silent
from training.cases import SPLITS, Case

if TYPE_CHECKING:
    from training.phantoms.brain import BrainCase

_ARRAYS = ("voxels", "position", "counts", "orientations", "marks", "cells")
FIRST_SEED: Mapping[str, int] = {"train": 0, "validation": 1_000_000, "test": 2_000_000}
PHANTOM_DESCRIPTION = "MRI brain"
LEAST_MM3 = 60.0  # of a lesion in a patch, from which the patch shows it
CELLS = 4  # along the rows and the columns of a patch
LEAST_CELL_MM3 = 60.0


@dataclass(frozen=True)
class Answers:
    """What is known about a study: everything but its pixels. None stands for "nobody knows"."""

    study_uid: str
    patient: str
    split: str
    report: str
    labels: Mapping[str, bool | None]
    referral: Mapping[str, bool | None]
    priority: str
    description: str
    names: tuple[str, ...]
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Extent:
    """Where a label is seen: points of a lesion in LPS millimetres, each standing for `point_mm3`."""

    label: str
    points_lps_mm: NDArray[np.float64]
    point_mm3: float


@dataclass(frozen=True, eq=False)
class Prepared:
    """A study as patches: those of all series in one array, `counts` says how many belong to each.

    `marks` (n, labels) says which patches show the labels of `answers.marks`; phantoms know, reports do not.
    `cells` (n, labels, 2) says which of the 4 x 4 cells of a patch do, a bit for each.
    """

    answers: Answers
    voxels: NDArray[np.uint8]  # (n, 4, 32, 32)
    position: NDArray[np.float32]  # (n, 3)
    counts: NDArray[np.int64]  # (series,)
    orientations: NDArray[np.int64]  # (series,)
    marks: NDArray[np.bool_]
    cells: NDArray[np.uint8]


@dataclass(frozen=True)
class Shelf:
    """Where prepared studies lie, and how many of each split belong to the run."""

    folder: Path
    sizes: Mapping[str, int]

    def path(self, split: str, number: int) -> Path:
        """File of the `number`-th study of a split."""
        return self.folder / f"{split}-{number:05d}.npz"

    def slots(self) -> list[tuple[str, int]]:
        """Every study of the run, the splits interleaved: a part of a preparation is a small whole."""
        every = [(n / size, split, n) for split, size in self.sizes.items() for n in range(size)]
        return [(split, n) for _, split, n in sorted(every)]

    def missing(self, share: tuple[int, int] = (0, 1)) -> list[tuple[str, int]]:
        """What is still to be prepared; `share` = (n, of) looks at every of-th study, whatever is there."""
        return [slot for slot in self.slots()[share[0] :: share[1]] if not self.path(*slot).exists()]

    def read(self, split: str, most: int | None = None) -> Iterator[Prepared]:
        """The (first) studies of one split, one after the other. Real tables may lack some."""
        for number in range(min(self.sizes[split], most or self.sizes[split])):
            if self.path(split, number).exists():
                yield read_prepared(self.path(split, number))


def prepare_phantoms(
    shelf: Shelf,
    grid: Grid,
    pixel_mm: tuple[float, float],
    *,
    diseases: Sequence[float] = (),
    share: tuple[int, int] = (0, 1),
    report: Report = silent,
) -> None:
    """Make and prepare the phantoms that are missing; `share` = (n, of) takes every of-th of them.

    `diseases` says how often a head to learn from has none, one, two ... of them; empty: as held-out heads.
    """
    from training.phantoms.brain import as_case, brain_case, draw_kinds  # here: the atlas takes seconds

    todo = shelf.missing(share)
    for done, (split, number) in enumerate(todo):
        report(done / len(todo), f"phantom {done} of {len(todo)}")
        if not shelf.path(split, number).exists():
            seed = FIRST_SEED[split] + number
            enriched = bool(diseases) and split == "train"
            kinds = draw_kinds(np.random.default_rng((seed, 4)), diseases) if enriched else None
            phantom = brain_case(seed, lesions=kinds, pixel_mm=pixel_mm)
            study = prepared(as_case(phantom, split), grid, extents_of(phantom))
            write_prepared(study, shelf.path(split, number))


def prepare_table(shelf: Shelf, cases: Sequence[Case], grid: Grid, report: Report = silent) -> list[str]:
    """Prepare real studies; those that cannot be used are named in the answer and leave their slot empty."""
    refused = []
    seen = dict.fromkeys(SPLITS, 0)
    for done, case in enumerate(cases):
        report(done / len(cases), f"study {done} of {len(cases)}")
        path = shelf.path(case.split, seen[case.split])
        seen[case.split] += 1
        try:
            if not path.exists():
                write_prepared(prepared(case, grid), path)
        except ReviewError as error:
            refused.append(f"{case.study_uid}: {error}")
    return refused


def extents_of(phantom: BrainCase) -> tuple[Extent, ...]:
    """Every label of a phantom that has a place; a label without any has no points."""
    from training.phantoms.findings import LABEL_OF

    points: dict[str, list[NDArray[np.float64]]] = {label: [] for label in (*LABEL_OF.values(), "oedema")}
    for lesion, mask in zip(phantom.lesions, phantom.masks, strict=True):
        points[LABEL_OF[lesion.kind]].append(mask.to_lps_mm(np.argwhere(mask.voxels == 1)))
        points["oedema"].append(mask.to_lps_mm(np.argwhere(mask.voxels == 2)))
    voxel_mm3 = float(np.prod(phantom.masks[0].spacing_mm)) if phantom.masks else 1.0
    return tuple(Extent(n, np.concatenate([np.zeros((0, 3)), *p]), voxel_mm3) for n, p in points.items())


def marks_on(patches: Patches, extents: Sequence[Extent]) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
    """(n, labels) which patches show which label; (n, labels, 2) which of their cells do, a bit for each."""
    number = np.full(patches.shape, -1)
    number[tuple(patches.index.T)] = np.arange(len(patches))
    back = np.linalg.inv(patches.affine_lps)
    volume_mm3 = np.zeros((len(patches), len(extents), CELLS * CELLS))
    for n, extent in enumerate(extents):
        where = extent.points_lps_mm @ back[:3, :3].T + back[:3, 3] + 0.5
        where = where[np.all((where >= 0) & (where < patches.shape), axis=1)]
        patch = number[tuple(where.astype(int).T)]
        row, column = (where[:, 1:] % 1 * CELLS).astype(int).T
        flat = (patch * CELLS + row) * CELLS + column
        count = np.bincount(flat[patch >= 0], minlength=volume_mm3[:, n].size)
        volume_mm3[:, n] = count.reshape(len(patches), -1) * extent.point_mm3
    cells = np.packbits(volume_mm3 >= LEAST_CELL_MM3, axis=-1)
    return volume_mm3.sum(-1) >= LEAST_MM3, cells


def prepared(case: Case, grid: Grid, extents: Sequence[Extent] = ()) -> Prepared:
    """One study through the preparation of the model; ReviewError where nothing of it can be used."""
    found: list[tuple[str, Patches]] = []
    for name, volume in _volumes(case, grid):
        patches = patches_of(volume, grid)
        if not reason_against_content(patches):
            found.append((name, patches))
    if not found:
        raise ReviewError(f"{case.study_uid} has no usable series.", hint="Leave it out of the table.")
    marks = [marks_on(p, extents) for _, p in found]
    return Prepared(
        answers=Answers(
            study_uid=case.study_uid,
            patient=case.patient,
            split=case.split,
            report=case.report,
            labels=case.labels,
            referral=case.referral,
            priority=case.priority,
            description=case.study.description if case.study else PHANTOM_DESCRIPTION,
            names=tuple(name for name, _ in found),
            marks=tuple(extent.label for extent in extents),
        ),
        voxels=np.concatenate([p.voxels for _, p in found]),
        position=np.concatenate([p.position for _, p in found]),
        counts=np.array([len(p) for _, p in found]),
        orientations=np.array([p.orientation for _, p in found]),
        marks=np.concatenate([patch for patch, _ in marks]),
        cells=np.concatenate([cell for _, cell in marks]),
    )


def write_prepared(study: Prepared, path: Path) -> None:
    """Keep a prepared study, whole or not at all."""
    buffer = io.BytesIO()
    arrays = {name: getattr(study, name) for name in _ARRAYS}
    np.savez(buffer, answers=np.frombuffer(json.dumps(asdict(study.answers)).encode(), np.uint8), **arrays)
    write_atomic(path, buffer.getvalue())


def read_prepared(path: Path) -> Prepared:
    """A prepared study from disk."""
    with np.load(path, allow_pickle=False) as file:
        answers = Answers(**json.loads(file["answers"].tobytes()))
        arrays = {name: file[name] for name in _ARRAYS}
    return Prepared(replace(answers, names=tuple(answers.names), marks=tuple(answers.marks)), **arrays)


def _volumes(case: Case, grid: Grid) -> Iterator[tuple[str, Volume]]:
    """Name and volume of each series; of a real study those that the model would choose."""
    for series in case.series:
        yield series.description, series.volume
    if case.study is None:
        return
    from inference.imaging.read import read_volume  # here: phantoms need no reader

    taken = 0
    for display_set in case.study.display_sets:
        series_of = case.study.series_of(display_set)
        if taken == grid.max_series or reason_against(display_set, series_of, case.study):
            continue
        try:
            volume = read_volume(display_set)
        except ReviewError:
            continue  # the model leaves out what cannot be read
        taken += 1
        yield series_of.description or series_of.protocol, volume
