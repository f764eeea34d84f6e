"""From picture pixels to the screen: fit, zoom, pan, quarter turns and flips as one transform."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSizeF
from PySide6.QtGui import QTransform

from app.viewer.look import Look
from app.viewer.picture_plane import PicturePlane

SMALLEST_ZOOM, LARGEST_ZOOM = 0.05, 60.0


def fit_scale(plane: PicturePlane, look: Look, size: QSizeF) -> float:
    """Screen pixels per millimetre at which the whole picture just fits."""
    rows_mm, columns_mm = plane.spacing_mm
    height = max(plane.shape[0] * rows_mm, look.frame_mm[0])
    width = max(plane.shape[1] * columns_mm, look.frame_mm[1])
    if look.quarter_turns % 2:
        width, height = height, width
    return min(size.width() / width, size.height() / height)


def screen_scale(plane: PicturePlane, look: Look, size: QSizeF) -> float:
    """Screen pixels per millimetre."""
    return fit_scale(plane, look, size) * look.zoom


def screen_transform(plane: PicturePlane, look: Look, size: QSizeF) -> QTransform:
    """Image coordinates (column + 0.5, row + 0.5) -> screen. Fit, turn, flip, zoom, pan, in this order."""
    rows_mm, columns_mm = plane.spacing_mm
    scale = screen_scale(plane, look, size)
    middle = QTransform.fromTranslate(-plane.shape[1] / 2, -plane.shape[0] / 2)
    true_size = QTransform.fromScale(columns_mm, rows_mm)
    turn = QTransform(*_TURNS[look.quarter_turns % 4], 0, 0)
    if look.angle_deg:
        turn = turn * QTransform().rotate(look.angle_deg)
    flip = QTransform.fromScale(-1 if look.flip_across else 1, -1 if look.flip_down else 1)
    pan_x, pan_y = look.pan_mm
    pan_x += _aside_mm(plane, look, size)
    place = QTransform.fromTranslate(size.width() / 2 + pan_x * scale, size.height() / 2 + pan_y * scale)
    return middle * true_size * turn * flip * QTransform.fromScale(scale, scale) * place


def _aside_mm(plane: PicturePlane, look: Look, size: QSizeF) -> float:
    """From the middle to the edge that the picture keeps to where it is fitted; the same at every zoom."""
    if not look.towards or look.quarter_turns % 2 or look.angle_deg:
        return 0.0
    spare_mm = size.width() / fit_scale(plane, look, size) - plane.shape[1] * plane.spacing_mm[1]
    return look.towards * spare_mm / 2


# (m11, m12, m21, m22) of clockwise quarter turns, exact
_TURNS = ((1, 0, 0, 1), (0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0))


def to_screen(transform: QTransform, pixel: NDArray[np.float64]) -> QPointF:
    """Where (row, column) is on the screen."""
    return transform.map(QPointF(float(pixel[1]) + 0.5, float(pixel[0]) + 0.5))


def to_pixel(transform: QTransform, point: QPointF) -> NDArray[np.float64]:
    """(row, column) under a screen point."""
    place = transform.inverted()[0].map(point)
    return np.array([place.y() - 0.5, place.x() - 0.5])


def screen_directions_lps(plane: PicturePlane, look: Look) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit vectors in the patient of screen right and screen down."""
    back = screen_transform(plane, replace(look, pan_mm=(0, 0)), QSizeF(100, 100)).inverted()[0]
    steps = np.array([[back.m12(), back.m11()], [back.m22(), back.m21()]])  # (row, column) per screen pixel
    vectors = steps @ np.stack([plane.down_lps_mm, plane.across_lps_mm])
    right, down = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return right, down


def centred_on(plane: PicturePlane, look: Look, pixel: NDArray[np.float64]) -> Look:
    """The look that shows (row, column) in the middle of the view."""
    look = replace(look, towards=0)
    there = to_screen(screen_transform(plane, replace(look, pan_mm=(0, 0), zoom=1), QSizeF(100, 100)), pixel)
    scale = fit_scale(plane, look, QSizeF(100, 100))
    return replace(look, pan_mm=((50 - there.x()) / scale, (50 - there.y()) / scale))


def held_at(
    plane: PicturePlane,
    look: Look,
    size: QSizeF,
    pixel: NDArray[np.float64],
    held: tuple[QPointF, float],
) -> Look:
    """The look that shows (row, column) at a spot of the screen, at so many screen pixels per millimetre."""
    spot, scale = held
    zoom = min(max(scale / fit_scale(plane, look, size), SMALLEST_ZOOM), LARGEST_ZOOM)
    look = replace(look, zoom=zoom, pan_mm=(0.0, 0.0))
    away = spot - to_screen(screen_transform(plane, look, size), pixel)
    reached = screen_scale(plane, look, size)
    return replace(look, pan_mm=(away.x() / reached, away.y() / reached))
