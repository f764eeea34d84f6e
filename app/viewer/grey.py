"""Stored pixels through a window to a QImage: one table look-up where the stored type allows it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from inference.imaging.intensity import apply_window
from inference.imaging.study import Window

Pixels = NDArray[Any]
VOI_LUT = "VOI LUT"  # title of the window that stands for a table
_TABLED = {np.dtype(kind) for kind in (np.uint8, np.int8, np.uint16, np.int16)}


def grey(pixels: Pixels, window: Window, *, inverted: bool = False) -> NDArray[np.uint8]:
    """(rows, columns) shades 0..255 of `pixels` as seen through `window`."""
    native = pixels.dtype.newbyteorder("=")
    if native not in _TABLED:
        return apply_window(pixels, window, inverted=inverted)
    unsigned = np.dtype(f"u{native.itemsize}")
    stored = pixels.astype(native, copy=False).view(unsigned)
    shades: NDArray[np.uint8] = np.take(_table(native, window, inverted), stored, mode="wrap")
    return shades


@lru_cache(maxsize=16)
def _table(kind: np.dtype[Any], window: Window, inverted: bool) -> NDArray[np.uint8]:
    """Shade of every value that `kind` can store, indexed by its bits."""
    size = 256**kind.itemsize
    values = np.arange(size, dtype=f"u{kind.itemsize}").view(kind)
    return apply_window(values, window, inverted=inverted)


def to_image(shades: NDArray[np.uint8]) -> QImage:
    """(rows, columns) shades or (rows, columns, 3) RGB as an image that owns its pixels."""
    shades = np.ascontiguousarray(shades)
    rows, columns = shades.shape[:2]
    if shades.ndim == 2:
        return QImage(shades.data, columns, rows, columns, QImage.Format.Format_Grayscale8).copy()
    form = QImage.Format.Format_RGBA8888 if shades.shape[2] == 4 else QImage.Format.Format_RGB888
    return QImage(shades.data, columns, rows, shades.strides[0], form).copy()


def picture_image(pixels: Pixels, window: Window, *, inverted: bool = False) -> QImage:
    """The image of a grey or RGB picture; colour is not windowed."""
    if pixels.ndim == 3:
        colours = np.clip(pixels, 0, 255).astype(np.uint8, copy=False)
        return to_image(255 - colours if inverted else colours)
    return to_image(grey(pixels, window, inverted=inverted))


def image_to_array(image: QImage) -> NDArray[np.uint8]:
    """(rows, columns, 4) RGBA bytes of an image."""
    converted = image.convertToFormat(QImage.Format.Format_RGBA8888)
    flat = np.frombuffer(converted.constBits(), np.uint8).reshape(converted.height(), -1)
    return flat[:, : 4 * converted.width()].reshape(converted.height(), converted.width(), 4).copy()
