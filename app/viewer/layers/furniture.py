"""What stands round every picture: crosshair, reference lines, letters, scale and corner texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtGui import QFont, QPainter

from app.viewer.corner_texts import Corners, corners_of, draw_corners, level_for, picture_lines
from app.viewer.edges import draw_letters, draw_scale, edge_letters
from app.viewer.exhibit import Exhibit
from app.viewer.layers.lines import draw_crosshair, draw_reference
from app.viewer.layers.scene import Scene
from app.viewer.layers.seen_bar import draw_seen_bar
from app.viewer.look import Plane, Texts
from app.viewer.picture_plane import PicturePlane
from app.viewer.probe import Probed


class Furniture:
    """The last layer of a view."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self.references: tuple[PicturePlane, ...] = ()
        self.crosshair = True  # False where lines of other planes cross in its place
        self.seen: frozenset[int] = frozenset()  # pictures of the stack
        self.fidelity = ""  # what the picture lost when it was compressed
        self.coarse = False  # it will be finer in a moment
        self.probe = Probed()
        self.legend: tuple[str, ...] = ()  # of the explanation on show
        self.remark = ""  # such as the rate of a loop; stands under the picture's own lines
        self.linked: Callable[[Exhibit], str] = _alone  # how it is linked with the picture beside it

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Paint lines, letters, scale and corners."""
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        self._draw_lines(painter, scene)
        level = level_for(scene.area.width(), scene.area.height(), scene.look.texts)
        if scene.look.texts is Texts.NONE:
            return
        draw_letters(painter, scene.area, edge_letters(scene.plane, scene.look), self.font)
        if level is not Texts.NONE:
            draw_scale(painter, scene.area, scene.plane, scene.look, self.font)
            if self.seen and scene.look.plane is Plane.NATIVE:
                count = scene.exhibit.native.count
                draw_seen_bar(painter, scene.area, scene.look.slice_index, count, self.seen)
        draw_corners(painter, scene.area, self.corners(scene, level), self.font)

    def corners(self, scene: Scene, level: Texts) -> Corners:
        """What the corners say at this moment."""
        count = scene.exhibit.slices(scene.look.plane).count
        exhibit = scene.exhibit
        windowed = not exhibit.is_colour
        turned = scene.look.inverted != exhibit.inverted  # by the reader: MONOCHROME1 is no news
        look = replace(scene.look, inverted=turned)
        lines = picture_lines(look, count, exhibit.unit, windowed=windowed)
        if self.remark:
            lines = (*lines, self.remark)
        corners = corners_of(scene.exhibit.caption, scene.look, lines, level)
        said = {Texts.ALL: (self.probe.value, self.probe.place), Texts.MINIMAL: (self.probe.value,)}
        under = (text for text in said.get(level, ()) if text)
        linked = self.linked(exhibit) if level is not Texts.NONE else ""  # seen in small views too
        after = (linked,) if linked else ()
        corners = replace(
            corners, bottom_left=(*under, *corners.bottom_left, *after)
        )  # the others stay where they are
        legend = self.legend if level is not Texts.NONE else ()
        lost = [self.fidelity, "coarse while moving" if self.coarse else ""]
        fidelity = " · ".join(words for words in lost if words) if level is not Texts.NONE else ""
        return replace(corners, legend=legend, backed=exhibit.is_colour, fidelity=fidelity)

    def _draw_lines(self, painter: QPainter, scene: Scene) -> None:
        if not scene.plane.placed:
            return
        for other in self.references if self.crosshair else ():
            draw_reference(painter, scene.plane, scene.transform, other)
        if scene.look.crosshair_lps_mm is not None and self.crosshair:
            draw_crosshair(painter, scene.area, scene.plane, scene.transform, scene.look.crosshair_lps_mm)


def _alone(_exhibit: Exhibit) -> str:
    """Of a picture that nothing is linked with."""
    return ""
