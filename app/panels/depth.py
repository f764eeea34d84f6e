"""The panel of a volume view: preset, curve, light, crop box, and the sides it can be seen from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QSlider, QToolButton, QVBoxLayout, QWidget

from app.panels.depth_crop import CropRows
from app.panels.depth_curve import CurveRows
from app.panels.labels import Role, label, rule, tooltip
from app.panels.rows import Choice, link
from app.theme import give_icon
from app.viewer.crop_box import CropBox
from app.viewer.transfer_curve import Curve, curve_of, under_curve
from app.viewer.volume_histogram import Histogram
from app.viewer.volume_look import VolumeLook
from app.viewer.volume_presets import VolumePreset, original_of

BLENDS = (("composite", "Volume"), ("mip", "MIP"), ("minip", "MinIP"), ("average", "Mean"))
_BLEND_TIPS = (
    "Opacity and colour by the curve",
    "The highest value along each ray",
    "The lowest",
    "The mean",
)
SIDES = (("A", "front"), ("P", "back"), ("R", "right"), ("L", "left"), ("S", "above"), ("I", "below"))
_ICON_PX = 40


@dataclass(frozen=True, eq=False)
class DepthStory:
    """What the panel shows of one volume view.

    limits  what 0 and 1 of a relative preset mean here
    whole   the smallest box that holds the volume
    """

    look: VolumeLook
    presets: tuple[VolumePreset, ...]
    icon_of: Callable[[str], QIcon]
    limits: tuple[float, float]
    whole: CropBox
    unit: str = ""
    histogram: Histogram | None = None
    box_shown: bool = True


class DepthPanel(QWidget):
    """Shows how a volume is looked at; tells how the reader wants it. Away while there is none."""

    changed = Signal(object, str, str)  # VolumeLook, what was done, stroke
    side_chosen = Signal(str)  # letter
    box_toggled = Signal(bool)
    save_requested = Signal()
    remove_requested = Signal(object)  # VolumePreset of the reader
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.story: DepthStory | None = None
        self.presets = QComboBox()
        self.presets.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.presets.setAccessibleName("Preset")
        self.presets.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.save = link("Save as…", "Keep this way to render under a name of yours")
        self.back = link("Reset", "The preset as it was before it was changed")
        self.remove = link("Remove", "Remove this preset of yours")
        self.blend = Choice(BLENDS, _BLEND_TIPS)
        self.curve, self.crop = CurveRows(), CropRows()
        self.shading = QCheckBox("Shading")
        self.lights = tuple(_light(name) for name in ("Ambient light", "Diffuse light", "Highlights"))
        self.sides = Choice(SIDES_SHORT, [f"From the {name} (Alt+{letter})" for letter, name in SIDES])
        self._lay_out()
        self._connect()
        self.hide()

    def show_story(self, story: DepthStory) -> None:
        """Show another view, or the same as it is now."""
        offered = self.story is None or self.story.presets != story.presets
        self.story = story
        preset = story.look.preset
        if offered:
            self._offer(story)
        with QSignalBlocker(self.presets):
            self.presets.setCurrentIndex(self.presets.findData(preset.key))
        self.blend.choose(preset.blend)
        self.curve.show_curve(curve_of(preset, story.limits), story.histogram, story.unit)
        with QSignalBlocker(self.shading):
            self.shading.setChecked(preset.shade)
        composite = preset.blend == "composite"
        self.shading.setEnabled(composite)
        for light, value in zip(self.lights, (preset.ambient, preset.diffuse, preset.specular), strict=True):
            light.setEnabled(composite and preset.shade)
            with QSignalBlocker(light):
                light.setValue(round(100 * value))
        self.back.setEnabled(preset != original_of(preset, story.presets))
        self.remove.setVisible(preset.own)
        self.crop.show_crop(story.look, story.whole, box_shown=story.box_shown)

    def _offer(self, story: DepthStory) -> None:
        with QSignalBlocker(self.presets):
            self.presets.clear()
            for preset in story.presets:
                name = f"{preset.title} (yours)" if preset.own else preset.title
                self.presets.addItem(story.icon_of(preset.key), name, preset.key)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addLayout(_row(label("3-D", Role.SECTION), None, self._cross()))
        column.addWidget(self.presets)
        column.addLayout(_row(self.save, self.back, self.remove, None))
        column.addWidget(self.blend)
        column.addWidget(self.curve)
        column.addWidget(self.shading)
        for light in self.lights:
            name = label(light.accessibleName(), Role.CAPTION)
            name.setFixedWidth(96)
            column.addLayout(_row(name, light))
        column.addWidget(rule())
        column.addWidget(self.crop)
        column.addWidget(rule())
        column.addLayout(_row(label("From", Role.CAPTION), self.sides))

    def _cross(self) -> QToolButton:
        made = QToolButton()
        give_icon(made, "cross")
        made.setToolTip("Put the panel away (Alt+D)")
        made.setAccessibleName("Put the panel away")
        made.clicked.connect(self.closed)
        return made

    def _connect(self) -> None:
        self.presets.activated.connect(self._choose_preset)
        self.save.clicked.connect(self.save_requested)
        self.back.clicked.connect(self._reset)
        self.remove.clicked.connect(self._remove)
        self.blend.chosen.connect(lambda key: self._change("Change blending", blend=key))
        self.curve.changed.connect(self._take_curve)
        self.shading.toggled.connect(lambda on: self._change("Shading", shade=on))
        for light, name in zip(self.lights, ("ambient", "diffuse", "specular"), strict=True):
            light.valueChanged.connect(
                lambda value, name=name: self._change("Change light", f"light {name}", **{name: value / 100})
            )
        self.crop.changed.connect(self.changed)
        self.crop.box_toggled.connect(self.box_toggled)
        self.sides.chosen.connect(self._look_from)

    def _look_from(self, letter: str) -> None:
        self.sides.choose("")  # the view may be turned on: no side stays chosen
        self.side_chosen.emit(letter)

    def _choose_preset(self, number: int) -> None:
        if self.story is not None:
            self._tell(self.story.presets[number], "Change 3-D preset")

    def _reset(self) -> None:
        if self.story is not None:
            self._tell(original_of(self.story.look.preset, self.story.presets), "Reset 3-D preset")

    def _remove(self) -> None:
        if self.story is not None:
            self.remove_requested.emit(self.story.look.preset)

    def _take_curve(self, curve: Curve, stroke: str) -> None:
        if self.story is not None:
            self._tell(under_curve(self.story.look.preset, curve), "Change 3-D curve", stroke)

    def _change(self, title: str, stroke: str = "", **changes: object) -> None:
        if self.story is not None:
            self._tell(replace(self.story.look.preset, **changes), title, stroke)  # type: ignore[arg-type] # fields of a preset

    def _tell(self, preset: VolumePreset, title: str, stroke: str = "") -> None:
        if self.story is not None:
            self.changed.emit(self.story.look.under(preset), title, stroke)


SIDES_SHORT = tuple((letter, letter) for letter, _name in SIDES)


def _light(name: str) -> QSlider:
    made = QSlider(Qt.Orientation.Horizontal)
    made.setRange(0, 100)
    made.setAccessibleName(name)
    made.setToolTip(tooltip(name))
    return made


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """Widgets beside each other; None takes the room that is left."""
    made = QHBoxLayout()
    made.setSpacing(6)
    for widget in widgets:
        if widget is None:
            made.addStretch()
        else:
            made.addWidget(widget)
    return made
