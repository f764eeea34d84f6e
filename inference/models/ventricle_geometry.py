"""Where the slices of a short-axis stack lie, how far apart, and when their pictures were taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

APEX_LPS = np.array([0.62, -0.45, -0.64])
"""Where the apex lies as seen from the base in an average chest: to the left, to the front and down."""


@dataclass(frozen=True, eq=False)
class SliceGeometry:
    """Positions ascend along +(row x column).

    affines_lps  (positions, 4, 4) of each picture as a one-slice volume
    times_ms     (phases,) from the start of the loop
    sources      (display set uid, position in it) of each position
    """

    affines_lps: NDArray[np.float64]
    times_ms: NDArray[np.float64]
    sources: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        if len(self.affines_lps) < 2 or np.diff(self.along_mm).min() <= 0:
            raise ValueError("slice positions must ascend along row x column, and there must be two at least")

    @property
    def normal_lps(self) -> NDArray[np.float64]:
        """(3,) unit vector along which positions ascend."""
        normal = np.cross(self.affines_lps[0, :3, 2], self.affines_lps[0, :3, 1])
        unit: NDArray[np.float64] = normal / np.linalg.norm(normal)
        return unit

    @property
    def spacing_mm(self) -> tuple[float, float]:
        """(between rows, between columns)."""
        rows, columns = np.linalg.norm(self.affines_lps[0, :3, 1:3], axis=0)
        return float(rows), float(columns)

    @property
    def along_mm(self) -> NDArray[np.float64]:
        """(positions,) how far each slice lies along the normal."""
        along: NDArray[np.float64] = self.affines_lps[:, :3, 3] @ self.normal_lps
        return along

    @property
    def slabs_mm(self) -> NDArray[np.float64]:
        """(positions,) of the long axis each slice stands for: half-way to its neighbours, so gaps count.

        The outermost reach as far out as in.
        """
        gaps = np.diff(self.along_mm)
        slabs: NDArray[np.float64] = (np.r_[gaps[0], gaps] + np.r_[gaps, gaps[-1]]) / 2
        return slabs

    @property
    def pixels_ml(self) -> NDArray[np.float64]:
        """(positions,) volume that one pixel of each slice stands for."""
        rows, columns = self.spacing_mm
        volumes: NDArray[np.float64] = self.slabs_mm * rows * columns / 1000
        return volumes

    @property
    def base_first(self) -> bool:
        """Whether position 0 is the one nearest the atria."""
        return float(self.normal_lps @ APEX_LPS) > 0

    def to_lps_mm(self, position: int, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) row and column in a picture -> (n, 3) LPS millimetres."""
        affine = self.affines_lps[position]
        placed: NDArray[np.float64] = points @ affine[:3, 1:3].T + affine[:3, 3]
        return placed
