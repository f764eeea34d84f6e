"""One viewport in 3-D: a volume, rendered by VTK in a thread, turned like a ball under the pointer."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.theme import caption_font
from app.viewer.camera import Camera, Projection
from app.viewer.exhibit import Exhibit
from app.viewer.layers.boxes_in_space import draw_boxes_in_space
from app.viewer.layers.explained import Overlay
from app.viewer.render_thread import RenderThread, Stage
from app.viewer.turning import Turning
from app.viewer.volume_furniture import draw_volume_furniture
from app.viewer.volume_presets import VolumePreset, presets_for
from app.viewer.volume_request import Detail, VolumePicture, VolumeRequest
from inference.imaging.segments import SegmentMap
from inference.imaging.volume import Volume

_REST_MS = 180  # without a movement, before the picture gets finer


class VolumeView(QWidget):
    """Shows a volume in 3-D. The GUI thread only paints what the render thread has made."""

    activated = Signal()
    menu_requested = Signal(QPoint)
    maximise_requested = Signal()
    rendered = Signal(object)  # VolumePicture
    pointed = Signal(object)  # (3,) LPS millimetres of what was clicked on

    def __init__(self, exhibit: Exhibit, preset: VolumePreset | None = None) -> None:
        super().__init__()
        volume = exhibit.volume
        if volume is None:
            raise ValueError("only a volume can be rendered in 3-D")
        self.exhibit = exhibit
        self.presets = presets_for(exhibit.modality)
        self.preset = preset or self.presets[0]
        self.camera = Camera()
        self.overlay: Overlay | None = None
        self.surfaces: SegmentMap | None = None
        self.picture: VolumePicture | None = None
        self.problem = ""
        self._centre, self._radius = ball_round(volume)
        self._thread = RenderThread(_stage_maker(volume, self._centre, self._radius), self)
        self._thread.rendered.connect(self._take)
        self._thread.failed.connect(self._fail)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(lambda: self._ask(Detail.SETTLING))
        self._turning = Turning(self)
        self.setMinimumSize(64, 64)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def projection(self) -> Projection:
        """Where points of the patient are on the screen."""
        return Projection(self.camera, self._centre, self._radius, (self.width(), self.height()))

    def set_camera(self, camera: Camera, *, detail: Detail = Detail.MOVING) -> None:
        """Look from elsewhere: coarsely at once, finely when it rests."""
        self.camera = camera
        self._ask(detail)
        if detail is Detail.MOVING:
            self._rest.start()
        self.update()

    def set_preset(self, preset: VolumePreset) -> None:
        """Render with other tables."""
        self.preset = preset
        self._ask(Detail.SETTLING)

    def set_overlay(self, overlay: Overlay | None) -> None:
        """Show the strongest elements of an explanation as boxes."""
        self.overlay = overlay
        self.update()

    def show_exhibit(self, exhibit: Exhibit, *, moving: bool = False) -> None:
        """Show another moment of the same volume; coarsely where the next one follows."""
        if exhibit is not self.exhibit or not moving:
            self.exhibit = exhibit
            self._ask(Detail.MOVING if moving else Detail.SETTLING)

    def set_surfaces(self, surfaces: SegmentMap | None) -> None:
        """Show segments as surfaces within the volume; None takes them away."""
        if surfaces is not self.surfaces:
            self.surfaces = surfaces
            self._ask(Detail.SETTLING)

    def reset(self) -> None:
        """From the front, the whole volume."""
        self.set_camera(Camera())

    def _ask(self, detail: Detail) -> None:
        ratio = self.devicePixelRatioF()
        size = (round(self.width() * ratio), round(self.height() * ratio))
        if self.isVisible() and min(size) > 8:
            volume = self.exhibit.volume
            self._thread.ask(VolumeRequest(self.camera, self.preset, size, detail, self.surfaces, volume))

    def _take(self, picture: VolumePicture) -> None:
        """A picture has come; ask for a finer one while nothing moves."""
        self.picture = picture
        self.update()
        self.rendered.emit(picture)
        latest = picture.request.camera is self.camera and picture.request.preset is self.preset
        if latest and picture.request.detail is Detail.SETTLING:
            self._ask(Detail.FULL)

    def _fail(self, reason: str) -> None:
        self.problem = f"This volume cannot be rendered here: {reason}"
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The newest picture, boxes, letters and texts."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), Qt.GlobalColor.black)
        area = QRectF(self.rect())
        if self.picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(area, self.picture.image)
        if self.overlay is not None and self.overlay.is_on:
            projection = self.projection()
            draw_boxes_in_space(painter, area, projection, self.exhibit, self.overlay, caption_font())
        draw_volume_furniture(painter, area, self)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size needs another picture."""
        super().resizeEvent(event)
        self._ask(Detail.MOVING)
        self._rest.start()

    def showEvent(self, event: QShowEvent) -> None:
        """The first picture."""
        super().showEvent(event)
        self._ask(Detail.MOVING)
        self._rest.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is rendered that nobody sees."""
        self._rest.stop()
        super().hideEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End the thread."""
        self._rest.stop()
        self._thread.close()
        super().closeEvent(event)


def ball_round(volume: Volume) -> tuple[np.ndarray, float]:
    """Centre and radius in mm of the ball that holds a volume from every side."""
    ends = np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in volume.shape])).reshape(3, -1).T
    corners = volume.to_lps_mm(ends)
    centre = corners.mean(axis=0)
    return centre, float(np.linalg.norm(corners - centre, axis=1).max()) or math.inf


def _stage_maker(volume: Volume, centre: np.ndarray, radius: float) -> Callable[[], Stage]:
    def make() -> Stage:
        from app.viewer.volume_stage import VolumeStage  # VTK is loaded by the thread

        return VolumeStage(volume, centre, radius)

    return make
