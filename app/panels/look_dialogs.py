"""Exact values typed: the window, and the thickness of a slab."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QWidget,
)

from app.panels.histogram import Histogram
from app.viewer.look import Slab
from inference.imaging.study import Window

SHAPES = ("linear", "linear exact", "sigmoid")
LARGEST, LARGEST_SLAB_MM = 1e7, 500.0


class WindowDialog(QDialog):
    """Shows a window and those on offer; tells every change at once."""

    changed = Signal(object)  # Window

    def __init__(
        self, window: Window, offered: Sequence[tuple[str, Window]], unit: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Window")
        self.setMinimumWidth(340)
        self._offered = list(offered)
        self.choice = QComboBox()
        for title, _window in self._offered:
            self.choice.addItem(title)
        self.centre, self.width_ = _number(-LARGEST, LARGEST, unit), _number(0.0, LARGEST, unit)
        self.shape = QComboBox()
        self.shape.addItems(SHAPES)
        self._show(window)
        self.choice.activated.connect(self._take)
        for box in (self.centre, self.width_):
            box.valueChanged.connect(self._tell)
        self.shape.activated.connect(self._tell)
        rows = (
            ("Offered", self.choice),
            ("Level", self.centre),
            ("Width", self.width_),
            ("Shape", self.shape),
        )
        _lay_out(self, rows)
        self.width_.setFocus()
        self.width_.selectAll()

    def add_histogram(self, histogram: Histogram) -> None:
        """Show how often each value occurs, and which of them the window shows."""
        form = self.layout()
        if isinstance(form, QFormLayout):
            form.insertRow(0, histogram)
        self.changed.connect(histogram.show_window)

    def _take(self, number: int) -> None:
        window = self._offered[number][1]
        self._show(window)
        self.changed.emit(window)

    def _show(self, window: Window) -> None:
        for box, value in ((self.centre, window.centre), (self.width_, window.width)):
            with QSignalBlocker(box):
                box.setValue(value)
        self.shape.setCurrentText(window.shape)
        same = [n for n, (_title, offered) in enumerate(self._offered) if offered == window]
        self.choice.setCurrentIndex(same[0] if same else -1)

    def _tell(self, *_: object) -> None:
        shape = self.shape.currentText()
        least = 1.0 if shape == "linear" else 1e-6
        self.choice.setCurrentIndex(-1)
        width = max(self.width_.value(), least)
        self.changed.emit(Window(self.centre.value(), width, "", shape))


class SlabDialog(QDialog):
    """Thickness in millimetres, and how the slices become one picture; tells every change at once."""

    changed = Signal(float, object)  # millimetres, Slab

    def __init__(self, slab_mm: float, slab: Slab, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Thick slab")
        self.setMinimumWidth(300)
        self.thickness = _number(0.0, LARGEST_SLAB_MM, "mm")
        self.thickness.setSpecialValueText("off")
        self.thickness.setDecimals(1)
        self.thickness.setValue(slab_mm)
        self.kind = QComboBox()
        for each in Slab:
            self.kind.addItem(each.value, each)
        self.kind.setCurrentText(slab.value)
        self.thickness.valueChanged.connect(self._tell)
        self.kind.activated.connect(self._tell)
        _lay_out(self, (("Thickness", self.thickness), ("Shown as", self.kind)))
        self.thickness.setFocus()
        self.thickness.selectAll()

    def _tell(self, *_: object) -> None:
        self.changed.emit(self.thickness.value(), Slab(self.kind.currentText()))


def _number(low: float, high: float, unit: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(low, high)
    box.setDecimals(2)
    box.setSuffix(f" {unit}" if unit else "")
    box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)  # values are typed; the arrow keys step too
    box.lineEdit().setTextMargins(6, 0, 0, 0)
    return box


def _lay_out(dialog: QDialog, rows: Sequence[tuple[str, QWidget]]) -> None:
    form = QFormLayout(dialog)
    form.setContentsMargins(16, 16, 16, 16)
    form.setSpacing(8)
    for title, widget in rows:
        form.addRow(title, widget)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.accept)
    form.addRow(buttons)
