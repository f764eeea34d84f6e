"""What a segment is painted with: tool, segment, size, range; and what is done to it at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QInputDialog,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.painting.brush import LARGEST_MM, SMALLEST_MM, Brush, Limits
from app.painting.segmentation import Segmentation
from app.panels.labels import Role, label
from app.panels.rows import Choice, link
from app.panels.segments import swatch
from app.theme import give_icon
from app.viewer.look import Tool

TOOLS = ((Tool.BRUSH.value, "Brush"), (Tool.ERASER.value, "Eraser"), (Tool.GROW.value, "Grow"))
_TOOL_TIPS = (
    "Drag to paint the segment (Alt+B)",
    "Drag to take voxels away from the segment (Alt+E)",
    "Click on a place: what is joined to it and lies in the range becomes part of the segment (Alt+G)",
)
SHAPES = (("disc", "Disc"), ("ball", "Ball"))
_SHAPE_TIPS = ("On the slice only (Alt+O)", "On the slices around as well, as a ball in the patient (Alt+O)")
_FARTHEST = 1e6
_LONGEST_NAME = 64


@dataclass(frozen=True, eq=False)
class PaintingStory:
    """What the panel shows."""

    tool: str
    brush: Brush
    reach_mm: float
    segmentation: Segmentation | None
    number: int
    unit: str = ""
    values: tuple[float, float] = (0.0, 100.0)  # a range to begin with


class PaintingPanel(QWidget):
    """Tells what the reader wants. Away while nothing is painted."""

    tool_chosen = Signal(str)
    brush_changed = Signal(object)  # Brush
    reach_changed = Signal(float)
    segment_chosen = Signal(int)
    new_requested = Signal()
    renamed = Signal(str)
    delete_requested = Signal()
    fill_requested = Signal()
    clear_requested = Signal()
    holes_requested = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.story: PaintingStory | None = None
        self.tools, self.shape = Choice(TOOLS, _TOOL_TIPS), Choice(SHAPES, _SHAPE_TIPS)
        self.segments = QComboBox()
        self.segments.setAccessibleName("Segment that is painted")
        self.segments.setToolTip("The segment that is painted")
        self.new = link("New", "One more segment (Alt+N)")
        self.rename = link("Rename…", "Another name for the segment")
        self.delete = link("Delete", "Delete the segment; undo brings it back")
        self.radius = _number("Radius of the brush", " mm", (SMALLEST_MM, LARGEST_MM), "+, −, Shift+wheel")
        self.reach = _number("How far a region grows", " mm", (2.0, 200.0), "Grow no further than this")
        self.limited = QCheckBox("Values")
        self.limited.setToolTip("Paint, erase and grow only where the value lies in this range (Alt+J)")
        self.low = _number("Lowest value", "", (-_FARTHEST, _FARTHEST), "Lowest value of the range")
        self.high = _number("Highest value", "", (-_FARTHEST, _FARTHEST), "Highest value of the range")
        self.over = QCheckBox("Over other segments")
        self.over.setToolTip("Take voxels from other segments as well")
        self.fill = link("Fill between", "Complete the segment between slices that were drawn on (Alt+W)")
        self.holes = link("Fill holes", "Fill what the segment encloses (Alt+K)")
        self.clear = link(
            "Clear slice", "Take the segment off the slice in the chosen viewport (Alt+Backspace)"
        )
        self._connect()
        self._lay_out()
        self.hide()

    def show_story(self, story: PaintingStory) -> None:
        """Show what is painted, and with what."""
        self.story = story
        brush = story.brush
        self.tools.choose(story.tool)
        self.shape.choose("ball" if brush.ball else "disc")
        self._show_segments(story)
        limits = brush.limits
        if limits is None and self.low.value() >= self.high.value():
            limits = Limits(*story.values)  # what a tick would begin with
        numbers: Sequence[tuple[QDoubleSpinBox, float]] = (
            (self.radius, brush.radius_mm), (self.reach, story.reach_mm),
            *(((self.low, limits.low), (self.high, limits.high)) if limits is not None else ()),
        )  # fmt: skip
        for box, value in numbers:
            with QSignalBlocker(box):
                box.setValue(value)
        for box in (self.low, self.high):
            box.setEnabled(brush.limits is not None)
            box.setSuffix(f" {story.unit}" if story.unit else "")
        for check, on in ((self.limited, brush.limits is not None), (self.over, brush.over)):
            with QSignalBlocker(check):
                check.setChecked(on)
        self.show()

    def _show_segments(self, story: PaintingStory) -> None:
        known = story.segmentation.segments if story.segmentation is not None else ()
        with QSignalBlocker(self.segments):
            self.segments.clear()
            for segment in known:
                self.segments.addItem(swatch(segment.rgb), segment.name, segment.number)
            self.segments.setCurrentIndex(self.segments.findData(story.number))
        for button in (self.rename, self.delete, self.fill, self.holes, self.clear):
            button.setEnabled(bool(known))

    def _ask_for_name(self) -> None:
        dialog = QInputDialog(self)
        dialog.setWindowTitle("Name of the segment")
        dialog.setLabelText("Name")
        dialog.setTextValue(self.segments.currentText())
        dialog.textValueSelected.connect(lambda name: self.renamed.emit(name.strip()[:_LONGEST_NAME]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _limit(self, on: bool) -> None:
        """Begin with the values that were there before, else with those of the picture."""
        self._change(limits=self._limits() if on else None)

    def _limits(self) -> Limits:
        low, high = sorted((self.low.value(), self.high.value()))
        return Limits(low, high)

    def _change(self, **changes: object) -> None:
        if self.story is not None:
            self.brush_changed.emit(replace(self.story.brush, **changes))  # type: ignore[arg-type] # fields of Brush

    def _connect(self) -> None:
        self.tools.chosen.connect(self.tool_chosen)
        self.shape.chosen.connect(lambda key: self._change(ball=key == "ball"))
        self.segments.activated.connect(lambda _n: self.segment_chosen.emit(self.segments.currentData()))
        self.radius.valueChanged.connect(lambda value: self._change(radius_mm=value))
        self.reach.valueChanged.connect(self.reach_changed)
        self.limited.toggled.connect(self._limit)
        for box in (self.low, self.high):
            box.valueChanged.connect(lambda _value: self._change(limits=self._limits()))
        self.over.toggled.connect(lambda on: self._change(over=on))
        for button, signal in (
            (self.new, self.new_requested), (self.delete, self.delete_requested),
            (self.fill, self.fill_requested), (self.clear, self.clear_requested),
            (self.holes, self.holes_requested),
        ):  # fmt: skip
            button.clicked.connect(signal)
        self.rename.clicked.connect(self._ask_for_name)

    def _lay_out(self) -> None:
        close = QToolButton()
        give_icon(close, "cross")
        close.setToolTip("Put the painting tools away (Alt+U)")
        close.setAccessibleName("Put the painting tools away")
        close.clicked.connect(self.closed)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addLayout(_row(label("PAINT", Role.SECTION), None, close))
        column.addWidget(self.segments)
        column.addLayout(_row(self.new, self.rename, self.delete, None))
        column.addWidget(self.tools)
        column.addLayout(_row(self.shape, self.radius))
        column.addLayout(_row(self.limited, self.low, label("to", Role.CAPTION), self.high))
        column.addLayout(_row(label("Grow within"), self.reach, None))
        column.addWidget(self.over)
        column.addLayout(_row(self.fill, self.holes, self.clear, None))


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """Widgets side by side; None is room."""
    row = QHBoxLayout()
    row.setSpacing(6)
    for widget in widgets:
        if widget is None:
            row.addStretch()
        else:
            row.addWidget(widget)
    return row


def _number(name: str, suffix: str, ends: tuple[float, float], tip: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(*ends)
    box.setDecimals(1)
    box.setSuffix(suffix)
    box.setAccessibleName(name)
    box.setToolTip(tip if tip.startswith(("Grow", "Lowest", "Highest")) else f"{name} ({tip})")
    box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
    box.setKeyboardTracking(False)
    box.setMinimumWidth(72)
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    return box
