"""Volumes of other formats turned as they are read: their writers store rows and columns any way round.

Only rows and columns are exchanged or reversed, with their affine: no voxel leaves its place in the patient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Affine = NDArray[np.float64]

# By the patient axis (left, back, head) that the slices follow: where columns and rows grow on a picture.
_ACROSS = np.array([(0, 1, 0), (1, 0, 0), (1, 0, 0)], float)
_DOWN = np.array([(0, 0, -1), (0, 0, -1), (0, 1, 0)], float)


@dataclass(frozen=True)
class Turn:
    """How pictures (slices, rows, columns) are turned: rows and columns exchanged first, then reversed."""

    exchanged: bool = False
    down: bool = False
    across: bool = False

    def shape(self, shape: tuple[int, int, int]) -> tuple[int, int, int]:
        """The shape afterwards."""
        slices, rows, columns = shape
        return (slices, columns, rows) if self.exchanged else shape

    def affine(self, affine_lps: Affine, shape: tuple[int, int, int]) -> Affine:
        """Where the turned voxels lie; `shape` as before."""
        made = affine_lps[:, [0, 2, 1, 3]] if self.exchanged else affine_lps.copy()
        for axis, reversed_ in ((1, self.down), (2, self.across)):
            if reversed_:
                made[:3, 3] += (self.shape(shape)[axis] - 1) * made[:3, axis]
                made[:3, axis] *= -1
        return made

    def voxels(self, voxels: NDArray[Any]) -> NDArray[Any]:
        """The voxels, turned."""
        made = voxels.transpose(0, 2, 1) if self.exchanged else voxels
        made = made[:, :: -1 if self.down else 1, :: -1 if self.across else 1]
        return np.ascontiguousarray(made)


def turn_of(affine_lps: Affine) -> Turn:
    """What brings pictures upright: front or head up, the patient's right or front on the left."""
    directions = affine_lps[:3, :3] / np.linalg.norm(affine_lps[:3, :3], axis=0)
    normal = np.cross(directions[:, 2], directions[:, 1])
    plane = int(np.argmax(np.abs(normal)))
    along = directions[:, 1:].T @ np.stack(
        [_DOWN[plane], _ACROSS[plane]], axis=1
    )  # (row, column) x (down, across)
    strength = np.abs(along)
    exchanged = bool(strength[0, 1] + strength[1, 0] > strength[0, 0] + strength[1, 1])
    down, across = (along[1, 0], along[0, 1]) if exchanged else (along[0, 0], along[1, 1])
    return Turn(exchanged, bool(down < 0), bool(across < 0))
