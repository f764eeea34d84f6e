"""What stands round every picture: crosshair, reference lines, letters, scale and corner texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtGui import QFont, QPainter

from app.viewer.caption import picture_texts, position_text
from app.viewer.corner_plans import CornerPlans, shipped_plans
from app.viewer.corner_texts import Corners, corners_of, draw_corners, level_for
from app.viewer.edges import draw_letters, draw_scale, edge_letters
from app.viewer.exhibit import Exhibit
from app.viewer.fine_picture import between_words
from app.viewer.layers.lines import draw_crosshair, draw_reference
from app.viewer.layers.scene import Scene
from app.viewer.layers.seen_bar import draw_seen_bar
from app.viewer.look import Plane, Texts
from app.viewer.picture_plane import PicturePlane
from app.viewer.probe import Probed
from inference.imaging.acquisition import Acquisition
from inference.imaging.placement import PROJECTIONS
from inference.imaging.projections import MAMMOGRAPHY


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
        self.remark = ""  # such as the rate of a loop
        self.plans: CornerPlans = shipped_plans()
        self.acquisition = Acquisition()  # how each picture was made, as soon as that is known
        self._ratio = 1.0  # pixels of the screen to one
        self.linked: Callable[[Exhibit], str] = _alone  # how it is linked with the picture beside it

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Paint lines, letters, scale and corners."""
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        self._ratio = painter.device().devicePixelRatioF()
        self._draw_lines(painter, scene)
        level = level_for(scene.area.width(), scene.area.height(), scene.look.texts)
        if scene.look.texts is Texts.NONE:
            return
        draw_letters(
            painter, scene.area, edge_letters(scene.plane, scene.look, scene.exhibit.letters), self.font
        )
        if level is not Texts.NONE:
            draw_scale(painter, scene.area, scene.plane, scene.look, self.font)
            if self.seen and scene.look.plane is Plane.NATIVE:
                count = scene.exhibit.native.count
                draw_seen_bar(painter, scene.area, scene.look.slice_index, count, self.seen)
        draw_corners(painter, scene.area, self.corners(scene, level), self.font)

    def corners(self, scene: Scene, level: Texts) -> Corners:
        """What the corners say at this moment."""
        exhibit, caption = scene.exhibit, scene.exhibit.caption
        tiny_breast = level is Texts.NONE and exhibit.modality == MAMMOGRAPHY
        shown = Texts.MINIMAL if tiny_breast else level
        corners = corners_of(self.plans, exhibit.modality, self._values(scene), scene.look, shown)
        if tiny_breast:  # its side and view are told at any size
            corners = Corners(bottom_right=corners.bottom_right[:1])
        said = {Texts.ALL: (self.probe.value, self.probe.place), Texts.MINIMAL: (self.probe.value,)}
        under = (text for text in said.get(level, ()) if text)
        linked = self.linked(exhibit) if level is not Texts.NONE else ""  # seen in small views too
        lost = [self.fidelity, "coarse while moving" if self.coarse else ""]
        silent = level is Texts.NONE
        return replace(
            corners,
            bottom_left=(*under, *corners.bottom_left, *filter(None, (linked,))),
            badge=caption.badge,
            warning=caption.warnings[0] if caption.warnings and not silent else "",
            legend=() if silent else self.legend,
            backed=exhibit.is_colour or exhibit.modality in PROJECTIONS,  # bright to the very edge
            fidelity="" if silent else " · ".join(words for words in lost if words),
        )

    def _values(self, scene: Scene) -> dict[str, str]:
        """Every text that a corner may want, by name."""
        exhibit, look = scene.exhibit, scene.look
        single = look.plane is Plane.NATIVE and not look.slab_mm
        turned = look.inverted != exhibit.inverted  # by the reader: MONOCHROME1 is no news
        picture = picture_texts(
            replace(look, inverted=turned),
            exhibit.slices(look.plane).count,
            exhibit.unit,
            windowed=not exhibit.is_colour,
        )
        return {
            **exhibit.caption.texts,
            **self.acquisition.at(exhibit.picture(look.slice_index) if single else None),
            **picture,
            "position": position_text(scene.plane),
            "interpolation": between_words(scene, self._ratio),
            "loop": self.remark,
        }

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
