"""The layer of segments that are being painted: only what a stroke touched is sampled and coloured again."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor, QImage

from app.painting.boxes import Box
from app.painting.canvas import Canvas
from app.viewer.exhibit import Exhibit
from app.viewer.layers.masks import MaskLayer
from app.viewer.layers.painted_mask import PaintedMask, lines_round
from app.viewer.layers.sampling import finer_of, sample
from app.viewer.layers.scene import Scene
from app.viewer.look import Cut, Oblique
from app.viewer.picture_plane import PicturePlane
from inference.imaging.segments import SegmentMap
from inference.imaging.volume import Volume

_MOST_KEPT = 8  # pictures: those of all views on the wall, and a few that were left
Where = tuple[Exhibit, Cut, int]


class _Sheet:
    """What lies over one picture: labels by sample, their colours, and the outline of each segment."""

    def __init__(self, plane: PicturePlane, grid: Volume) -> None:
        self.plane, self.finer = plane, finer_of(grid.affine_lps, plane)
        rows, columns = (size * times for size, times in zip(plane.shape, self.finer, strict=True))
        self.labels = np.zeros((rows, columns), np.uint8)
        self.pixels = np.zeros((rows, columns, 4), np.uint8)
        self.fill = QImage(self.pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888)
        self.outlines: dict[int, tuple[QLineF, ...]] = {}
        self.stale: set[int] = set()

    def sample(self, grid: Volume, part: _Part | None = None) -> None:
        """Find the labels of a part of the picture, by default of all of it."""
        part = part or _Part(0, self.plane.shape[0], 0, self.plane.shape[1])
        values = sample(grid.voxels, grid.affine_lps, part.of(self.plane), finer=self.finer).values
        found = np.nan_to_num(values).astype(np.uint8)
        here = part.finer(self.finer)
        self.stale.update(np.unique(self.labels[here]).tolist(), np.unique(found).tolist())
        self.labels[here] = found

    def colour(self, colours: NDArray[np.uint8], part: _Part | None = None) -> None:
        """Colour a part of the picture; (256, 4) colours by label."""
        here = (part or _Part(0, self.plane.shape[0], 0, self.plane.shape[1])).finer(self.finer)
        self.pixels[here] = colours[self.labels[here]]


@dataclass(frozen=True)
class _Part:
    """Rows and columns of a picture, from and up to."""

    top: int
    bottom: int
    left: int
    right: int

    def of(self, plane: PicturePlane) -> PicturePlane:
        """The plane of only these."""
        corner = plane.to_lps_mm(np.array([self.top, self.left]))
        shape = (self.bottom - self.top, self.right - self.left)
        return replace(plane, origin_lps_mm=corner, shape=shape)

    def finer(self, times: tuple[int, int]) -> tuple[slice, slice]:
        """The samples of these."""
        down, across = times
        return slice(self.top * down, self.bottom * down), slice(self.left * across, self.right * across)


class PaintLayer(MaskLayer):
    """Paints a canvas; told where it was touched."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self.canvas = canvas
        self.hidden: frozenset[int] = frozenset()
        self._sheets: OrderedDict[Where, _Sheet] = OrderedDict()
        self._solid: SegmentMap | None = None
        self.dress()

    def dress(self) -> None:
        """Names, colours, or what is shown of them have changed."""
        state = self.canvas.state
        found = state.map_of(Volume(self.canvas.labels, state.affine_lps))
        self.segment_map = found.showing(s.number for s in found.segments if s.number not in self.hidden)
        self._sheets.clear()
        self._solid = None

    def hide(self, numbers: frozenset[int]) -> None:
        """Draw all segments but these."""
        self.hidden = numbers
        self.dress()

    def touch(self, box: Box) -> None:
        """Something was painted within a box: what shows it is brought up to date there."""
        grid, colours = self._grid, self._colours
        for sheet in self._sheets.values():
            part = _shadow(box, grid, sheet.plane)
            if part is not None:
                sheet.sample(grid, part)
                sheet.colour(colours, part)
        if self.segment_map is not None:  # what is kept by it elsewhere is out of date
            self.segment_map = replace(self.segment_map)
        self._solid = None

    @property
    def solid_map(self) -> SegmentMap | None:
        """A copy of the finished state that no stroke changes any more, cut to what is drawn."""
        if self._solid is None and self.segment_map is not None:
            shown = [s.number for s in self.segment_map.segments if s.visible]
            self._solid = self.canvas.state.segment_map().showing(shown)
        return self._solid

    @property
    def _grid(self) -> Volume:
        return Volume(self.canvas.labels, self.canvas.state.affine_lps)

    @property
    def _colours(self) -> NDArray[np.uint8]:
        colours = np.zeros((256, 4), np.uint8)
        for segment in self.segment_map.segments if self.segment_map else ():
            if segment.visible:
                colours[segment.number] = (*segment.rgb, round(255 * self.fill))
        return colours

    def _painted(self, segment_map: SegmentMap, scene: Scene) -> PaintedMask:
        if isinstance(scene.look.plane, Oblique):  # turned by the drag: coarse at first, whole at rest
            return super()._painted(segment_map, scene)
        sheet = self._sheet(scene.exhibit, scene)
        shown = {s.number: s for s in segment_map.segments if s.visible}
        for number in sheet.stale:
            inside = sheet.labels == number
            sheet.outlines[number] = lines_round(inside) if number in shown and inside.any() else ()
        sheet.stale.clear()
        outlines = ((QColor(*shown[n].rgb), lines) for n, lines in sheet.outlines.items() if lines)
        return PaintedMask((float(sheet.finer[0]), float(sheet.finer[1])), sheet.fill, tuple(outlines))

    def _sheet(self, exhibit: Exhibit, scene: Scene) -> _Sheet:
        where = (exhibit, scene.look.plane, scene.look.slice_index)
        sheet = self._sheets.get(where)
        if sheet is None:
            sheet = _Sheet(scene.plane, self._grid)
            sheet.sample(self._grid)
            sheet.colour(self._colours)
            self._sheets[where] = sheet
            while len(self._sheets) > _MOST_KEPT:
                self._sheets.popitem(last=False)
        self._sheets.move_to_end(where)
        return sheet


def _shadow(box: Box, grid: Volume, plane: PicturePlane) -> _Part | None:
    """The part of a picture on which the voxels of a box may be seen; None where its plane misses them."""
    ends = np.array([box.low, box.high], float) - 0.5
    corners = np.array(np.meshgrid(*ends.T)).reshape(3, -1).T
    pixels = plane.to_pixels(grid.to_lps_mm(corners))
    ahead = pixels[:, 2]
    if ahead.min() > 1e-6 or ahead.max() < -1e-6:
        return None
    rows, columns = plane.shape
    top, left = np.clip(np.floor(pixels[:, :2].min(axis=0) - 1), 0, (rows, columns)).astype(int)
    bottom, right = np.clip(np.ceil(pixels[:, :2].max(axis=0) + 2), 0, (rows, columns)).astype(int)
    if bottom <= top or right <= left:
        return None
    return _Part(int(top), int(bottom), int(left), int(right))
