"""The strongest pieces of an explanation as lettered bars, and what each series contributed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.panels.bars import ErrorBar
from app.panels.labels import ElidedLabel, Role, decimals_for, label, signed, tooltip
from app.panels.rows import Row, emptied
from explain.attribution import Attribution, Top

NOTHING = "No region stands out from chance."


class TopBars(QWidget):
    """Lettered bars with their standard error, hollow where chance could do it; a click goes there."""

    element_chosen = Signal(int, int)  # unit, element

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)

    def show_top(self, attribution: Attribution, count: int = 3) -> None:
        """Show the strongest pieces of an explanation."""
        emptied(self._column)
        tops = attribution.top(count)
        extent = max((abs(t.score) + (t.standard_error or 0.0) for t in tops), default=1.0)
        for top in tops:
            self._column.addWidget(self._row(attribution, top, extent))
        if tops and all(top.significant is False for top in tops):
            self._column.addWidget(label(NOTHING, Role.WARNING, wrap=True))

    def row(self, rank: int) -> Row:
        """The row of the piece with the letter of this rank."""
        item = self._column.itemAt(rank)
        widget = item.widget() if item else None
        if not isinstance(widget, Row):
            raise IndexError(f"no piece of rank {rank}")
        return widget

    def _row(self, attribution: Attribution, top: Top, extent: float) -> Row:
        place = attribution.units[top.unit].place
        solid = top.significant is not False and attribution.evidence.holds
        row = Row(f"{top.letter}: {figure(top.score, extent, attribution.unit)}, {place.title}")
        row.setToolTip(
            tooltip(
                f"{place.title}: go to this piece"
                + ("" if top.significant is not False else " (chance could do as much)")
            )
        )
        line = QHBoxLayout(row)
        line.setContentsMargins(4, 2, 4, 2)
        line.setSpacing(8)
        line.addWidget(letter_badge(top.letter, solid=solid))
        bar = ErrorBar()
        bar.show_value(top.score, extent, error=top.standard_error, solid=solid)
        line.addWidget(bar, 1)
        number = label(figure(top.score, extent, attribution.unit))
        number.setMinimumWidth(46)
        number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(number)
        row.clicked.connect(lambda: self.element_chosen.emit(top.unit, top.element))
        return row


class SeriesBars(QWidget):
    """What each series contributed, as a share of all."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 4, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(1, 3)

    def show_units(self, attribution: Attribution) -> None:
        """Show every series that the model saw, the strongest first, and what was not image."""
        emptied(self._grid)
        self._grid.addWidget(label("BY SERIES", Role.SECTION), 0, 0, 1, 3)
        parts = [(unit.place.title, unit.total) for unit in attribution.units]
        parts += [(name, share) for name, share in attribution.context.items() if share]
        whole = sum(abs(total) for _, total in parts) or 1.0
        largest = max((abs(total) for _, total in parts), default=1.0) or 1.0
        for row, (title, total) in enumerate(sorted(parts, key=lambda part: -abs(part[1])), start=1):
            bar = ErrorBar()
            bar.show_value(total, largest)
            share = label(f"{'−' if total < 0 else ''}{100 * abs(total) / whole:.0f} %", Role.CAPTION)
            share.setMinimumWidth(38)
            share.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column, widget in enumerate((ElidedLabel(title), bar, share)):
                self._grid.addWidget(widget, row, column)


def letter_badge(letter: str, *, solid: bool = True) -> QLabel:
    """The letter of a piece, as in the picture: filled, or dashed where chance could do as much."""
    badge = label(letter, Role.MODEL)
    badge.setProperty("badge", "solid" if solid else "hollow")
    badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
    badge.setFixedSize(20, 18)
    return badge


def figure(score: float, extent: float, unit: str) -> str:
    """A score with the decimals that its scale needs; shares as percentages."""
    if unit == "share of attention":
        return f"{100 * score:.{decimals_for(100 * extent)}f} %"
    return signed(score, decimals_for(extent))
