"""What is written under a picture that leaves the room: what made it, and whether a model spoke."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter

from app.theme import caption_font
from app.version import application_version

NOTICE = "not for diagnostic use"
_GROUND, _INK, _MODEL = QColor("#0b0d10"), QColor("#a9b4c0"), QColor("#f2a33c")
_HEIGHT, _EDGE = 24, 8


def words_of(voices: Sequence[str]) -> str:
    """One line; `voices` are the models that spoke in the picture."""
    made = f"Negatoscope {application_version()}"
    return " · ".join((made, *voices, NOTICE)) if voices else made


def inscribed(image: QImage, voices: Sequence[str]) -> QImage:
    """The picture with a line below it; the picture itself stays as it was seen."""
    ratio = image.devicePixelRatio()
    width, height = image.width() / ratio, image.height() / ratio
    made = QImage(image.width(), image.height() + round(_HEIGHT * ratio), QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(ratio)
    made.fill(_GROUND)
    painter = QPainter(made)
    painter.drawImage(QRectF(0, 0, width, height), image)
    painter.setFont(caption_font())
    painter.setPen(_MODEL if voices else _INK)
    line = QRectF(_EDGE, height, width - 2 * _EDGE, _HEIGHT)
    words = _fitting(voices, painter.fontMetrics(), line.width())
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
    painter.end()
    return made


def _fitting(voices: Sequence[str], metrics: QFontMetrics, width: float) -> str:
    """The line as far as there is room; where a model spoke, what it is not for stands to the last."""
    words, end = words_of(voices), f" · {NOTICE}"
    if not voices or metrics.horizontalAdvance(words) <= width:
        return words
    room = max(0, int(width) - metrics.horizontalAdvance(end))
    before = words.removesuffix(end)
    short = metrics.elidedText(before, Qt.TextElideMode.ElideRight, room)
    return f"{short}{end}" if room > metrics.horizontalAdvance("…") else NOTICE
