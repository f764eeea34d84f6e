"""Orientation letters at the four edges, and the scale: derived from the plane, so always right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor, log10

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from app.viewer.corner_texts import write
from app.viewer.look import Look
from app.viewer.picture_plane import PicturePlane
from app.viewer.placing import screen_directions_lps, screen_scale, screen_transform
from inference.imaging.volume import letters

_LETTER, _SCALE = QColor("#f2d06b"), QColor("#e8edf2")
_OTHER_END = str.maketrans("RLAPIS", "LRPASI")
_BOX = 34  # room for two or three letters


@dataclass(frozen=True)
class EdgeLetters:
    """Which side of the patient lies behind each edge; empty where nothing is placed."""

    left: str = ""
    right: str = ""
    top: str = ""
    bottom: str = ""


def edge_letters(plane: PicturePlane, look: Look, named: tuple[str, str] = ("", "")) -> EdgeLetters:
    """The letters for one picture under one look.

    named  which way columns and rows grow, for a projection: it has no place in the patient
    """
    if not plane.placed:
        return _named_letters(plane, look, named)
    right, down = screen_directions_lps(plane, look)
    return EdgeLetters(letters(-right), letters(right), letters(-down), letters(down))


def _named_letters(plane: PicturePlane, look: Look, named: tuple[str, str]) -> EdgeLetters:
    """Those that the file names, on the edges to which the picture is turned; head and foot as in slices."""
    if not all(named):
        return EdgeLetters()
    across, down = (name.replace("H", "S").replace("F", "I") for name in named)
    back = screen_transform(plane, replace(look, pan_mm=(0, 0), towards=0), QSizeF(100, 100)).inverted()[0]
    found = []
    for column, row in ((back.m11(), back.m12()), (back.m21(), back.m22())):  # of screen right, screen down
        ahead, name = (column, across) if abs(column) >= abs(row) else (row, down)
        found.append((_opposite(name), name) if ahead > 0 else (name, _opposite(name)))
    (left, right), (top, bottom) = found
    return EdgeLetters(left, right, top, bottom)


def _opposite(letters_named: str) -> str:
    return letters_named.translate(_OTHER_END)


def draw_letters(painter: QPainter, area: QRectF, shown: EdgeLetters, font: QFont) -> None:
    """Write the letters at the middle of the edges."""
    bold = QFont(font)
    bold.setBold(True)
    painter.setFont(bold)
    middle = area.center()
    centre = Qt.AlignmentFlag.AlignCenter
    half = _BOX / 2
    places = (
        (shown.left, QPointF(area.left() + half, middle.y())),
        (shown.right, QPointF(area.right() - half, middle.y())),
        (shown.top, QPointF(middle.x(), area.top() + 14)),
        (shown.bottom, QPointF(middle.x(), area.bottom() - 14)),
    )
    for text, place in places:
        write(painter, QRectF(place.x() - half, place.y() - 10, _BOX, 20), text, _LETTER, centre)


def scale_length_mm(pixels_per_mm: float, room: float) -> float:
    """The longest 1, 2 or 5 x 10^n millimetres that fits into `room` screen pixels."""
    longest = room / pixels_per_mm
    power = 10.0 ** floor(log10(longest))
    return max(step * power for step in (1, 2, 5) if step * power <= longest)


def draw_scale(painter: QPainter, area: QRectF, plane: PicturePlane, look: Look, font: QFont) -> None:
    """A bar of a round length above the bottom letter; none where the picture is not calibrated."""
    if not plane.calibrated:
        return
    scale = screen_scale(plane, look, QSizeF(area.size()))
    length_mm = scale_length_mm(scale, min(120.0, area.width() / 4))
    half, y = length_mm * scale / 2, area.bottom() - 32
    x = area.center().x()
    painter.setFont(font)
    for pen in (QPen(QColor(0, 0, 0, 160), 3), QPen(_SCALE, 1)):
        painter.setPen(pen)
        painter.drawLine(QPointF(x - half, y), QPointF(x + half, y))
        for end in (x - half, x + half):
            painter.drawLine(QPointF(end, y - 3), QPointF(end, y + 3))
    text = f"{length_mm / 10:g} cm" if length_mm >= 10 else f"{length_mm:g} mm"
    write(painter, QRectF(x - 60, y - 20, 120, 16), text, _SCALE, Qt.AlignmentFlag.AlignCenter)
