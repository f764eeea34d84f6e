"""What each view of a study of loops contributed, and what the answer is without it; a click goes there."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.panels.attribution_bars import figure
from app.panels.bars import ErrorBar
from app.panels.labels import ElidedLabel, Role, label, tooltip
from app.panels.rows import Row, emptied
from app.report.measures import change_between, is_measure
from explain.attribution import Attribution, UnitScores


class ViewBars(QWidget):
    """Two groups of bars: by view, and with one view left out."""

    unit_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.by_view: dict[int, Row] = {}  # by unit
        self.left_out: dict[int, Row] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 0)
        self._column.setSpacing(1)

    def show_units(self, attribution: Attribution) -> None:
        """Show every view that the model saw, the strongest first."""
        emptied(self._column)
        self._column.addWidget(label(f"BY VIEW · {attribution.unit}", Role.SECTION))
        totals = {n: (u.total, _words(attribution, u)) for n, u in _units(attribution)}
        self.by_view = self._group(totals, attribution, "")
        tried = {n: u for n, u in _units(attribution) if u.left_out is not None}
        self.left_out = {}
        if tried:
            self._column.addSpacing(6)
            self._column.addWidget(label(f"ONE VIEW LEFT OUT · {attribution.target.unit}", Role.SECTION))
            falls = {n: (u.left_out or 0.0, without_words(attribution, u)) for n, u in tried.items()}
            self.left_out = self._group(falls, attribution, "without ")
        for title, share in attribution.context.items():
            words = figure(share, 1.0, attribution.unit)
            self._column.addWidget(label(f"{title}: {words}", Role.FAINT))

    def _group(
        self, values: dict[int, tuple[float, str]], attribution: Attribution, before: str
    ) -> dict[int, Row]:
        extent = max((abs(value) for value, _ in values.values()), default=1.0) or 1.0
        rows = {}
        for unit in sorted(values, key=lambda n: -abs(values[n][0])):
            value, words = values[unit]
            title = before + attribution.units[unit].place.title
            rows[unit] = self._row(title, value, extent, words)
            rows[unit].clicked.connect(lambda unit=unit: self.unit_chosen.emit(unit))
            self._column.addWidget(rows[unit])
        return rows

    @staticmethod
    def _row(title: str, value: float, extent: float, words: str) -> Row:
        row = Row(f"{title}: {words}")
        row.setMinimumHeight(28)
        row.setToolTip(tooltip(f"{title}: {words}. Go to the frame that says most."))
        line = QHBoxLayout(row)
        line.setContentsMargins(4, 1, 4, 1)
        line.setSpacing(8)
        line.addWidget(ElidedLabel(title, Role.CAPTION), 1)
        bar = ErrorBar()
        bar.show_value(value, extent)
        line.addWidget(bar)
        number_label = label(words, Role.CAPTION)
        number_label.setMinimumWidth(64)
        line.addWidget(number_label)
        return row


def is_of_loops(attribution: Attribution) -> bool:
    """Whether an explanation speaks of loops rather than of slices."""
    return any(unit.place.times_ms is not None for unit in attribution.units)


def without_words(attribution: Attribution, unit: UnitScores) -> str:
    """The answer with all views and without this one, such as "31 → 28"."""
    without = attribution.score - (unit.left_out or 0.0)
    if is_measure(attribution.target):
        return change_between(attribution.score, without, attribution.target)
    return f"{attribution.score:+.2f} → {without:+.2f}".replace("-", "−")


def _words(attribution: Attribution, unit: UnitScores) -> str:
    return figure(unit.total, max(abs(u.total) for u in attribution.units), attribution.unit)


def _units(attribution: Attribution) -> list[tuple[int, UnitScores]]:
    return list(enumerate(attribution.units))
