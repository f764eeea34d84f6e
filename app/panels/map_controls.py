"""How a map lies over the pixels: mode, opacity, threshold, and the colours with their unit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSlider, QVBoxLayout, QWidget

from app.overlays import Overlay, OverlayMode
from app.panels.attribution_bars import figure
from app.panels.bars import ColourScale
from app.panels.labels import Role, label
from app.panels.rows import Choice
from app.viewer.layers.colours import table
from explain.attribution import Attribution

MODES = (
    ("contour", "contour"),
    ("blocks", "blocks"),
    ("smooth", "smooth"),
    ("off", "off (O)"),
)
MODE_TIPS = (
    "Outlines; the picture stays as it is",
    "The pieces that the model saw, as they are",
    "Interpolated between the pieces: finer than the model could see",
    "The picture alone (O)",
)


class MapControls(QWidget):
    """Mode buttons, two sliders and the colour scale."""

    look_changed = Signal(object)  # Overlay

    def __init__(self) -> None:
        super().__init__()
        self._look = Overlay()
        self._scores = np.zeros(0, np.float32)
        self.modes = Choice(MODES, MODE_TIPS)
        self.modes.chosen.connect(lambda mode: self._change(mode=OverlayMode(mode)))
        self.opacity = _slider(10, 100, "Opacity of the map")
        self.opacity.valueChanged.connect(lambda value: self._change(opacity=value / 100))
        self.threshold = _slider(0, 99, "Hide pieces that score below this percentile")
        self.threshold.valueChanged.connect(lambda value: self._change(percentile=float(value)))
        self._opacity_text = label("", Role.CAPTION)
        self._threshold_text = label("", Role.CAPTION)
        self._scale = ColourScale()
        self._low, self._unit, self._high = (label("", Role.CAPTION) for _ in range(3))
        self._lay_out()

    def show_map(self, attribution: Attribution, look: Overlay) -> None:
        """Show how the map of an explanation is drawn."""
        self._scores = np.concatenate(
            [unit.scores for unit in attribution.units] or [np.zeros(0, np.float32)]
        )
        self._show_scale(attribution)
        self.show_look(look)

    def show_look(self, look: Overlay) -> None:
        """Show how the map is drawn."""
        self._look = look
        self.modes.choose(look.mode)
        for slider, value in ((self.opacity, 100 * look.opacity), (self.threshold, look.percentile)):
            with QSignalBlocker(slider):
                slider.setValue(round(value))
        self._opacity_text.setText(f"{100 * look.opacity:.0f} %")
        self._threshold_text.setText(kept_words(self._scores, look.percentile))

    def _show_scale(self, attribution: Attribution) -> None:
        extent = float(np.abs(self._scores).max(initial=0.0))
        low, high = (-extent, extent) if attribution.signed else (0.0, extent)
        self._scale.show_colours(lambda t: _map_colour(t, attribution))
        self._low.setText(f"against {figure(low, extent, attribution.unit)}" if attribution.signed else "0")
        self._unit.setText(attribution.unit)
        end = figure(high, extent, attribution.unit)
        self._high.setText(f"for {end}" if attribution.signed else end)

    def _change(self, **changes: object) -> None:
        look = replace(self._look, **changes)  # type: ignore[arg-type]  # the callers pass fields of Overlay
        if look != self._look:
            self.show_look(look)
            self.look_changed.emit(look)

    def _lay_out(self) -> None:
        sliders = QGridLayout()
        sliders.setHorizontalSpacing(8)
        sliders.setVerticalSpacing(4)
        rows = (
            ("opacity", self.opacity, self._opacity_text),
            ("threshold", self.threshold, self._threshold_text),
        )
        for row, (name, slider, value) in enumerate(rows):
            sliders.addWidget(label(name, Role.CAPTION), row, 0)
            sliders.addWidget(slider, row, 1)
            sliders.addWidget(value, row, 2)
            value.setMinimumWidth(112)
            sliders.setRowMinimumHeight(row, 28)
        ends = QHBoxLayout()
        ends.addWidget(self._low)
        ends.addWidget(self._unit, 1, Qt.AlignmentFlag.AlignCenter)
        ends.addWidget(self._high)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.modes)
        column.addLayout(sliders)
        column.addWidget(self._scale)
        column.addLayout(ends)


def kept_words(scores: np.ndarray, percentile: float) -> str:
    """How many pieces of the map a threshold leaves, in words."""
    if not len(scores):
        return f"{percentile:.0f}th percentile"
    strength = np.abs(scores)
    kept = int((strength >= np.percentile(strength, percentile)).sum())
    return f"{kept} of {len(scores)} blocks"


def _slider(low: int, high: int, tip: str) -> QSlider:
    made = QSlider(Qt.Orientation.Horizontal)
    made.setRange(low, high)
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.setMinimumHeight(28)
    return made


def _map_colour(fraction: float, attribution: Attribution) -> QColor:
    """The colour that the pictures give to a place on the scale, 0..1 from its low to its high end."""
    colours = table(signed=attribution.signed, greyed=not attribution.evidence.holds)
    first = 0 if attribution.signed else len(colours) // 2
    red, green, blue = colours[first + round(fraction * (len(colours) - 1 - first))]
    return QColor(int(red), int(green), int(blue))
