"""A short-axis stack in memory: every slice position through one heartbeat, placed in the patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.errors import NotApplicableError
from inference.imaging.read import read_cine
from inference.imaging.volume import Cine
from inference.models.ventricle_geometry import SliceGeometry
from inference.models.ventricle_series import LEAST_PHASES, Part
from inference.progress import Report, share, silent

LONGEST_BEAT_MS = 3000.0
HINT = "This model reads a short-axis cine stack of the heart: at least 5 slices through at least 8 phases."


@dataclass(frozen=True, eq=False)
class ShortAxis:
    """frames (positions, phases, rows, columns) grey values, low is dark; and where they lie."""

    frames: NDArray[np.float32]
    geometry: SliceGeometry
    warnings: tuple[str, ...] = ()


def read_short_axis(parts: Sequence[Part], report: Report = silent) -> ShortAxis:
    """Read the pictures; NotApplicableError where too few can be decoded or they span no heartbeat."""
    cines = []
    for n, part in enumerate(parts):
        stretch = share(report, n / len(parts), (n + 1) / len(parts))
        cines.append(read_cine(part.display_set, stretch, position=part.position))
    phases = _phases(cines)
    times = next(c.times_ms for c in cines if len(c.frames) == phases)
    if times[-1] > LONGEST_BEAT_MS:
        raise _not_eligible(f"its pictures span {times[-1] / 1000:.1f} s, longer than a heartbeat")
    notes = [f"Position {n + 1}: {text}" for n, c in enumerate(cines) for text in _uneven(c, phases)]
    shared = [text for cine in cines for text in cine.warnings]
    return ShortAxis(
        np.stack([_stretched(cine, phases) for cine in cines]),
        SliceGeometry(
            np.stack([_affine(cine) for cine in cines]),
            times,
            tuple((part.display_set.uid, part.position) for part in parts),
        ),
        tuple(dict.fromkeys([*shared, *notes])),
    )


def _phases(cines: Sequence[Cine]) -> int:
    """The number of phases that most positions have."""
    phases = Counter(len(cine.frames) for cine in cines).most_common(1)[0][0]
    if min(len(cine.frames) for cine in cines) < LEAST_PHASES:
        raise _not_eligible(f"fewer than {LEAST_PHASES} phases of a position can be decoded")
    return phases


def _uneven(cine: Cine, phases: int) -> tuple[str, ...]:
    if len(cine.frames) == phases:
        return ()
    return (f"it has {len(cine.frames)} phases, the others {phases}; the nearest in the cycle are used.",)


def _stretched(cine: Cine, phases: int) -> NDArray[np.float32]:
    """(phases, rows, columns) by the nearest moment of the cycle."""
    own = len(cine.frames)
    nearest = (
        np.arange(phases) if own == phases else np.round(np.arange(phases) * own / phases).astype(int) % own
    )
    grey = cine.frames[nearest].astype(np.float32)
    return -grey if cine.inverted else grey


def _affine(cine: Cine) -> NDArray[np.float64]:
    if cine.affine_lps is None:
        raise _not_eligible("the files do not say where its slices lie")
    return cine.affine_lps


def _not_eligible(why: str) -> NotApplicableError:
    return NotApplicableError(f"not eligible: {why}.", hint=HINT)
