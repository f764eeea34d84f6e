"""Lines in which other planes cut the picture of a view: for reference, or crossing in one point."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.viewer.layers.cut_lines import CutLine, CutLineLayer
from app.viewer.layers.furniture import Furniture
from app.viewer.picture_plane import PicturePlane


class PlaneLines:
    """Tells the layers of one view what to draw."""

    def __init__(self, furniture: Furniture, cut_lines: CutLineLayer, changed: Callable[[], object]) -> None:
        self._furniture, self._cut_lines, self._changed = furniture, cut_lines, changed

    def refer(self, planes: Sequence[PicturePlane]) -> None:
        """Draw where these planes, of other views, cut the picture."""
        self._furniture.references = tuple(planes)
        self._changed()

    def cross(self, lines: Sequence[CutLine]) -> None:
        """Draw where the other planes of the volume cut the picture, in place of the plain crosshair."""
        if tuple(lines) != self._cut_lines.lines:
            self._cut_lines.lines = tuple(lines)
            self._furniture.crosshair = not lines
            self._changed()
