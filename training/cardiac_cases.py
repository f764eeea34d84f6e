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
from inference.models.cardiac_clips import ClipGrid, Loop, chosen_positions, clips_of
from inference.models.cardiac_views import VIEWS
from inference.networks.cardiac_mvit import CardiacConfig
from inference.progress import Report, silent
from training.cardiac_recipes import CardiacRecipe
from training.phantoms.heart import GROUPS, MEASURES, HeartCase, heart_case
from training.phantoms.heart_cine import CineProtocol, plan_loops, render

_FIRST_SEED = {"train": 0, "validation": 1_000_000, "test": 2_000_000}
_LOWEST, _RANGE = -0.5, 1.2  # of a clip's grey values
SHARD = 50


@dataclass(frozen=True, eq=False)
class Clips:
    """The studies of one split, clip after clip.

    clips       (n, frames, rows, columns) uint8
    study       (n,) which study each clip is of; `views` (n,) what it shows; `poor` (n,) whether it is spoilt
    measures    (studies, measures), conditions (studies, groups) bool
    """

    clips: NDArray[np.uint8]
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
    plan = plan_loops(case, protocol)
    for _, group in groupby(plan, key=lambda loop: loop.series):
        stack = list(group)
        chosen = [stack[n] for n in chosen_positions(len(stack), recipe_slices)]
        loops = [Loop(render(case, loop, protocol), loop.times_ms, loop.affine_lps) for loop in chosen]
        for loop, clip in zip(chosen, clips_of(loops, chosen[0].view, grid), strict=True):
            yield loop.view, loop.poor, clip.frames


def _write(path: Path, seeds: Sequence[int], recipe: CardiacRecipe) -> None:
    cases = [heart_case(seed) for seed in seeds]
    rows = [
        (n, VIEWS.index(view), poor, _packed(clip))
        for n, case in enumerate(cases)
        for view, poor, clip in clips_of_case(case, recipe.slices, recipe.protocol, grid_of(recipe.config))
    ]
    buffer = io.BytesIO()
    np.savez(
        buffer,
        study=np.array([row[0] for row in rows], np.int64),
        views=np.array([row[1] for row in rows], np.int64),
        poor=np.array([row[2] for row in rows], bool),
        clips=np.stack([row[3] for row in rows]),
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
