"""Pictures for reports, painted without a window by the same code that paints viewports."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QGuiApplication, QImage, QPainter

from app import theme
from app.viewer import placing
from app.viewer.exhibit import Exhibit
from app.viewer.layers.explained import Overlay
from app.viewer.layers.furniture import Furniture
from app.viewer.layers.overlay import OverlayLayer
from app.viewer.layers.scene import Layer, Scene
from app.viewer.look import Look
from app.viewer.slice_picture import SlicePicture

SIDE_PX = 680
NOTICE_PX = 26.0
_NOTICE, _GROUND = QColor("#f2a33c"), QColor("#12161b")
_APPLICATIONS: list[QGuiApplication] = []  # Qt needs one to write text; it lives as long as the process


def drawing_application() -> None:
    """Make the Qt application that text needs, where there is none yet. Call on the main thread."""
    if QGuiApplication.instance() is not None:
        return
    if sys.platform.startswith("linux") and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY"))):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    _APPLICATIONS.append(QGuiApplication(["negatoscope"]))


def draw(
    exhibit: Exhibit, look: Look, overlay: Overlay | None = None, notice: str = "", over: Sequence[Layer] = ()
) -> QImage:
    """A viewport as an image, with its explanation, letters, scale and corner texts, and a notice below.

    over  further layers, between the explanation and the texts
    """
    drawing_application()
    theme.load_fonts()
    plane = exhibit.slices(look.plane).plane(look.slice_index)
    size = QSizeF(SIDE_PX, SIDE_PX)
    transform = placing.screen_transform(plane, look, size)
    area = QRectF(0, 0, SIDE_PX, SIDE_PX)
    scene = Scene(exhibit, look, plane, transform, area)
    image = QImage(SIDE_PX, round(SIDE_PX + NOTICE_PX * bool(notice)), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    painter.setClipRect(area)
    SlicePicture().draw(painter, scene)
    explained = OverlayLayer(theme.caption_font())
    explained.overlay = overlay
    explained.draw(painter, scene)
    for layer in over:
        layer.draw(painter, scene)
    Furniture(theme.caption_font()).draw(painter, scene)
    painter.setClipping(False)
    if notice:
        _write_notice(painter, notice)
    painter.end()
    return image


def beside(images: Sequence[QImage], notice: str = "") -> QImage:
    """Images side by side, two pixels apart."""
    width = sum(i.width() for i in images) + 2 * (len(images) - 1)
    height = max(i.height() for i in images)
    joined = QImage(width, round(height + NOTICE_PX * bool(notice)), QImage.Format.Format_RGB32)
    joined.fill(Qt.GlobalColor.black)
    painter = QPainter(joined)
    left = 0
    for image in images:
        painter.drawImage(left, 0, image)
        left += image.width() + 2
    if notice:
        _write_notice(painter, notice)
    painter.end()
    return joined


def png(image: QImage) -> bytes:
    """The image as PNG."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload] # the stub wants bytes, Qt takes str
    return bytes(buffer.data().data())


def _write_notice(painter: QPainter, notice: str) -> None:
    """Along the foot: what made the picture, and that it is not for diagnostic use."""
    device = painter.device()
    strip = QRectF(0, device.height() - NOTICE_PX, device.width(), NOTICE_PX)
    painter.fillRect(strip, _GROUND)
    painter.setFont(theme.caption_font())
    painter.setPen(_NOTICE)
    room = strip.adjusted(8, 0, -8, 0)
    words = QFontMetricsF(painter.font()).elidedText(notice, Qt.TextElideMode.ElideMiddle, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
