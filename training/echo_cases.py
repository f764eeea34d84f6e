"""Echo patients as tensors, prepared exactly as the product prepares a study, and kept on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.imaging.files import atomic_path
from inference.models.echo_loop import context_tensor, rate_of, view_frames
from inference.models.echo_physiology import MPAP, echo_targets
from inference.models.echo_views import VIEWS
from inference.networks.echo_config import EchoConfig
from inference.progress import Report, silent
from training.phantoms.echo import GROUPS, echo_case

NAMES = tuple(target.name for target in echo_targets())
FIRST_SEED = {"cohort_1": 0, "cohort_2": 1_000_000}  # apart for ever: no patient is in both
_AT_A_TIME = 50


@dataclass(frozen=True, eq=False)
class Patients:
    """Some patients, one per row.

    frames   (n, views, frames, image, image) uint8
    mask     (n, views, frames) bool
    rate     (n,) beats per minute, NaN where unknown
    surface  (n,) square metres
    values   (n, 9) in the order of the targets
    group    (n,) index into GROUPS
    """

    frames: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    rate: NDArray[np.float32]
    surface: NDArray[np.float32]
    values: NDArray[np.float32]
    group: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: NDArray[np.int64] | slice) -> Patients:
        return Patients(*(getattr(self, field.name)[rows] for field in fields(self)))

    @property
    def hypertensive(self) -> NDArray[np.bool_]:
        """Whose mean pressure is above 20 mmHg."""
        above: NDArray[np.bool_] = self.values[:, NAMES.index(MPAP)] > 20
        return above


def phantoms(
    cohort: str,
    count: int,
    config: EchoConfig,
    folder: Path,
    *,
    share: tuple[int, int] = (0, 1),
    report: Report = silent,
) -> Patients:
    """The first `count` phantoms of a cohort; parts that are on disk are read, others made."""
    parts = [range(n, min(n + _AT_A_TIME, count)) for n in range(0, count, _AT_A_TIME)]
    for n, part in enumerate(parts):
        if n % share[1] == share[0]:
            _make(_path(folder, cohort, part), cohort, part, config)
            report((n + 1) / len(parts), f"{cohort} {part.stop} of {count}")
    done = [_path(folder, cohort, part) for part in parts if share == (0, 1)]
    return joined([_read(path) for path in done]) if done else joined([])


def joined(some: Sequence[Patients]) -> Patients:
    """All patients of several in one."""
    if not some:
        none = np.zeros((0,), np.float32)
        return Patients(none, none, none, none, none, none)  # type: ignore[arg-type]  # nothing to hold
    return Patients(*(np.concatenate([getattr(p, f.name) for p in some]) for f in fields(Patients)))


def tensors_of(patients: Patients, rows: NDArray[np.int64] | slice = slice(None)) -> dict[str, Tensor]:
    """What the network takes, for some rows."""
    frames = torch.from_numpy(patients.frames[rows]).float() / 255
    mask = torch.from_numpy(patients.mask[rows])
    return {
        "frames": frames,
        "frame_mask": mask,
        "view": torch.arange(len(VIEWS)).expand(len(frames), -1),
        "context": context_tensor(patients.rate[rows], patients.surface[rows]),
    }


def _path(folder: Path, cohort: str, part: range) -> Path:
    return folder / f"{cohort}-{part.start:05d}-{part.stop:05d}.npz"


def _make(path: Path, cohort: str, part: range, config: EchoConfig) -> None:
    if path.exists():
        return
    made = joined([_patient(FIRST_SEED[cohort] + n, config) for n in part])
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as waiting, waiting.open("wb") as file:
        np.savez(file, **{f.name: getattr(made, f.name) for f in fields(Patients)})


def _read(path: Path) -> Patients:
    with np.load(path, allow_pickle=False) as data:
        return Patients(*(data[field.name] for field in fields(Patients)))


def _patient(seed: int, config: EchoConfig) -> Patients:
    case = echo_case(seed)
    seen = {view: view_frames(loop, case.facts, config) for view, loop in case.loops.items()}
    truth = case.truth
    return Patients(
        frames=np.stack([(seen[v].pixels.numpy() * 255).round().astype(np.uint8) for v in VIEWS])[None],
        mask=np.stack([seen[v].mask.numpy() for v in VIEWS])[None],
        rate=np.array([rate_of(seen)], np.float32),
        surface=np.array([truth.surface_m2], np.float32),
        values=np.array([[truth.values[name] for name in NAMES]], np.float32),
        group=np.array([GROUPS.index(truth.group)]),
    )
