"""Studies on their way into training: clips by the product's own preparation, kept on disk by split."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.imaging.files import write_atomic
from inference.models.cardiac_clips import Clip, ClipGrid, Loop, chosen_positions, clips_of
from inference.models.cardiac_views import VIEWS
from inference.networks.cardiac_config import CardiacConfig
from inference.progress import Report, silent
from training.cardiac_recipes import CardiacRecipe
from training.phantoms.heart import GROUPS, MEASURES, HeartCase, heart_case
from training.phantoms.heart_cine import chambers, render
from training.phantoms.heart_planes import CineProtocol, plan_loops
from training.phantoms.heart_planes import Loop as PlannedLoop

_FIRST_SEED = {"train": 0, "validation": 1_000_000, "test": 2_000_000}
_LOWEST, _RANGE = -0.5, 1.2  # of a clip's grey values
SHARD = 50
CELL = 4  # pixels of a clip along the edge of a cell of marks


@dataclass(frozen=True, eq=False)
class Clips:
    """The studies of one split, clip after clip.

    clips       (n, frames, rows, columns) uint8
    marks       (n, 3, frames, cells, cells) uint8 share of each cell that is LV cavity, LV muscle, RV cavity
    study       (n,) which study each clip is of; `views` (n,) what it shows; `poor` (n,) whether it is spoilt
    measures    (studies, measures), conditions (studies, groups) bool
    """

    clips: NDArray[np.uint8]
    marks: NDArray[np.uint8]
    study: NDArray[np.int64]
    views: NDArray[np.int64]
    poor: NDArray[np.bool_]
    measures: NDArray[np.float64]
    conditions: NDArray[np.bool_]
    reports: tuple[str, ...]
    sites: tuple[str, ...]
    groups: tuple[str, ...]
    sexes: tuple[str, ...]
    ages: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.reports)

    def pixels(self, rows: NDArray[np.int64]) -> Tensor:
        """(rows, frames, rows, columns) float clips."""
        return torch.from_numpy(self.clips[rows]).float() / 255 * _RANGE + _LOWEST

    def shown(self, rows: NDArray[np.int64]) -> Tensor:
        """(rows, 3, frames, cells, cells) marks, 0..1."""
        return torch.from_numpy(self.marks[rows]).float() / 255

    def of(self, study: int) -> NDArray[np.int64]:
        """Numbers of the clips of one study."""
        return np.flatnonzero(self.study == study)


def grid_of(config: CardiacConfig) -> ClipGrid:
    """What the network wants its clips to be."""
    return ClipGrid(config.encoder.frames, config.encoder.size, config.pixel_mm)


def prepared(recipe: CardiacRecipe, folder: Path, report: Report = silent) -> dict[str, Clips]:
    """Make every study that is not on disk yet, and read all of them."""
    found = {}
    for split, count in recipe.sizes.items():
        for shard in range(-(-count // SHARD)):
            path = folder / f"{split}-{shard:04d}.npz"
            if not path.exists():
                seeds = range(shard * SHARD, min(count, (shard + 1) * SHARD))
                _write(path, [_FIRST_SEED[split] + seed for seed in seeds], recipe)
            report((shard + 1) * SHARD / count, f"{split} studies")
        found[split] = _joined(sorted(folder.glob(f"{split}-*.npz")))
    return found


def clips_of_case(
    case: HeartCase, recipe_slices: int, protocol: CineProtocol, grid: ClipGrid
) -> Iterator[tuple[str, bool, NDArray[np.float32]]]:
    """(view, spoilt, clip) of the loops that the product would choose."""
    for loop, clip in clips_with_loops(case, recipe_slices, protocol, grid):
        yield loop.view, loop.poor, clip.frames


def marks_of(case: HeartCase, planned: PlannedLoop, clip: Clip) -> NDArray[np.uint8]:
    """(3, frames, cells, cells) how much of each cell is LV cavity, LV muscle, RV cavity; 255 is all."""
    steps = np.arange(0.5, clip.frames.shape[-1], 2)  # every other pixel: edges are as soft
    a = clip.affine_lps
    points = a[:3, 3] + steps[:, None, None] * a[:3, 1] + steps[None, :, None] * a[:3, 2] + planned.shift_mm
    phase = (planned.times_ms[0] + clip.times_ms) / planned.beat_ms
    seen = chambers(case, points, phase, 2 * float(np.linalg.norm(a[:3, 1])))
    cells, each = 2 * len(steps) // CELL, CELL // 2
    pooled = seen.reshape(*seen.shape[:2], cells, each, cells, each).mean((3, 5))
    return np.asarray(np.rint(255 * pooled), np.uint8)


def clips_with_loops(
    case: HeartCase, recipe_slices: int, protocol: CineProtocol, grid: ClipGrid
) -> Iterator[tuple[PlannedLoop, Clip]]:
    """The clips that the product would choose, each with the loop that was planned for it."""
    plan = plan_loops(case, protocol)
    for _, group in groupby(plan, key=lambda loop: loop.series):
        stack = list(group)
        chosen = [stack[n] for n in chosen_positions(len(stack), recipe_slices)]
        loops = [Loop(render(case, loop, protocol), loop.times_ms, loop.affine_lps) for loop in chosen]
        yield from zip(chosen, clips_of(loops, chosen[0].view, grid), strict=True)


def _write(path: Path, seeds: Sequence[int], recipe: CardiacRecipe) -> None:
    cases = [heart_case(seed) for seed in seeds]
    rows = [
        (n, VIEWS.index(loop.view), loop.poor, _packed(clip.frames), marks_of(case, loop, clip))
        for n, case in enumerate(cases)
        for loop, clip in clips_with_loops(case, recipe.slices, recipe.protocol, grid_of(recipe.config))
    ]
    buffer = io.BytesIO()
    np.savez(
        buffer,
        study=np.array([row[0] for row in rows], np.int64),
        views=np.array([row[1] for row in rows], np.int64),
        poor=np.array([row[2] for row in rows], bool),
        clips=np.stack([row[3] for row in rows]),
        marks=np.stack([row[4] for row in rows]),
        measures=np.array([[case.measures[name] for name in MEASURES] for case in cases]),
        conditions=np.array([[case.conditions[name] for name in GROUPS] for case in cases]),
        reports=np.array([case.report for case in cases]),
        sites=np.array([case.site for case in cases]),
        groups=np.array([case.group for case in cases]),
        sexes=np.array([case.sex for case in cases]),
        ages=np.array([case.age for case in cases], np.int64),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, buffer.getvalue())


def _joined(paths: Sequence[Path]) -> Clips:
    parts = []
    for path in paths:
        with np.load(path, allow_pickle=False) as shard:
            parts.append({name: shard[name] for name in shard.files})
    starts = np.cumsum([0, *(len(part["reports"]) for part in parts)])
    for part, start in zip(parts, starts, strict=False):
        part["study"] = part["study"] + start
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    words = ("reports", "sites", "groups", "sexes")
    values: dict[str, Any] = {k: tuple(v.tolist()) if k in words else v for k, v in joined.items()}
    return Clips(**values)


def _packed(clip: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.asarray(np.rint((clip - _LOWEST) / _RANGE * 255), np.uint8)
