"""A thin bar at the right edge of a stack: where it stands, and which of its pictures have been seen."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

_GROOVE, _SEEN, _HERE = QColor(255, 255, 255, 34), QColor(126, 224, 195, 150), QColor("#e8edf2")
_WIDTH, _INSET, _TOP = 3.0, 2.0, 44.0
_LEAST = 160.0  # a lower view has no bar


def draw_seen_bar(painter: QPainter, area: QRectF, here: int, count: int, seen: Collection[int]) -> None:
    """The first picture at the top; one stretch for every run of pictures that were seen."""
    if count < 2 or area.height() < _LEAST:
        return
    bar = QRectF(area.right() - _WIDTH - _INSET, area.top() + _TOP, _WIDTH, area.height() - 2 * _TOP)
    step = bar.height() / count
    painter.fillRect(bar, _GROOVE)
    for first, last in runs(seen):
        painter.fillRect(
            QRectF(bar.left(), bar.top() + first * step, _WIDTH, (last - first + 1) * step), _SEEN
        )
    middle = bar.top() + (here + 0.5) * step
    painter.fillRect(QRectF(bar.left() - 1, middle - 1.5, _WIDTH + 2, 3.0), _HERE)


def runs(numbers: Collection[int]) -> list[tuple[int, int]]:
    """Numbers that follow each other, as first and last."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
