"""Text in the panels: always plain, in one of a few roles that the style sheet knows.

Names, descriptions and comments come from DICOM headers and from people; no label ever reads them as markup.
"""

from __future__ import annotations

import math
from enum import StrEnum
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget


class Role(StrEnum):
    """What a text is for; the style sheet gives each its size and colour."""

    SECTION = "section"  # names a section, small
    HEADING = "heading"  # the one thing that a page is about
    BODY = "body"
    CAPTION = "caption"  # second line, smaller
    FAINT = "faint"  # there when looked for
    MODEL = "model"  # a model said it
    PERSON = "person"  # a person did it
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


def label(text: str = "", role: Role = Role.BODY, *, wrap: bool = False) -> QLabel:
    """A label that shows `text` letter for letter."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setWordWrap(wrap)
    made.setProperty("role", role.value)
    if wrap:  # else a long word would widen the whole dock
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)  # else the column squeezes what stands below
        made.setSizePolicy(policy)
    return made


def recast(widget: QWidget, role: Role) -> None:
    """Give a widget another role, and its looks."""
    if widget.property("role") != role.value:
        widget.setProperty("role", role.value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class ElidedLabel(QLabel):
    """One line of plain text that ends in an ellipsis where the room ends; the tooltip has the rest."""

    def __init__(self, text: str = "", role: Role = Role.BODY) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role.value)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._whole = text
        self._fit()

    @property
    def whole(self) -> str:
        """The text without the ellipsis."""
        return self._whole

    def show_text(self, text: str) -> None:
        """Show another text."""
        self._whole = text
        self._fit()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Elide again for the new width."""
        self._fit()

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, max(self.width(), 24))
        self.setText(shown)
        self.setToolTip(tooltip(self._whole) if shown != self._whole else "")


def tooltip(text: str) -> str:
    """`text` for a tooltip: escaped, since Qt would otherwise take markup in it at its word."""
    return f"<p style='white-space:pre-wrap'>{escape(text)}</p>" if text else ""


def rule() -> QFrame:
    """A thin line between two groups."""
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    line.setProperty("role", "rule")
    line.setFixedHeight(1)
    return line


def decimals_for(extent: float) -> int:
    """As many decimals as tell values on a scale of this extent apart: one rule for a whole list."""
    if extent <= 0.0:
        return 1
    return min(6, max(1, 1 - math.floor(math.log10(extent))))


def signed(value: float, decimals: int = 1) -> str:
    """A number with its sign, the minus as wide as the plus."""
    return f"{value:+.{decimals}f}".replace("-", "−")
