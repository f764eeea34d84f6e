"""The curve of a volume view with its numbers: the point in hand, level and width."""

from __future__ import annotations

from itertools import count

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QColorDialog, QDoubleSpinBox, QGridLayout, QToolButton, QVBoxLayout, QWidget

from app.panels.curve_editor import CurveEditor
from app.panels.labels import Role, label, tooltip
from app.viewer.transfer_curve import Curve
from app.viewer.volume_histogram import Histogram

_FAR, _SWATCH_PX, _FIELD_PX = 1e6, 18, 78
_strokes = count(1)


class CurveRows(QWidget):
    """The editor, and below it what can be typed."""

    changed = Signal(object, str)  # Curve, stroke

    def __init__(self) -> None:
        super().__init__()
        self.editor = CurveEditor()
        self.value, self.opacity = _number("Value of the point"), _number("Opacity of the point", 100.0)
        self.opacity.setSuffix(" %")
        self.level, self.width_ = _number("Middle of the curve"), _number("Width of the curve")
        self.colour = QToolButton()
        self.colour.setAccessibleName("Colour of the point")
        self.colour.setToolTip(tooltip("Choose the colour of the point"))
        self._lay_out()
        self.editor.changed.connect(self.changed)
        self.editor.chosen.connect(lambda _n: self._show_numbers())
        self.value.valueChanged.connect(lambda _v: self._move())
        self.opacity.valueChanged.connect(lambda _v: self._move())
        for field in (self.level, self.width_):
            field.valueChanged.connect(lambda _v: self._window())
        self.colour.clicked.connect(self._ask_for_colour)

    def show_curve(self, curve: Curve, histogram: Histogram | None, unit: str) -> None:
        """Show a curve over its histogram."""
        self.editor.show_curve(curve, histogram, unit)
        for field in (self.value, self.level, self.width_):
            field.setSuffix(f" {unit}" if unit else "")
        self._show_numbers()

    def _lay_out(self) -> None:
        rows = QGridLayout()
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(6)
        for field in (self.value, self.opacity, self.level, self.width_):
            field.setFixedWidth(_FIELD_PX)
        rows.setColumnStretch(5, 1)
        places = (
            ("Point", self.value),
            ("opaque", self.opacity),
            ("Level", self.level),
            ("width", self.width_),
        )
        for n, (name, field) in enumerate(places):
            rows.addWidget(label(name, Role.CAPTION), n // 2, n % 2 * 2)
            rows.addWidget(field, n // 2, n % 2 * 2 + 1)
        rows.addWidget(self.colour, 0, 4)
        self.level.setToolTip(
            tooltip("Shift the whole curve (also Ctrl and drag up or down over the volume)")
        )
        self.width_.setToolTip(tooltip("Stretch the curve (also Ctrl and drag sideways over the volume)"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.editor)
        column.addLayout(rows)

    def _show_numbers(self) -> None:
        curve = self.editor.curve
        if curve is None:
            return
        point = curve.points[self.editor.point]
        decimals = 0 if curve.width > 50 else 1 if curve.width > 5 else 3
        shown = ((self.value, point.value), (self.level, curve.level), (self.width_, curve.width))
        for field, value in shown:
            with QSignalBlocker(field):
                field.setDecimals(decimals)
                field.setValue(value)
        with QSignalBlocker(self.opacity):
            self.opacity.setValue(100 * point.opacity)
        swatch = QPixmap(_SWATCH_PX, _SWATCH_PX)
        swatch.fill(QColor.fromRgbF(*point.rgb))
        self.colour.setIcon(QIcon(swatch))

    def _move(self) -> None:
        if self.editor.curve is not None:
            curve = self.editor.curve.moved(self.editor.point, self.value.value(), self.opacity.value() / 100)
            self.changed.emit(curve, "")

    def _window(self) -> None:
        if self.editor.curve is not None:
            self.changed.emit(self.editor.curve.windowed(self.level.value(), self.width_.value()), "")

    def _ask_for_colour(self) -> None:
        curve, number = self.editor.curve, self.editor.point
        if curve is None:
            return
        dialog = QColorDialog(QColor.fromRgbF(*curve.points[number].rgb), self)
        dialog.setWindowTitle("Colour of the point")
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.colorSelected.connect(lambda chosen: self._paint(number, chosen))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _paint(self, number: int, chosen: QColor) -> None:
        curve = self.editor.curve
        if curve is not None and number < len(curve.points):
            rgb = (chosen.redF(), chosen.greenF(), chosen.blueF())
            self.changed.emit(curve.coloured(number, rgb), "")


def _number(name: str, high: float = _FAR) -> QDoubleSpinBox:
    made = QDoubleSpinBox()
    made.setRange(0.0 if high < _FAR else -_FAR, high)
    made.setDecimals(0)
    made.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)  # typed; the arrow keys step too
    made.setKeyboardTracking(False)
    made.setAccessibleName(name)
    return made
