"""The series that is fused with the chosen one: shown or not, how much of it, its colours, its window."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.panels.labels import ElidedLabel, Role, label
from app.theme import give_icon
from app.viewer.colour_maps import GREY, colour_map_names
from app.viewer.fused import FusionLook
from inference.imaging.study import Window

_LARGEST = 1e7


class FusionPanel(QWidget):
    """Shows one look and tells every change at once. Away while nothing is fused."""

    changed = Signal(object)  # FusionLook
    closed = Signal()
    automatic_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._look = FusionLook()
        self.title = ElidedLabel()
        self._placed = label("", Role.CAPTION, wrap=True)
        self.shown = QCheckBox("Shown")
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(5, 100)
        self.opacity.setAccessibleName("Opacity of the fused series")
        self.opacity.setToolTip("Opacity")
        self.colours = QComboBox()
        self.colours.addItem("Grey", GREY)
        for name in colour_map_names():
            self.colours.addItem(name, name)
        self.level, self.width_ = _number("Level"), _number("Width")
        self.automatic = QToolButton()
        self.automatic.setText("Automatic")
        self.automatic.setToolTip("The window that the series asks for, or that fits its values")
        self._join()
        self._lay_out()
        self.hide()

    def show_fusion(self, title: str, placed_by: str, unit: str, look: FusionLook) -> None:
        """Show what is fused, and how it is drawn."""
        self._look = look
        self.title.show_text(title)
        self._placed.setText(placed_by)
        boxes = (self.shown, self.opacity, self.colours, self.level, self.width_)
        blocked = [QSignalBlocker(box) for box in boxes]
        self.shown.setChecked(look.shown)
        self.opacity.setValue(round(look.opacity * 100))
        self.colours.setCurrentIndex(max(0, self.colours.findData(look.colours)))
        for box, value in ((self.level, look.window.centre), (self.width_, look.window.width)):
            box.setSuffix(f" {unit}" if unit else "")
            box.setValue(value)
        for blocker in blocked:
            blocker.unblock()
        self.show()

    def _join(self) -> None:
        self.shown.toggled.connect(lambda on: self._change(shown=on))
        self.opacity.valueChanged.connect(lambda value: self._change(opacity=value / 100))
        self.colours.activated.connect(lambda _n: self._change(colours=self.colours.currentData()))
        for box in (self.level, self.width_):
            box.valueChanged.connect(lambda _value: self._change(window=self._window()))
        self.automatic.clicked.connect(self.automatic_asked)

    def _window(self) -> Window:
        return Window(self.level.value(), max(self.width_.value(), 1e-6), "", "linear exact")

    def _change(self, **changes: object) -> None:
        self._look = replace(self._look, **changes)  # type: ignore[arg-type] # the keys are fields of FusionLook
        self.changed.emit(self._look)

    def _lay_out(self) -> None:
        close = QToolButton()
        give_icon(close, "cross")
        close.setToolTip("Take it away")
        close.setAccessibleName("Take the fused series away")
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.shown)
        head.addWidget(close)
        form = QFormLayout()
        form.setSpacing(4)
        window = QHBoxLayout()
        window.setSpacing(4)
        window.addWidget(self.width_, 1)
        window.addWidget(self.level, 1)
        window.addWidget(self.automatic)
        form.addRow("Opacity", self.opacity)
        form.addRow("Colours", self.colours)
        form.addRow("W / L", window)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 4)
        column.setSpacing(4)
        column.addWidget(label("FUSED", Role.SECTION))
        column.addLayout(head)
        column.addWidget(self._placed)
        column.addLayout(form)


def _number(name: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(-_LARGEST, _LARGEST)
    box.setDecimals(2)
    box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
    box.setToolTip(f"{name} of the fused series")
    box.setAccessibleName(f"{name} of the fused series")
    box.setMinimumWidth(72)
    return box
