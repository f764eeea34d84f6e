"""A picture interpolated by a cubic, one value for each pixel of the screen: worked out at rest, in a thread.

The values are interpolated, not their shades: window and table come after it. A plane that lies askew in its
volume is cut by the cubic in all three directions at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPolygonF, QTransform

from app.viewer.cine_slices import CineSlices
from app.viewer.cubic import TITLE, IsStale, Lattice, Vector, interpolated
from app.viewer.layers.scene import Scene
from app.viewer.look import Interpolation
from app.viewer.refining import Work
from app.viewer.shading import shaded
from app.viewer.slicing import ObliqueSlices, Pixels

SHRINK = 0.6  # below this size on the screen a picture is averaged first, so that fine lines do not flicker
_SAME = 1e-6  # of a pixel: a picture that is shown pixel for pixel is not enlarged


@dataclass(frozen=True, eq=False)
class FinePicture:
    """An image, and where on the view it belongs."""

    image: QImage
    place: QRectF


def enlarges(scene: Scene, ratio: float) -> bool:
    """Whether a cubic is wanted and one axis is enlarged, the other one hardly shrunk.

    Values that stand for colours are never mixed.
    """
    if scene.exhibit.supplement is not None:
        return False
    smallest, largest = sorted(step * ratio for step in steps(scene.transform))
    return scene.look.interpolation is Interpolation.CUBIC and largest >= 1 - _SAME and smallest >= SHRINK


def between_words(scene: Scene, ratio: float = 1.0) -> str:
    """What stands between the pixels, where it is not the usual; empty where they are not enlarged."""
    if enlarges(scene, ratio):
        return f"{TITLE} at rest" if isinstance(scene.exhibit.native, CineSlices) else TITLE
    return "pixels as they are" if scene.look.interpolation is Interpolation.NEAREST else ""


def steps(transform: QTransform) -> tuple[float, float]:
    """How far apart neighbouring columns, and neighbouring rows, are on the screen."""
    return float(np.hypot(transform.m11(), transform.m12())), float(
        np.hypot(transform.m21(), transform.m22())
    )


def fine_work(
    layer: object, scene: Scene, pixels: Pixels, key: tuple[object, ...], ratio: float
) -> Work[FinePicture]:
    """What has to be worked out; `key` names pixels and shades, `ratio` is of pixels of the screen to one."""
    t = scene.transform
    place = (t.m11(), t.m12(), t.m21(), t.m22(), t.dx(), t.dy(), scene.area.getRect(), ratio)
    return Work(layer, ("cubic", *key, *place), lambda is_stale: _fine(scene, pixels, ratio, is_stale))


def paint(painter: QPainter, made: FinePicture) -> None:
    """Paint it pixel for pixel where it belongs."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(made.place, made.image)


def outline(scene: Scene) -> QPainterPath:
    """The outer edges of the picture on the screen: a cubic has nothing to say beyond them."""
    rows, columns = scene.plane.shape
    path = QPainterPath()
    path.addPolygon(scene.transform.map(QPolygonF(QRectF(0, 0, columns, rows))))
    path.closeSubpath()
    return path


def _fine(scene: Scene, pixels: Pixels, ratio: float, is_stale: IsStale) -> FinePicture | None:
    place = outline(scene).boundingRect().intersected(scene.area)
    left, top = floor(place.left() * ratio), floor(place.top() * ratio)
    right, bottom = ceil(place.right() * ratio), ceil(place.bottom() * ratio)
    at = _lattice(scene.transform, QRect(left, top, max(right - left, 1), max(bottom - top, 1)), ratio)
    slices, look = scene.exhibit.slices(scene.look.plane), scene.look
    values = pixels
    if isinstance(slices, ObliqueSlices) and not look.slab_mm:
        values, at = slices.volume.voxels, _in_volume(at, slices, look.slice_index)
    found = interpolated(values, at, padding=scene.exhibit.padding, is_stale=is_stale)
    if found is None:
        return None
    rows, columns = at.shape
    where = QRectF(left / ratio, top / ratio, columns / ratio, rows / ratio)
    return FinePicture(shaded(found, scene.exhibit, look), where)


def _lattice(transform: QTransform, device: QRect, ratio: float) -> Lattice:
    """The centres of a rectangle of screen pixels, as (row, column) of the picture."""
    back = transform.inverted()[0]
    first = back.map(QPointF((device.left() + 0.5) / ratio, (device.top() + 0.5) / ratio))
    down = np.array([back.m22(), back.m21()]) / ratio
    across = np.array([back.m12(), back.m11()]) / ratio
    return Lattice(
        np.array([first.y() - 0.5, first.x() - 0.5]), down, across, (device.height(), device.width())
    )


def _in_volume(at: Lattice, slices: ObliqueSlices, index: int) -> Lattice:
    """The same places as indices (k, j, i) of the voxels."""
    to_voxel = np.linalg.inv(slices.volume.affine_lps) @ slices.affine_lps
    plane: Vector = to_voxel[:3, 1:3]
    start = to_voxel[:3, 3] + to_voxel[:3, 0] * index + plane @ at.start
    return Lattice(start, plane @ at.down, plane @ at.across, at.shape)
