"""The lines in which the other planes of a volume cut a picture: they cross in one point."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.viewer.layers.scene import Scene
from app.viewer.look import Plane
from app.viewer.picture_plane import PicturePlane
from app.viewer.placing import to_screen
from app.viewer.turned_planes import meeting_point, stands_for

# Each in the colour of the direction that the plane looks along: head-feet, front-back, left-right.
COLOURS = {
    Plane.AXIAL: QColor("#6fcf87"),
    Plane.CORONAL: QColor("#ff8b7e"),
    Plane.SAGITTAL: QColor("#6fb6ff"),
}
_EDGE = QColor(0, 0, 0, 140)
_GAP_PX, _HANDLE_PX, _INSET_PX = 14.0, 4.5, 16.0
_REACH_PX, _LINE_REACH_PX = 11.0, 6.0  # within which a handle, and a line, is taken
_OWN_PX = 2.0  # of the edge that has the colour of the lines of this plane elsewhere
_ARM = 0.34  # of the smaller side of the view, from the crossing to a handle
_PARALLEL = 1e-6


@dataclass(frozen=True)
class CutLine:
    """Another plane of the same volume: which one it is, where it lies, how thick its slab is."""

    of: Plane
    plane: PicturePlane
    slab_mm: float = 0.0

    def __eq__(self, other: object) -> bool:
        """The same plane in the same place."""
        return isinstance(other, CutLine) and self._where == other._where

    def __hash__(self) -> int:
        """By what is drawn."""
        return hash(self._where)

    @property
    def _where(self) -> tuple[object, ...]:
        place = (*self.plane.origin_lps_mm.tolist(), *self.plane.normal_lps.tolist())
        return (self.of, self.slab_mm, *(round(x, 6) for x in place))


@dataclass(frozen=True, eq=False)
class CutHit:
    """What lies under the pointer: a line to turn its plane by, or the crossing where there is none."""

    line: CutLine | None = None


class CutLineLayer:
    """Paints the lines, and says what of them lies under the pointer."""

    def __init__(self) -> None:
        self.lines: tuple[CutLine, ...] = ()

    def crossing_lps_mm(self, scene: Scene) -> NDArray[np.float64] | None:
        """Where the planes meet in the patient; None where there is nothing to cross."""
        near = scene.look.crosshair_lps_mm
        if near is None or not self.lines or not scene.plane.placed:
            return None
        return meeting_point((scene.plane, *(line.plane for line in self.lines)), np.array(near))

    def crossing(self, scene: Scene) -> QPointF | None:
        """Where the lines cross on the screen."""
        point = self.crossing_lps_mm(scene)
        return None if point is None else to_screen(scene.transform, scene.plane.to_pixels(point)[:2])

    def traces(self, scene: Scene) -> Iterator[tuple[CutLine, QLineF]]:
        """Each line from edge to edge of the view; none for a plane parallel to the picture."""
        near = scene.look.crosshair_lps_mm
        if near is None or not scene.plane.placed:
            return
        for line in self.lines:
            along = np.cross(scene.plane.normal_lps, line.plane.normal_lps)
            if float(np.linalg.norm(along)) < _PARALLEL:
                continue
            start = meeting_point((scene.plane, line.plane), np.array(near))
            pixels = scene.plane.to_pixels(np.stack([start, start + along]))[:, :2]
            through = QLineF(to_screen(scene.transform, pixels[0]), to_screen(scene.transform, pixels[1]))
            inside = clipped(through, scene.area)
            if inside is not None:
                yield line, inside

    def handles(self, scene: Scene) -> Iterator[tuple[CutLine, QPointF]]:
        """The ends by which lines are turned, on the screen."""
        middle = self.crossing(scene)
        if middle is None:
            return
        arm = _ARM * min(scene.area.width(), scene.area.height())
        room = scene.area.adjusted(_INSET_PX, _INSET_PX, -_INSET_PX, -_INSET_PX)
        for line, trace in self.traces(scene):
            for end in (trace.p1(), trace.p2()):
                ray = QLineF(middle, end)
                if ray.length() < 2 * _GAP_PX:
                    continue
                ray.setLength(min(arm, ray.length() - _INSET_PX))
                if room.contains(ray.p2()):
                    yield line, ray.p2()

    def hit(self, scene: Scene, spot: QPointF, *, anywhere: bool) -> CutHit | None:
        """A handle, else the crossing; `anywhere` on the outer half of a line counts as its handle."""
        middle = self.crossing(scene)
        if middle is None:
            return None
        for line, handle in self.handles(scene):
            if QLineF(handle, spot).length() <= _REACH_PX:
                return CutHit(line)
        if QLineF(middle, spot).length() <= _REACH_PX:
            return CutHit()
        arm = _ARM * min(scene.area.width(), scene.area.height())
        if anywhere and QLineF(middle, spot).length() > arm / 2:
            for line, trace in self.traces(scene):
                if _distance(trace, spot) <= _LINE_REACH_PX:
                    return CutHit(line)
        return None

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Paint the lines, open where they cross, the slabs of their planes, and the handles."""
        middle = self.crossing(scene)
        if middle is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        own = QRectF(scene.area.left(), scene.area.top(), scene.area.width(), _OWN_PX)
        painter.fillRect(own, COLOURS.get(stands_for(scene.look.plane), COLOURS[Plane.AXIAL]))
        for line, trace in self.traces(scene):
            for pen in (QPen(_EDGE, 2.5), QPen(COLOURS.get(line.of, COLOURS[Plane.AXIAL]), 1)):
                painter.setPen(pen)
                painter.drawLines(list(_open(trace, middle)))
            if line.slab_mm > 0:
                _draw_slab(painter, scene, line, trace)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for line, handle in self.handles(scene):
            for pen in (QPen(_EDGE, 3.5), QPen(COLOURS.get(line.of, COLOURS[Plane.AXIAL]), 1.5)):
                painter.setPen(pen)
                painter.drawEllipse(handle, _HANDLE_PX, _HANDLE_PX)
        painter.restore()


