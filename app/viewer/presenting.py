"""A presentation state as a look: its window or tables, its turn and flip, the area that it displays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtWidgets import QWidget

from app.viewer import placing
from app.viewer.exhibit import Exhibit
from app.viewer.grey import VOI_LUT
from app.viewer.look import Look
from app.viewer.picture_plane import PicturePlane
from app.viewer.slice_view import SliceView
from inference.imaging.intensity import apply_lut, apply_window
from inference.imaging.objects.presentations import Area, Grey, Presentation
from inference.imaging.study import Window
from inference.imaging.tables import Table

_MOST_LEVELS = 1 << 16
MM_PER_INCH = 25.4
_SAME_SIZE = 0.005  # within which a picture is shown at its true size


def present(view: SliceView, presentation: Presentation, instance_uid: str, frame: int) -> None:
    """Show the picture in a view as a presentation state asks."""
    grey = presentation.grey_of(instance_uid, frame)
    table = combined(view.exhibit, presentation, grey)
    look = replace(
        view.look,
        quarter_turns=presentation.quarter_turns,
        flip_across=presentation.flipped,
        flip_down=False,
        inverted=presentation.inverted and table is None,
        angle_deg=0.0,  # a state knows right angles, greys and single pictures
        colours="",
        slab_mm=0.0,
        zoom=1.0,
        pan_mm=(0.0, 0.0),
        graphics=bool(presentation.activated),  # those of the picture hold only where the state says so
    )
    if table is not None:
        view.exhibit = replace(view.exhibit, lut=table)
        view.slice_picture.forget()
        middle, width = (table.first + table.last) / 2, table.last - table.first + 1.0
        look = replace(look, window=Window(middle, width, VOI_LUT, "linear exact"))
    elif grey is not None and grey.window is not None:
        look = replace(look, window=grey.window)
    area = presentation.area_of(instance_uid, frame)
    if area is not None:
        look = on_area(look, view.plane, area, QSizeF(view.size()), dots_per_mm(view))
    view.set_look(look)


def dots_per_mm(view: QWidget) -> float:
    """Pixels of the widget per millimetre of the screen, as far as the screen knows its size; else 0."""
    dots: float = view.screen().physicalDotsPerInchX() / MM_PER_INCH / view.devicePixelRatioF()
    return dots if dots > 0 else 0.0


def on_area(look: Look, plane: PicturePlane, area: Area, size: QSizeF, screen_per_mm: float = 0.0) -> Look:
    """The look that fills the view with the displayed area, or shows it as large as it asks for.

    screen_per_mm  pixels of the widget per millimetre of the screen; 0 where that is not known
    """
    low, high = np.array(area.top_left[::-1], float), np.array(area.bottom_right[::-1], float)
    rows, columns = np.abs(high - low) + 1
    down_mm, across_mm = plane.spacing_mm
    height, width = rows * down_mm, columns * across_mm
    if look.quarter_turns % 2:
        width, height = height, width
    whole = placing.fit_scale(plane, look, size)
    zoom = min(size.width() / width, size.height() / height) / whole
    if area.mode == "magnify" and area.magnification:
        zoom = area.magnification / across_mm / whole
    if area.mode == "true size" and area.spacing_mm and screen_per_mm:
        zoom = screen_per_mm * area.spacing_mm[1] / across_mm / whole
    zoom = float(np.clip(zoom, placing.SMALLEST_ZOOM, placing.LARGEST_ZOOM))
    if zoom == 1.0 and rows == plane.shape[0] and columns == plane.shape[1]:
        return look
    return placing.centred_on(plane, replace(look, zoom=zoom), (low + high) / 2 - 1)


def area_seen(look: Look, plane: PicturePlane, size: QSizeF, screen_per_mm: float = 0.0) -> Area:
    """What of a picture fills the view, as a displayed area: `on_area` shows it again.

    Its corners are whole pixels, as the standard asks, and may lie beside the picture.
    """
    mode, spacing_mm = "fit", None
    is_true = screen_per_mm and abs(placing.screen_scale(plane, look, size) / screen_per_mm - 1) < _SAME_SIZE
    if is_true and plane.calibrated:
        mode, spacing_mm = "true size", plane.spacing_mm
    rows, columns = plane.shape
    if look.zoom == 1.0 and look.pan_mm == (0.0, 0.0):
        return Area(frozenset(), (1, 1), (columns, rows), mode, spacing_mm=spacing_mm)
    upright = placing.screen_transform(plane, replace(look, angle_deg=0.0), size).inverted()[0]
    seen = upright.mapRect(QRectF(QPointF(0, 0), size))
    first = (round(seen.left()) + 1, round(seen.top()) + 1)
    last = (max(round(seen.right()), first[0]), max(round(seen.bottom()), first[1]))
    return Area(frozenset(), first, last, mode, spacing_mm=spacing_mm)


def combined(exhibit: Exhibit, presentation: Presentation, grey: Grey | None) -> Table | None:
    """One table from the values on show to grey levels; None where a window says it all."""
    tabled = presentation.modality or presentation.presentation or (grey is not None and grey.table)
    pixels = exhibit.sample()
    if not tabled or pixels is None or pixels.ndim > 3 or pixels.dtype.kind not in "iu":
        return None
    low, high = _range(pixels)
    if high - low >= _MOST_LEVELS:
        return None
    values: NDArray[np.float64] = np.arange(low, high + 1, dtype=np.float64)
    if presentation.modality is not None:
        values = presentation.modality.apply(values).astype(np.float64)
    levels = _levels(values, exhibit, grey).astype(np.float64)
    if presentation.presentation is not None:
        levels = _through(presentation.presentation, levels / 255)
    if presentation.inverted:
        levels = 255 - levels
    return Table(np.round(levels).astype(np.uint8), low, 8, presentation.title)


def _range(pixels: NDArray[np.integer]) -> tuple[int, int]:
    """Every value that the stored type can hold where that is few; else what is there."""
    if pixels.dtype.itemsize == 1:
        info = np.iinfo(pixels.dtype)
        return int(info.min), int(info.max)
    return int(pixels.min()), int(pixels.max())


def _levels(values: NDArray[np.float64], exhibit: Exhibit, grey: Grey | None) -> NDArray[np.uint8]:
    if grey is not None and grey.table is not None:
        return apply_lut(values, grey.table)
    window = grey.window if grey is not None and grey.window is not None else None
    if window is None and exhibit.windows:
        window = exhibit.windows[0]
    low, high = float(values.min()), float(values.max())
    return apply_window(values, window or Window((low + high) / 2, high - low or 1.0, "", "linear exact"))


def _through(table: Table, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Window levels 0..1 through a presentation table, to 0..255."""
    place = np.round(shares * (len(table.values) - 1)).astype(int)
    most = float((1 << table.bits) - 1) if table.bits else float(table.values.max() or 1)
    levels: NDArray[np.float64] = np.clip(table.values[place] / most, 0, 1) * 255
    return levels
