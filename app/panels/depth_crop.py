"""The box that crops a volume, in millimetres along the patient."""

from __future__ import annotations

from itertools import count

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.panels.labels import Role, label, tooltip
from app.panels.range_slider import RangeSlider
from app.panels.rows import link
from app.viewer.crop_box import CropBox
from app.viewer.volume_look import VolumeLook

_AXES = (("R", "L"), ("A", "P"), ("I", "S"))
_NAMES = ("right to left", "front to back", "feet to head")
_strokes = count(1)


class CropRows(QWidget):
    """On or off, three rows of two ends each, and the whole volume again."""

    changed = Signal(object, str, str)  # VolumeLook, what was done, stroke
    box_toggled = Signal(bool)  # the box is drawn in the scene

    def __init__(self) -> None:
        super().__init__()
        self._look: VolumeLook | None = None
        self._whole: CropBox | None = None
        self._stroke = ""
        self.switch, self.drawn = QCheckBox("Crop box"), QCheckBox("Show the box")
        self.switch.setToolTip(tooltip("Render only what lies within a box along the patient (Alt+C)"))
        self.drawn.setToolTip(tooltip("Draw the box with its six handles over the volume"))
        self.reset = link("Whole volume", "Take the box back to the ends of the volume")
        self.sliders = tuple(RangeSlider(f"Crop from {name}") for name in _NAMES)
        self.fields = tuple((_field(), _field()) for _ in _AXES)
        self._lay_out()
        self._connect()

    def show_crop(self, look: VolumeLook, whole: CropBox, *, box_shown: bool) -> None:
        """Show where the sides are."""
        self._look, self._whole = look, whole
        box = look.box or whole
        for box_of, on in ((self.switch, look.cropped), (self.drawn, box_shown)):
            with QSignalBlocker(box_of):
                box_of.setChecked(on)
        for widget in (self.drawn, self.reset, self._rows):
            widget.setEnabled(look.cropped)
        for axis, slider in enumerate(self.sliders):
            ends = (box.low_lps_mm[axis], box.high_lps_mm[axis])
            limits = (whole.low_lps_mm[axis], whole.high_lps_mm[axis])
            slider.show_range(*ends, limits)
            for field, value in zip(self.fields[axis], ends, strict=True):
                with QSignalBlocker(field):
                    field.setRange(*limits)
                    field.setValue(value)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.switch)
        head.addWidget(self.drawn)
        head.addStretch()
        head.addWidget(self.reset)
        self._rows = QWidget()
        rows = QGridLayout(self._rows)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setHorizontalSpacing(6)
        rows.setVerticalSpacing(2)
        for axis, (low, high) in enumerate(_AXES):
            begin, end = self.fields[axis]
            widgets = (label(low, Role.CAPTION), begin, self.sliders[axis], end, label(high, Role.CAPTION))
            for place, widget in enumerate(widgets):
                rows.addWidget(widget, axis, place)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._rows)

    def _connect(self) -> None:
        self.switch.toggled.connect(self._switch)
        self.drawn.toggled.connect(self.box_toggled)
        self.reset.clicked.connect(lambda: self._tell(self._whole, "Reset crop box"))
        for axis, slider in enumerate(self.sliders):
            slider.taken.connect(self._begin)
            slider.moved.connect(lambda high, mm, axis=axis: self._move(axis, mm, high=high))
            for high, field in enumerate(self.fields[axis]):
                field.valueChanged.connect(
                    lambda mm, axis=axis, high=bool(high): self._move(axis, mm, high=high, stroke="")
                )

    def _begin(self) -> None:
        self._stroke = f"crop slider {next(_strokes)}"

    def _switch(self, on: bool) -> None:
        if self._look is not None:
            self._tell(self._look.box or self._whole, "Crop" if on else "Show whole volume", cropped=on)

    def _move(self, axis: int, to_mm: float, *, high: bool, stroke: str | None = None) -> None:
        if self._look is None or self._whole is None:
            return
        box = (self._look.box or self._whole).moved(axis, to_mm, high=high, within=self._whole)
        self._tell(box, "Move crop box", stroke=self._stroke if stroke is None else stroke)

    def _tell(self, box: CropBox | None, title: str, *, cropped: bool = True, stroke: str = "") -> None:
        if self._look is not None:
            self.changed.emit(self._look.within(box, cropped=cropped), title, stroke)


def _field() -> QDoubleSpinBox:
    made = QDoubleSpinBox()
    made.setDecimals(0)
    made.setSuffix(" mm")
    made.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)  # typed; the arrow keys step too
    made.setKeyboardTracking(False)
    made.setFixedWidth(74)
    return made
