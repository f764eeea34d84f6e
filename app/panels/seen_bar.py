"""A thin line under a series: which of its pictures have been on the screen."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.panels.labels import tooltip
from app.theme import colour

HEIGHT_PX = 3


class SeenBar(QWidget):
    """As long as the series: filled where a picture was seen."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count, self._seen = max(count, 1), frozenset[int]()
        self.setFixedHeight(HEIGHT_PX)
        if count < 2:  # to show it before it stands in a row would make a window of it
            self.hide()

    @property
    def seen(self) -> frozenset[int]:
        """The pictures that were on the screen, counted from 0."""
        return self._seen

    def show_seen(self, pictures: Collection[int]) -> None:
        """Fill what was seen."""
        self._seen = frozenset(n for n in pictures if 0 <= n < self._count)
        words = f"{len(self._seen)} of {self._count} pictures seen"
        self.setToolTip(tooltip(words))
        self.setAccessibleName(words)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The whole faintly, what was seen over it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("line"))
        step = self.width() / self._count
        for first, last in runs(self._seen):
            painter.fillRect(
                QRectF(first * step, 0, (last - first + 1) * step, self.height()), colour("person")
            )
        painter.end()


def runs(numbers: Collection[int]) -> list[tuple[int, int]]:
    """First and last of each unbroken row of numbers."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
