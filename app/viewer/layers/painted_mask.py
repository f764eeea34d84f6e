"""Labels in the plane of one picture, as a fill and outlines: pure work, also for a thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor, QImage

from app.viewer.grey import to_image
from app.viewer.layers.sampling import Raster, edges_of, finer_of, sample
from app.viewer.picture_plane import PicturePlane
from inference.imaging.segments import Segment
from inference.imaging.volume import Volume

AT_ONCE = 40_000  # samples that the GUI thread takes in a few milliseconds
_ROWS = 32  # of the picture, sampled in one go: others run between two of them


@dataclass(frozen=True, eq=False)
class PaintedMask:
    """What does not change while a slice is zoomed, panned and windowed.

    finer  samples per pixel of the picture, down and across
    """

    finer: tuple[float, float]
    fill: QImage
    outlines: tuple[tuple[QColor, tuple[QLineF, ...]], ...]


@dataclass(frozen=True, eq=False)
class MaskOrder:
    """What is to be painted: the visible segments of a grid of labels, over one picture."""

    labels: Volume
    plane: PicturePlane
    segments: tuple[Segment, ...]
    fill: float

    @property
    def is_small(self) -> bool:
        """Whether it is painted so soon that nobody notices."""
        down, across = finer_of(self.labels.affine_lps, self.plane)
        rows, columns = self.plane.shape
        return rows * down * columns * across <= AT_ONCE


def painted(order: MaskOrder, is_stale: Callable[[], bool] = lambda: False) -> PaintedMask | None:
    """Every sample, nearest: labels are never mixed. None where it became stale on the way."""
    parts, finer = [], finer_of(order.labels.affine_lps, order.plane)
    for first in range(0, order.plane.shape[0], _ROWS):
        if is_stale():
            return None
        rows = _rows(order.plane, first)
        parts.append(sample(order.labels.voxels, order.labels.affine_lps, rows, finer=finer).values)
    return _paint(Raster(np.concatenate(parts), finer), order, (float(finer[0]), float(finer[1])))


def painted_coarsely(order: MaskOrder) -> PaintedMask:
    """As many samples as can be had at once, each so many pixels large."""
    rows, columns = order.plane.shape
    times = max(1, int(np.ceil(np.sqrt(rows * columns / AT_ONCE))))
    plane = coarser(order.plane, times)
    raster = sample(order.labels.voxels, order.labels.affine_lps, plane, finer=(1, 1))
    return _paint(raster, order, (1 / times, 1 / times))


def coarser(plane: PicturePlane, times: int) -> PicturePlane:
    """The same picture in pixels `times` as large; the first pixel's corner stays where it is."""
    rows, columns = (-(-size // times) for size in plane.shape)
    return replace(
        plane,
        origin_lps_mm=plane.origin_lps_mm + (plane.down_lps_mm + plane.across_lps_mm) * (times - 1) / 2,
        down_lps_mm=plane.down_lps_mm * times,
        across_lps_mm=plane.across_lps_mm * times,
        shape=(rows, columns),
    )


def _rows(plane: PicturePlane, first: int) -> PicturePlane:
    """A few rows of a picture, sampled as finely as the whole of it."""
    return replace(plane, origin_lps_mm=plane.origin_lps_mm + first * plane.down_lps_mm,
                   shape=(min(_ROWS, plane.shape[0] - first), plane.shape[1]))  # fmt: skip


def _paint(raster: Raster, order: MaskOrder, finer: tuple[float, float]) -> PaintedMask:
    labels: NDArray[np.int32] = np.nan_to_num(raster.values).astype(np.int32)
    counts = np.bincount(labels.ravel())
    here = [s for s in order.segments if s.visible and s.number < len(counts) and counts[s.number]]
    colours = np.zeros((len(counts), 4), np.uint8)
    for segment in here:
        colours[segment.number] = (*segment.rgb, round(255 * order.fill))
    outlines = tuple((QColor(*s.rgb), lines_round(labels == s.number)) for s in here)
    return PaintedMask(finer, to_image(colours[labels]), outlines)


def lines_round(inside: NDArray[np.bool_]) -> tuple[QLineF, ...]:
    """The outline of a segment; only the part of the picture that holds it is looked at."""
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    part = inside[top : rows[-1] + 1, left : columns[-1] + 1]
    return tuple(QLineF(*line) for line in (edges_of(part) + np.array([left, top, left, top])).tolist())
