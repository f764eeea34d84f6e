"""Colours as DICOM recommends them (CIELab over D50, 16 bits) to screen colours (sRGB) and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.imaging.segments import Rgb

_WHITE = np.array([0.96422, 1.0, 0.82521])  # D50
_FROM_XYZ = np.array(  # D50 -> linear sRGB, adapted after Bradford
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)
_TO_XYZ = np.linalg.inv(_FROM_XYZ)
_KNEE = 6 / 29
_Array = NDArray[np.float64]


def rgb_of(stored: tuple[float, ...]) -> Rgb | None:
    """The screen colour of a Recommended Display CIELab Value; None where it is not three numbers."""
    if len(stored) != 3 or not all(0 <= value <= 65535 for value in stored):
        return None
    light, red, yellow = stored[0] * 100 / 65535, stored[1] * 255 / 65535 - 128, stored[2] * 255 / 65535 - 128
    middle = (light + 16) / 116
    steps = np.array([middle + red / 500, middle, middle - yellow / 200])
    xyz = _WHITE * np.where(steps > _KNEE, steps**3, 3 * _KNEE**2 * (steps - 4 / 29))
    linear = np.clip(_FROM_XYZ @ xyz, 0.0, 1.0)
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    r, g, b = (int(value) for value in np.rint(curved * 255))
    return r, g, b


def cielab_of(rgb: Rgb) -> tuple[int, int, int]:
    """How DICOM writes a screen colour."""
    curved = np.asarray(rgb, float) / 255
    linear = np.where(curved <= 0.04045, curved / 12.92, ((curved + 0.055) / 1.055) ** 2.4)
    share = (_TO_XYZ @ linear) / _WHITE
    steps = np.where(share > _KNEE**3, np.cbrt(share), share / (3 * _KNEE**2) + 4 / 29)
    light, red, yellow = 116 * steps[1] - 16, 500 * (steps[0] - steps[1]), 200 * (steps[1] - steps[2])
    scaled = np.array([light * 65535 / 100, (red + 128) * 65535 / 255, (yellow + 128) * 65535 / 255])
    lightness, a, b = (int(value) for value in np.clip(np.rint(scaled), 0, 65535))
    return lightness, a, b
