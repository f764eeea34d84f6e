"""Display shutters (0018,1600): which part of a picture the file asks to be covered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from inference.imaging.layout import number, quietly

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Shutter:
    """What may be seen lies inside all of the shapes that are there. Counted from 1, as in DICOM.

    box      (first row, last row, first column, last column)
    circle   (row, column, radius)
    polygon  ((row, column), ...)
    """

    box: tuple[float, float, float, float] | None = None
    circle: tuple[float, float, float] | None = None
    polygon: tuple[tuple[float, float], ...] = ()

    def open(self, shape: tuple[int, int]) -> Mask:
        """(rows, columns) true where the picture may be seen."""
        rows, columns = np.mgrid[1 : shape[0] + 1, 1 : shape[1] + 1].astype(np.float32)
        seen = np.ones(shape, bool)
        if self.box is not None:
            top, bottom, left, right = self.box
            seen &= (rows >= top) & (rows <= bottom) & (columns >= left) & (columns <= right)
        if self.circle is not None:
            row, column, radius = self.circle
            seen &= (rows - row) ** 2 + (columns - column) ** 2 <= radius**2
        if self.polygon:
            seen &= _inside(self.polygon, rows, columns)
        return seen


def shutter_of(dataset: Dataset) -> Shutter | None:
    """The shutter of a header; None where it has none that can be read."""
    with quietly():
        shapes = _words(dataset)
        box = _box(dataset) if "RECTANGULAR" in shapes else None
        circle = _circle(dataset) if "CIRCULAR" in shapes else None
        polygon = _polygon(dataset) if "POLYGONAL" in shapes else ()
    return Shutter(box, circle, polygon) if box or circle or polygon else None


def _words(dataset: Dataset) -> set[str]:
    value = getattr(dataset, "ShutterShape", None) or ()
    values = value if isinstance(value, (MultiValue, list, tuple)) else (value,)
    return {str(word).strip().upper() for word in values}


def _box(dataset: Dataset) -> tuple[float, float, float, float] | None:
    names = ("UpperHorizontalEdge", "LowerHorizontalEdge", "LeftVerticalEdge", "RightVerticalEdge")
    edges = [number(dataset, f"Shutter{name}") for name in names]
    if any(edge is None for edge in edges):
        return None
    top, bottom, left, right = (float(edge or 0) for edge in edges)
    return (top, bottom, left, right) if top <= bottom and left <= right else None


def _circle(dataset: Dataset) -> tuple[float, float, float] | None:
    centre, radius = _numbers(dataset, "CenterOfCircularShutter"), number(dataset, "RadiusOfCircularShutter")
    return (centre[0], centre[1], radius) if len(centre) == 2 and radius else None


def _polygon(dataset: Dataset) -> tuple[tuple[float, float], ...]:
    flat = _numbers(dataset, "VerticesOfThePolygonalShutter")
    corners = tuple(zip(flat[::2], flat[1::2], strict=False))
    return corners if len(corners) >= 3 and len(flat) % 2 == 0 else ()


def _numbers(dataset: Dataset, name: str) -> list[float]:
    value = getattr(dataset, name, None)
    values = value if isinstance(value, (MultiValue, list, tuple)) else ()
    try:
        return [float(each) for each in values]
    except (TypeError, ValueError):
        return []


def _inside(
    corners: tuple[tuple[float, float], ...], rows: NDArray[np.float32], columns: NDArray[np.float32]
) -> Mask:
    """Even-odd rule, edge by edge."""
    odd = np.zeros(rows.shape, bool)
    for (y0, x0), (y1, x1) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if y0 != y1:
            crosses = (y0 > rows) != (y1 > rows)
            odd ^= crosses & (columns < x0 + (rows - y0) * ((x1 - x0) / (y1 - y0)))
    return odd
