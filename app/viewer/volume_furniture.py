"""Letters, corner texts and the little axes of a volume view."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from app.theme import BODY_PX, caption_font, font
from app.viewer.camera import Camera
from app.viewer.corner_texts import Corners, corners_of, draw_corners, level_for
from app.viewer.edges import EdgeLetters, draw_letters
from app.viewer.look import Look, Texts
from app.viewer.orientation_cube import draw_cube
from app.viewer.volume_request import Detail, VolumePicture
from inference.imaging.volume import letters

if TYPE_CHECKING:
    from app.viewer.volume_view import VolumeView

_WAITING = QColor("#a9b4c0")


def camera_letters(camera: Camera) -> EdgeLetters:
    """Which side of the patient lies behind each edge."""
    right, up, _eye = camera.axes_lps
    return EdgeLetters(letters(-right), letters(right), letters(up), letters(-up))


def draw_volume_furniture(painter: QPainter, area: QRectF, view: VolumeView) -> None:
    """Everything that is written over the picture."""
    level = level_for(area.width(), area.height(), Texts.ALL)
    draw_letters(painter, area, camera_letters(view.camera), caption_font())
    if view.picture is None or view.problem:
        painter.setFont(font(BODY_PX))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.setPen(_WAITING)
        painter.drawText(area.adjusted(24, 24, -24, -24), flags, view.problem or "Rendering in 3-D …")
    if level is not Texts.NONE:
        draw_corners(painter, area, _corners(view, level), caption_font())
        draw_cube(painter, cube_place(view), view.camera)


def cube_place(view: VolumeView) -> QPointF:
    """The middle of the little cube; a click on one of its sides looks from there."""
    return QPointF(40, view.height() - 84)


def _corners(view: VolumeView, level: Texts) -> Corners:
    """As over slices, except for what says how the picture was made."""
    exhibit, caption = view.exhibit, view.exhibit.caption
    shown = replace(Look(), patient_texts=view.patient_texts)
    corners = corners_of(view.plans, exhibit.modality, caption.texts, shown, level)
    return replace(
        corners,
        bottom_left=(f"3-D · {view.preset.title}", *_cropped(view), *_how(view.picture)),
        bottom_right=corners.bottom_right[:1],
        badge=caption.badge,
        warning=view.picture.resolution if view.picture else "",
    )


def _cropped(view: VolumeView) -> tuple[str, ...]:
    """That something is cut away, also where the box itself is not shown."""
    box, clip = view.look.crop, ("cut along a plane",) if view.look.clip is not None else ()
    if box is None:
        return clip
    sizes = (high - low for low, high in zip(box.low_lps_mm, box.high_lps_mm, strict=True))
    return (f"crop {'×'.join(f'{size:.0f}' for size in sizes)} mm", *clip)


def _how(picture: VolumePicture | None) -> tuple[str, ...]:
    """What cast the rays, and how finely."""
    if picture is None:
        return ()
    detail = picture.request.detail
    if picture.renderer.startswith("CPU") and detail is not Detail.FULL:
        return (f"{picture.renderer} · 1/{int(detail)} while moving",)
    return (picture.renderer,)