def clipped(line: QLineF, area: QRectF) -> QLineF | None:
    """The infinite line through two points, from edge to edge of an area; None where it passes by."""
    start, step = np.array([line.x1(), line.y1()]), np.array([line.dx(), line.dy()])
    low, high = -np.inf, np.inf
    for at, by, least, most in zip(
        start, step, (area.left(), area.top()), (area.right(), area.bottom()), strict=True
    ):
        if abs(by) < 1e-12:
            if not least <= at <= most:
                return None
            continue
        ends = sorted(((least - at) / by, (most - at) / by))
        low, high = max(low, ends[0]), min(high, ends[1])
    if not low < high or not np.isfinite([low, high]).all():
        return None
    one, other = start + low * step, start + high * step
    return QLineF(QPointF(*one), QPointF(*other))


def _open(trace: QLineF, middle: QPointF) -> Iterator[QLineF]:
    """The line without what lies round the crossing."""
    for end in (trace.p1(), trace.p2()):
        ray = QLineF(end, middle)
        if ray.length() > _GAP_PX:
            ray.setLength(ray.length() - _GAP_PX)
            yield ray


def _draw_slab(painter: QPainter, scene: Scene, line: CutLine, trace: QLineF) -> None:
    """Two dashed lines as far apart as the slab of a plane is thick."""
    normal = line.plane.normal_lps
    within = normal - scene.plane.normal_lps * float(normal @ scene.plane.normal_lps)
    length = float(np.linalg.norm(within))
    reach = within / length * (line.slab_mm / 2 / length)
    origin = scene.plane.origin_lps_mm
    pixels = scene.plane.to_pixels(np.stack([origin, origin + reach]))[:, :2]
    step = to_screen(scene.transform, pixels[1]) - to_screen(scene.transform, pixels[0])
    painter.setPen(QPen(COLOURS.get(line.of, COLOURS[Plane.AXIAL]), 1, Qt.PenStyle.DotLine))
    painter.drawLines([trace.translated(step), trace.translated(-step)])


def _distance(line: QLineF, spot: QPointF) -> float:
    to = spot - line.p1()
    return abs(line.dx() * to.y() - line.dy() * to.x()) / (line.length() or 1.0)
