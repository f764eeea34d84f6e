"""One viewport in 3-D: a volume, rendered by VTK in a thread, turned like a ball under the pointer."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.theme import caption_font
from app.viewer.camera import Camera, Projection
from app.viewer.corner_plans import shipped_plans
from app.viewer.exhibit import Exhibit
from app.viewer.layers.boxes_in_space import draw_boxes_in_space
from app.viewer.layers.crop_in_space import draw_crop_in_space
from app.viewer.layers.explained import Overlay
from app.viewer.layers.marks_in_space import draw_marks_in_space
from app.viewer.map_in_space import MapInSpace, map_in_space
from app.viewer.measurements.measurement import Measurement
from app.viewer.preset_pictures import picture_of
from app.viewer.turning import Turning
from app.viewer.volume_furniture import draw_volume_furniture
from app.viewer.volume_look import VolumeLook
from app.viewer.volume_presets import VolumePreset, presets_for
from app.viewer.volume_rendering import VolumeRendering, stage_maker
from app.viewer.volume_request import Detail, VolumePicture, VolumeRequest
from inference.imaging.segments import SegmentMap
from inference.imaging.volume import Volume


class VolumeView(QWidget):
    """Shows a volume in 3-D. The GUI thread only paints what the render thread has made."""

    activated = Signal()
    menu_requested = Signal(QPoint)
    maximise_requested = Signal()
    rendered = Signal(object)  # VolumePicture
    pointed = Signal(object)  # (3,) LPS millimetres of what was clicked on
    camera_changed = Signal(object)  # Camera
    dressed = Signal(object, str, str)  # VolumeLook that the reader chose, what was done, and of which stroke

    def __init__(self, exhibit: Exhibit, preset: VolumePreset | None = None) -> None:
        super().__init__()
        volume = exhibit.volume
        if volume is None:
            raise ValueError("only a volume can be rendered in 3-D")
        self.exhibit = exhibit
        self.presets = presets_for(exhibit.modality)
        self.icon_of: Callable[[str], QIcon] = picture_of
        self.look = VolumeLook(preset or self.presets[0])
        self.camera = Camera()
        self.overlay: Overlay | None = None
        self.surfaces: tuple[SegmentMap, ...] = ()
        self.plans = shipped_plans()  # of the corner texts
        self.patient_texts = True
        self.marks: tuple[Measurement, ...] = ()
        self.chosen_mark = ""  # its uid
        self.box_shown = True  # the box that crops, with its handles
        self._explained: MapInSpace | None = None
        self._ball = ball_round(volume)
        self._rendering = VolumeRendering(stage_maker(volume, *self._ball), self._wanted, self)
        self._rendering.rendered.connect(self.rendered)
        self._turning = Turning(self)
        self.setMinimumSize(64, 64)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def picture(self) -> VolumePicture | None:
        """The newest picture; None before the first."""
        return self._rendering.picture

    @property
    def problem(self) -> str:
        """Why nothing can be rendered; empty where it can."""
        reason = self._rendering.problem
        return f"This volume cannot be rendered here: {reason}" if reason else ""

    @property
    def preset(self) -> VolumePreset:
        """The tables that it is rendered with."""
        return self.look.preset

    def projection(self) -> Projection:
        """Where points of the patient are on the screen."""
        return Projection(self.camera, *self._ball, (self.width(), self.height()))

    def set_camera(self, camera: Camera, *, detail: Detail = Detail.MOVING) -> None:
        """Look from elsewhere: coarsely at once, finely when it rests."""
        self.camera = camera
        self._rendering.ask(detail)
        self.camera_changed.emit(camera)
        self.update()

    def set_look(self, look: VolumeLook, *, detail: Detail = Detail.SETTLING) -> None:
        """Render under another look, without telling anybody."""
        if look != self.look:
            self.look = look
            self._rendering.ask(detail)
            self.update()

    def dress(self, look: VolumeLook, title: str, stroke: str = "") -> None:
        """Render as the reader wants it, and say so; what has the same `stroke` is one movement."""
        if look != self.look:
            self.set_look(look, detail=Detail.MOVING if stroke else Detail.SETTLING)
            self.dressed.emit(look, title, stroke)

    def set_preset(self, preset: VolumePreset) -> None:
        """Render with other tables."""
        self.dress(self.look.under(preset), "Change 3-D preset")

    def set_overlay(self, overlay: Overlay | None) -> None:
        """Show an explanation: its blocks over the picture, its contours or its mist within the scene."""
        if _is_the_same(overlay, self.overlay):
            return
        self.overlay = overlay
        before, self._explained = self._explained, map_in_space(overlay, self.exhibit)
        if before is not self._explained:
            self._rendering.ask(Detail.SETTLING)
        self.update()

    def show_exhibit(self, exhibit: Exhibit, *, moving: bool = False) -> None:
        """Show another moment of the same volume; coarsely where the next one follows."""
        if exhibit is not self.exhibit or not moving:
            self.exhibit = exhibit
            self._rendering.ask(Detail.MOVING if moving else Detail.SETTLING)

    def set_surfaces(self, surfaces: Sequence[SegmentMap]) -> None:
        """Show segments as surfaces within the volume."""
        if tuple(surfaces) != self.surfaces:
            self.surfaces = tuple(surfaces)
            self._rendering.ask(Detail.SETTLING)

    def show_marks(self, marks: Sequence[Measurement], chosen: str) -> None:
        """Show what was measured and marked in the patient."""
        self.marks, self.chosen_mark = tuple(marks), chosen
        self.update()

    def reset(self) -> None:
        """From the front, the whole volume."""
        self.set_camera(Camera())

    def _wanted(self, detail: Detail) -> VolumeRequest | None:
        if not self.isVisible():
            return None
        ratio = self.devicePixelRatioF()
        size = (round(self.width() * ratio), round(self.height() * ratio))
        look = self.look
        return VolumeRequest(
            self.camera, look.preset, size, detail, self.surfaces, look.part, self._explained,
            self.exhibit.volume,
        )  # fmt: skip

    def paintEvent(self, event: QPaintEvent) -> None:
        """The newest picture, boxes, letters and texts."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), Qt.GlobalColor.black)
        area = QRectF(self.rect())
        if self.picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(area, self.picture.image)
        projection = self.projection()
        if self.overlay is not None and self.overlay.is_on:
            draw_boxes_in_space(painter, area, projection, self.exhibit, self.overlay, caption_font())
        draw_marks_in_space(painter, projection, self.marks, self.chosen_mark, caption_font())
        if self.look.crop is not None and self.box_shown:
            draw_crop_in_space(painter, projection, self.look.crop, self._turning.held)
        draw_volume_furniture(painter, area, self)
        painter.end()


def ball_round(volume: Volume) -> tuple[np.ndarray, float]:
    """Centre and radius in mm of the ball that holds a volume from every side."""
    ends = np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in volume.shape])).reshape(3, -1).T
    corners = volume.to_lps_mm(ends)
    centre = corners.mean(axis=0)
    return centre, float(np.linalg.norm(corners - centre, axis=1).max()) or math.inf


def _is_the_same(overlay: Overlay | None, other: Overlay | None) -> bool:
    """Whether two overlays draw the same."""
    if overlay is None or other is None:
        return overlay is other
    return overlay.attribution is other.attribution and overlay.look == other.look
