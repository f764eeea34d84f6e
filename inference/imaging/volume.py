"""Voxels and frames that know where and when they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.errors import SeriesError
from inference.imaging.stored import Rescale, Rescales
from inference.imaging.supplement import Supplement

AXES = (("R", "L"), ("A", "P"), ("I", "S"))  # letters at the low and high end of each LPS axis


@dataclass(frozen=True, eq=False)
class Volume:
    """Voxels on a regular grid, placed in the patient.

    voxels      (slices, rows, columns), already in `unit`; the stored dtype where the rescale is exact in it
    affine_lps  (4, 4) voxel index (k, j, i, 1) -> centre of the voxel in LPS millimetres
    unit        "HU", "SUV", ...; empty where the scanner defines none
    padding     value that marks voxels outside the scanned field, or None
    inverted    True where low values are bright (MONOCHROME1)
    rescales    how the values of each slice came from stored ones
    supplement  which values are colours, or None
    """

    voxels: NDArray[Any]
    affine_lps: NDArray[np.float64]
    unit: str = ""
    padding: float | None = None
    warnings: tuple[str, ...] = ()
    inverted: bool = False
    rescales: Rescales = ()
    supplement: Supplement | None = None

    def __post_init__(self) -> None:
        if self.voxels.ndim != 3:
            raise ValueError(f"a volume has three axes, not {self.voxels.ndim}")
        if abs(np.linalg.det(self.affine_lps[:3, :3])) < 1e-9:
            raise SeriesError(
                "The slices of this series do not span a volume.",
                hint="Check that it holds more than one slice position.",
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """(slices, rows, columns)."""
        slices, rows, columns = self.voxels.shape
        return slices, rows, columns

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance between neighbouring voxels along (slices, rows, columns)."""
        k, j, i = np.linalg.norm(self.affine_lps[:3, :3], axis=0)
        return float(k), float(j), float(i)

    @property
    def directions_lps(self) -> NDArray[np.float64]:
        """(3, 3) unit vectors of the (slice, row, column) index axes, as columns."""
        matrix = self.affine_lps[:3, :3]
        unit: NDArray[np.float64] = matrix / np.linalg.norm(matrix, axis=0)
        return unit

    def to_lps_mm(self, index: NDArray[Any]) -> NDArray[np.float64]:
        """(..., 3) voxel indices (k, j, i) -> LPS millimetres."""
        point: NDArray[np.float64] = (
            np.asarray(index, float) @ self.affine_lps[:3, :3].T + self.affine_lps[:3, 3]
        )
        return point

    def to_index(self, point_lps_mm: NDArray[Any]) -> NDArray[np.float64]:
        """(..., 3) LPS millimetres -> fractional voxel indices (k, j, i)."""
        inverse = np.linalg.inv(self.affine_lps)
        index: NDArray[np.float64] = np.asarray(point_lps_mm, float) @ inverse[:3, :3].T + inverse[:3, 3]
        return index


@dataclass(frozen=True, eq=False)
class LoopFacts:
    """All of a loop but its pixels; the fields are those of `Cine`."""

    times_ms: NDArray[np.float64]
    rate_source: str = ""
    pixel_spacing_mm: tuple[float, float] | None = None
    affine_lps: NDArray[np.float64] | None = None
    unit: str = ""
    warnings: tuple[str, ...] = ()
    inverted: bool = False
    rescales: Rescales = ()
    pictures: tuple[int, ...] = ()
    supplement: Supplement | None = None

    @property
    def frame_ms(self) -> float:
        """Median time between frames."""
        return float(np.median(np.diff(self.times_ms))) if len(self.times_ms) > 1 else 0.0


@dataclass(frozen=True, eq=False)
class Cine:
    """A loop: pictures in time.

    frames            (time, rows, columns) in `unit`, or (time, rows, columns, 3) RGB 0..255
    times_ms          (time,) start of each frame from the first
    rate_source       which header field gave the times, in words
    pixel_spacing_mm  (between rows, between columns), None where the file gives none
    affine_lps        (4, 4) of the picture as a one-slice volume, None where it is not placed
    inverted          True where low values are bright (MONOCHROME1)
    rescales          how the values of each frame came from stored ones
    pictures          place of each frame in its display set; empty where it is that of the frame itself
    supplement        which values are colours, or None
    """

    frames: NDArray[Any]
    times_ms: NDArray[np.float64]
    rate_source: str = ""
    pixel_spacing_mm: tuple[float, float] | None = None
    affine_lps: NDArray[np.float64] | None = None
    unit: str = ""
    warnings: tuple[str, ...] = ()
    inverted: bool = False
    rescales: Rescales = ()
    pictures: tuple[int, ...] = ()
    supplement: Supplement | None = None

    @property
    def facts(self) -> LoopFacts:
        """What is known of it besides its pixels."""
        return LoopFacts(
            self.times_ms, self.rate_source, self.pixel_spacing_mm, self.affine_lps, self.unit,
            self.warnings, self.inverted, self.rescales, self.pictures, self.supplement,
        )  # fmt: skip

    @property
    def frame_shape(self) -> tuple[int, ...]:
        """(rows, columns[, 3]) of one frame."""
        return self.frames.shape[1:]

    def frame(self, index: int) -> NDArray[Any]:
        """One frame; a loop that is read while it is played answers in the same way."""
        picture: NDArray[Any] = self.frames[index]
        return picture

    @property
    def is_colour(self) -> bool:
        """RGB rather than grey."""
        return self.frames.ndim == 4

    @property
    def frame_ms(self) -> float:
        """Median time between frames."""
        return self.facts.frame_ms


@dataclass(frozen=True, eq=False)
class Picture:
    """One still picture.

    pixels      (rows, columns) in `unit`, or (rows, columns, 3) RGB 0..255
    inverted    True where low values are bright (MONOCHROME1)
    affine_lps  (4, 4) of the picture as a one-slice volume, None where it is not placed
    rescale     how the values came from stored ones, None where that is not known
    supplement  which values are colours, or None
    """

    pixels: NDArray[Any]
    unit: str = ""
    inverted: bool = False
    padding: float | None = None
    pixel_spacing_mm: tuple[float, float] | None = None
    affine_lps: NDArray[np.float64] | None = None
    warnings: tuple[str, ...] = ()
    rescale: Rescale | None = None
    supplement: Supplement | None = None

    @property
    def is_colour(self) -> bool:
        """RGB rather than grey."""
        return self.pixels.ndim == 3


def letters(direction_lps: NDArray[Any], limit: int = 2) -> str:
    """Orientation letters of a direction, strongest first, such as "A" or "AL"."""
    vector = np.asarray(direction_lps, float)
    vector = vector / (np.linalg.norm(vector) or 1.0)
    order = np.argsort(-np.abs(vector), kind="stable")
    strong = [axis for axis in order if abs(vector[axis]) > 0.15][:limit]
    return "".join(AXES[axis][int(vector[axis] > 0)] for axis in strong)
