"""What lies under the pointer, in words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.viewer.picture_plane import PicturePlane
from app.viewer.slicing import Pixels
from inference.imaging.volume import AXES


def probe_text(pixels: Pixels, plane: PicturePlane, pixel: NDArray[np.float64], unit: str) -> str:
    """Value and place under (row, column); empty beside the picture."""
    if not plane.contains(pixel):
        return ""
    row, column = (round(float(x)) for x in pixel)
    value = pixels[min(row, pixels.shape[0] - 1), min(column, pixels.shape[1] - 1)]
    where = f" at {place_text(plane.to_lps_mm(pixel))}" if plane.placed else ""
    return f"{value_text(value)}{f' {unit}' if unit else ''}{where}"


def value_text(value: NDArray[np.generic]) -> str:
    """One number, or three for colour."""
    if np.ndim(value):
        return " ".join(str(int(v)) for v in value)
    return f"{float(value):.4g}" if np.asarray(value).dtype.kind == "f" else str(int(value))


def place_text(point_lps_mm: NDArray[np.float64]) -> str:
    """A point as a reader says it: "L 12.3 P 4.5 S 33.0 mm"."""
    parts = (f"{AXES[axis][int(x > 0)]} {abs(x):.1f}" for axis, x in enumerate(point_lps_mm))
    return " ".join(parts) + " mm"
