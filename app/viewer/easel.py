"""What the painting tools of a view work on: a canvas, the segment in hand, and the brush."""

from __future__ import annotations

from collections.abc import Callable

from app.painting.boxes import Box
from app.painting.brush import Brush
from app.viewer.exhibit import Exhibit
from app.viewer.layers.painted_live import PaintLayer


class Easel:
    """One for all views of a volume. `touched` is told where something was painted."""

    def __init__(self, layer: PaintLayer, number: int, brush: Brush, touched: Callable[[Box], None]) -> None:
        self.layer, self.number, self.brush = layer, number, brush
        self.touched = touched

    def suits(self, exhibit: Exhibit) -> bool:
        """Whether a view shows the volume that the canvas lies on."""
        state, volume = self.layer.canvas.state, exhibit.volume
        return (
            volume is not None
            and volume.shape == state.shape
            and exhibit.display_set_uid == state.display_set_uid
        )

    def give_up(self) -> None:
        """The stroke in hand was none."""
        canvas = self.layer.canvas
        box = canvas.show(canvas.state)
        if box is not None:
            self.touched(box)
