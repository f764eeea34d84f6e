"""What is written in the corners of a view, and how it thins out when the view gets small."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from app.viewer.caption import Values
from app.viewer.corner_plans import CORNERS, PATIENT, CornerPlans, written
from app.viewer.look import Look, Texts

_MARGIN = 8
_WIDEST = 0.47  # share of the view that one corner may take
_MIDDLE_HIGH, _MIDDLE_WIDE = 58, 0.25  # px above the lower edge, and share, that scale and letter take
_TEXT, _EDGE = QColor("#e8edf2"), QColor(0, 0, 0, 200)
_BACKING = QColor(0, 0, 0, 190)
_PRE, _POST, _WARNING = QColor("#a9b4c0"), QColor("#4aa8ff"), QColor("#e0b341")
_MODEL = QColor("#f2a33c")
_SMALL, _TINY = (420, 300), (230, 170)


@dataclass(frozen=True)
class Corners:
    """Lines for each corner, top to bottom."""

    top_left: tuple[str, ...] = ()
    top_right: tuple[str, ...] = ()
    bottom_left: tuple[str, ...] = ()
    bottom_right: tuple[str, ...] = ()
    badge: str = ""
    warning: str = ""
    fidelity: str = ""  # what is not as it was acquired, such as "lossy JPEG 12 : 1"
    legend: tuple[str, ...] = ()  # of an explanation, above the series
    backed: bool = False  # on a dark ground: the picture has texts of its own


def corners_of(plans: CornerPlans, modality: str, values: Values, look: Look, level: Texts) -> Corners:
    """All four corners as the plans want them; nobody's name where the reader hid it."""
    hidden = () if look.patient_texts else PATIENT
    said = {name: words for name, words in values.items() if name not in hidden}
    top_left, top_right, bottom_left, bottom_right = (
        written(plans.corner(modality, level, corner), said) for corner in CORNERS
    )
    return Corners(top_left, top_right, bottom_left, bottom_right)


def level_for(width: float, height: float, asked: Texts) -> Texts:
    """Fewer texts in a small view."""
    if asked is Texts.NONE or width < _TINY[0] or height < _TINY[1]:
        return Texts.NONE
    small = width < _SMALL[0] or height < _SMALL[1]
    return Texts.MINIMAL if small else asked


def draw_corners(painter: QPainter, area: QRectF, corners: Corners, font: QFont) -> None:
    """Write the corners; long lines are cut with an ellipsis rather than overlap."""
    painter.setFont(font)
    inner = area.adjusted(_MARGIN, _MARGIN - 2, -_MARGIN, -_MARGIN + 2)
    right_top = [(text, _TEXT) for text in corners.top_right]
    if corners.badge:
        right_top.append((corners.badge, _POST if corners.badge == "POST" else _PRE))
    room, metrics = _beside_middle(inner.width()), QFontMetricsF(font)
    bottom_left = [part for line in corners.bottom_left for part in stacked(line, metrics, room)]
    warning = wrapped(f"⚠ {corners.warning}", metrics, room) if corners.warning else []
    right_bottom = [(text, _WARNING) for text in warning]
    right_bottom += [(corners.fidelity, _WARNING)] if corners.fidelity else []
    right_bottom += [(text, _MODEL) for text in corners.legend]
    right_bottom += [(text, _TEXT) for text in corners.bottom_right]
    left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
    top, bottom = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom
    for lines, corner in (
        ([(text, _TEXT) for text in corners.top_left], left | top),
        (right_top, right | top),
        ([(text, _TEXT) for text in bottom_left], left | bottom),
        (right_bottom, right | bottom),
    ):
        _block(painter, inner, lines, corner, backed=corners.backed)


def _block(
    painter: QPainter,
    area: QRectF,
    lines: list[tuple[str, QColor]],
    alignment: Qt.AlignmentFlag,
    *,
    backed: bool,
) -> None:
    """Lines stacked into one corner of `area`."""
    metrics = QFontMetricsF(painter.font())
    height = metrics.lineSpacing()
    at_bottom = bool(alignment & Qt.AlignmentFlag.AlignBottom)
    top = area.bottom() - height * len(lines) if at_bottom else area.top()
    side = alignment & Qt.AlignmentFlag.AlignHorizontal_Mask
    for number, (text, colour) in enumerate(lines):
        beside_scale = top + (number + 1) * height > area.bottom() - _MIDDLE_HIGH
        room = _beside_middle(area.width()) if at_bottom and beside_scale else area.width() * _WIDEST
        short = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        row = QRectF(area.left(), top + number * height, area.width(), height)
        flags = side | Qt.AlignmentFlag.AlignVCenter
        if backed:
            painter.fillRect(painter.boundingRect(row, flags, short).adjusted(-4, 0, 4, 0), _BACKING)
        write(painter, row, short, colour, flags)


def stacked(text: str, metrics: QFontMetricsF, room: float) -> list[str]:
    """What a line tells, part below part where it is too long for one line; a part, word below word."""
    lines = [""]
    for part in text.split(" · "):
        longer = f"{lines[-1]} · {part}" if lines[-1] else part
        if metrics.horizontalAdvance(longer) <= room:
            lines[-1] = longer
        else:
            lines += _pairs(part) if metrics.horizontalAdvance(part) > room else [part]
    return [line for line in lines if line]


def _pairs(part: str) -> list[str]:
    """ "W 1309 L 614 HU" as "W 1309" and "L 614 HU": a letter stays with its number."""
    where = part.find(" L ")
    return [part[:where], part[where + 1 :]] if where > 0 else [part]


def wrapped(text: str, metrics: QFontMetricsF, room: float) -> list[str]:
    """A sentence on one line, or on two where it is longer; only the second may have to be cut."""
    words, first = text.split(" "), ""
    while words and metrics.horizontalAdvance(f"{first} {words[0]}".strip()) <= room:
        first = f"{first} {words.pop(0)}".strip()
    return [line for line in (first, " ".join(words)) if line]


def _beside_middle(width: float) -> float:
    """Room on one side of the scale, which is at most 120 px wide, and of its text."""
    middle = max(48.0, min(120.0, width * _MIDDLE_WIDE))
    return (width - middle) / 2 - _MARGIN


def write(painter: QPainter, area: QRectF, text: str, colour: QColor, alignment: Qt.AlignmentFlag) -> None:
    """Plain text with a dark edge, readable on white bone and on black air."""
    painter.setPen(_EDGE)
    for x, y in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        painter.drawText(area.translated(x, y), alignment, text)
    painter.setPen(colour)
    painter.drawText(area, alignment, text)
