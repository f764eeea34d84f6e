"""Values as the image that is seen: through the file's own table, or through the window, in colour."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from app.viewer.colour_maps import in_colour
from app.viewer.exhibit import Exhibit
from app.viewer.grey import VOI_LUT, grey, picture_image, to_image
from app.viewer.look import Look
from inference.imaging.intensity import apply_lut


def shaded(values: NDArray[Any], exhibit: Exhibit, look: Look) -> QImage:
    """(rows, columns[, 3]) values as seen under a look: through the file's table while nobody windowed."""
    if exhibit.lut is not None and look.window.title == VOI_LUT:
        shades = apply_lut(values, exhibit.lut, inverted=look.inverted)
    elif values.ndim == 3:
        whole = np.rint(values) if values.dtype.kind == "f" else values
        return picture_image(whole, look.window, inverted=look.inverted)
    else:
        shades = grey(values, look.window, inverted=look.inverted)
    if exhibit.padding is not None:
        shades[values == exhibit.padding] = 0  # what was not scanned is black, also where low is bright
    return to_image(in_its_colours(in_colour(shades, look.colours), values, exhibit, look))


def in_its_colours(
    shades: NDArray[np.uint8], pixels: NDArray[Any], exhibit: Exhibit, look: Look
) -> NDArray[np.uint8]:
    """With the values that the file means as colours; a slab mixes values, of which none stands for one."""
    if exhibit.supplement is None or look.slab_mm:
        return shades
    return exhibit.supplement.over(shades, pixels)
