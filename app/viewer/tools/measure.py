"""Draw a measurement: drag it, or click its points one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF

from app.viewer import placing
from app.viewer.measurements.making import Sheet, made, within
from app.viewer.measurements.measurement import Kind, Measurement, Points
from app.viewer.measurements.shaping import PICKS, shaped
from app.viewer.tools.grip import CLICK_PX, Grip
from app.viewer.tools.writing import ask_text

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView

WRITTEN = {
    Kind.ARROW: "What the arrow points at",
    Kind.TEXT: "Text",
    Kind.POINT: "Name of the point",
    Kind.CALIBRATION: "Its true length in mm",
}


class Sketch:
    """What would be kept if the drawing ended now, shown on one view until it is kept or given up."""

    def __init__(self, view: SliceView, kind: Kind) -> None:
        self.view, self.kind = view, kind

    def show(self, picked: list[Points]) -> None:
        """Show what these pixels make."""
        self.view.measuring.in_hand = self.made(picked)
        self.view.update()

    def finish(self, picked: list[Points]) -> bool:
        """Tell what was drawn; always True: the drawing is over."""
        measurement = self.made(picked)
        self.give_up()
        if measurement is not None:
            self.view.measured.emit(measurement)
        return True

    def give_up(self) -> bool:
        """Nothing was drawn; always True."""
        self.view.measuring.in_hand = None
        self.view.update()
        return True

    def made(self, picked: list[Points]) -> Measurement | None:
        """The measurement through picked pixels."""
        sheet = self.view.sheet()
        return None if sheet is None else made(sheet, self.kind, self._shape(sheet, picked))

    def pixel(self, spot: QPointF) -> Points:
        """The place under the pointer, on the picture."""
        scene = self.view.scene()
        return within(scene.plane, placing.to_pixel(scene.transform, spot))

    def _shape(self, sheet: Sheet, picked: list[Points]) -> Points:
        """Shaped on the screen, where lengths are true, then held on the picture."""
        transform = self.view.scene().transform
        spots = [placing.to_screen(transform, pixel) for pixel in picked]
        on_screen = shaped(self.kind, np.array([(spot.x(), spot.y()) for spot in spots]))
        pixels = np.array([placing.to_pixel(transform, QPointF(x, y)) for x, y in on_screen])
        return within(sheet.plane, pixels) if self.kind is not Kind.BIDIRECTIONAL else pixels


class Drawing:
    """The points picked so far, as pixels, and the one that follows the pointer."""

    def __init__(self, view: SliceView, kind: Kind, spot: QPointF) -> None:
        self.view, self.kind = view, kind
        self._sketch = Sketch(view, kind)
        self._picked = [self._sketch.pixel(spot)]
        self._last = spot

    def press(self, spot: QPointF) -> bool:
        """Pick another point."""
        return self._pick(spot)

    def move(self, spot: QPointF) -> None:
        """Show what the next point here would make."""
        if self.kind is Kind.FREEHAND:
            self._picked.append(self._sketch.pixel(spot))
            self._sketch.show(self._picked)
        elif len(self._picked) < PICKS[self.kind]:
            self._sketch.show([*self._picked, self._sketch.pixel(spot)])

    def release(self, spot: QPointF) -> bool:
        """A drag ends at a point; a click waits for the next one."""
        if self.kind is Kind.FREEHAND:
            return self._finish() if len(self._picked) > 3 else self._sketch.give_up()
        if self.kind in (Kind.TEXT, Kind.POINT):
            return self._finish()
        far = (spot - self._last).manhattanLength() > CLICK_PX
        return self._pick(spot) if far else False

    def cancel(self) -> None:
        """Nothing was drawn."""
        self._sketch.give_up()

    def _pick(self, spot: QPointF) -> bool:
        self._picked.append(self._sketch.pixel(spot))
        self._last = spot
        if len(self._picked) >= PICKS[self.kind]:
            return self._finish()
        self._sketch.show(self._picked)
        return False

    def _finish(self) -> bool:
        measurement = self._sketch.made(self._picked)
        if measurement is None or self.kind not in WRITTEN:
            return self._sketch.finish(self._picked)
        self.view.measuring.in_hand = measurement
        ask_text(self.view, self._last, WRITTEN[self.kind], partial(_written, self.view, measurement))
        self.view.update()
        return True


def _written(view: SliceView, measurement: Measurement, text: str) -> None:
    """Keep what was drawn with its text; without one only arrows and points mean something."""
    view.measuring.in_hand = None
    if text or measurement.kind in (Kind.ARROW, Kind.POINT):
        view.measured.emit(replace(measurement, text=text))
    view.update()


def begins(kind: Kind) -> Callable[[SliceView, QPointF], Grip | None]:
    """The tool that draws measurements of one kind; nothing where the pictures are not known well enough."""

    def begin(view: SliceView, spot: QPointF) -> Grip | None:
        return Drawing(view, kind, spot) if view.sheet() is not None else None

    return begin
