"""The picture of a slice view: stored pixels through a window, kept until something that matters changes."""

from __future__ import annotations

from itertools import product

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPolygonF, QTransform

from app.viewer.exhibit import Exhibit
from app.viewer.fine_picture import SHRINK, FinePicture, enlarges, fine_work, outline, paint
from app.viewer.layers.boxes import cut_box
from app.viewer.layers.scene import Scene
from app.viewer.look import Look
from app.viewer.placing import to_screen
from app.viewer.resampling import Resampling, Wanted, coarse
from app.viewer.shading import shaded
from app.viewer.slab import slab_pixels
from app.viewer.slicing import ObliqueSlices, Pixels, Slices


class SlicePicture:
    """Paints the current slice; remembers its pixels, its image, and the shrunken image.

    resampling  makes slices that have to be resampled, while the picture shows a coarse one
    """

    def __init__(self, resampling: Resampling | None = None) -> None:
        self.resampling = resampling
        self._pixels_key: tuple[object, ...] = ()
        self._image_key: tuple[object, ...] = ()
        self._pixels: Pixels | None = None
        self._coarse: tuple[Pixels, int] | None = None
        self._image = QImage()
        self._small: tuple[QSize, QImage] | None = None

    @property
    def is_coarse(self) -> bool:
        """Whether the picture is not yet as fine as it will be."""
        return self._coarse is not None

    def forget(self) -> None:
        """Read the pixels anew the next time."""
        self._pixels_key = self._image_key = ()

    def pixels(self, exhibit: Exhibit, look: Look) -> Pixels | None:
        """(rows, columns[, 3]) on show; None while they are being read, or resampled."""
        key = (exhibit, look.plane, look.slice_index, look.slab_mm, look.slab)
        if key != self._pixels_key or self._pixels is None:
            self._read(exhibit.slices(look.plane), look, key)
        return self._pixels

    def image(self, exhibit: Exhibit, look: Look) -> QImage | None:
        """The picture at one image pixel per voxel, or coarser while it is resampled."""
        found = self.pixels(exhibit, look)
        shown = self._coarse[0] if found is None and self._coarse is not None else found
        if shown is None:
            return None
        key = (*self._pixels_key, look.window, look.inverted, look.colours, self.is_coarse)
        if key != self._image_key:
            self._image = shaded(shown, exhibit, look)
            self._image_key, self._small = key, None
        return self._image

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Paint the slice where the scene says."""
        image = self.image(scene.exhibit, scene.look)
        if image is None:
            return
        fine = self._fine(scene, painter.device().devicePixelRatioF())
        painter.save()
        slices = scene.exhibit.slices(scene.look.plane)
        if isinstance(slices, ObliqueSlices) and not scene.look.slab_mm:
            painter.setClipPath(_within(slices, scene), Qt.ClipOperation.IntersectClip)
        if fine is not None:
            painter.setClipPath(outline(scene), Qt.ClipOperation.IntersectClip)
            paint(painter, fine)
        else:
            self._draw_quickly(painter, scene, image)
        painter.restore()

    def _fine(self, scene: Scene, ratio: float) -> FinePicture | None:
        """The picture through a cubic; None where it is not wanted, or has not come yet."""
        pixels = self._pixels
        if self.is_coarse or pixels is None or not enlarges(scene, ratio):
            return None
        work = fine_work(self, scene, pixels, self._image_key, ratio)
        if scene.refining is None:
            return work.make(lambda: False)
        return scene.refining.result(work, lambda: None, slow=True)

    def _draw_quickly(self, painter: QPainter, scene: Scene, image: QImage) -> None:
        """Pixel by pixel, or mixed from neighbours by Qt."""
        transform = scene.transform
        if self._coarse is not None:
            transform = QTransform.fromScale(self._coarse[1], self._coarse[1]) * transform
        size = _size_on_screen(image, transform)
        if size.width() < image.width() * SHRINK or size.height() < image.height() * SHRINK:
            small = self._shrunken(image, size)
            back = QTransform.fromScale(image.width() / small.width(), image.height() / small.height())
            image, transform = small, back * transform
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scene.look.smooth or self.is_coarse)
        painter.setTransform(transform, True)
        painter.drawImage(QPointF(0, 0), image)

    def _read(self, slices: Slices, look: Look, key: tuple[object, ...]) -> None:
        """Take what there is: every pixel, or a coarse picture of what is on its way."""
        if self.resampling is None or not isinstance(slices, ObliqueSlices):
            self._pixels = slab_pixels(slices, look.slice_index, look.slab_mm, look.slab)
            self._coarse = None
        else:
            wanted = Wanted(key, slices, look.slice_index, look.slab_mm, look.slab)
            self._pixels = self.resampling.pixels(wanted)
            if self._pixels is not None:
                self._coarse = None
            elif key != self._pixels_key or self._coarse is None:
                self._coarse = coarse(wanted)
        if key != self._pixels_key:
            self._pixels_key, self._image_key = key, ()

    def _shrunken(self, image: QImage, size: QSize) -> QImage:
        if self._small is None or self._small[0] != size:
            smooth = Qt.TransformationMode.SmoothTransformation
            self._small = size, image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
        return self._small[1]


def _within(slices: ObliqueSlices, scene: Scene) -> QPainterPath:
    """Where the plane cuts the volume, on the screen: beside it there is nothing to see."""
    ends = np.array(list(product(*((-0.5, n - 0.5) for n in slices.volume.shape))))
    cut = cut_box(slices.volume.to_lps_mm(ends), scene.plane)
    path = QPainterPath()
    if cut is not None:
        path.addPolygon(QPolygonF([to_screen(scene.transform, corner) for corner in cut]))
        path.closeSubpath()
    return path


def _size_on_screen(image: QImage, transform: QTransform) -> QSize:
    across = QPointF(transform.m11(), transform.m12())
    down = QPointF(transform.m21(), transform.m22())
    width = image.width() * (abs(across.x()) + abs(across.y()))
    height = image.height() * (abs(down.x()) + abs(down.y()))
    return QSize(min(image.width(), max(1, round(width))), min(image.height(), max(1, round(height))))
