"""The picture of a slice view: stored pixels through a window, kept until something that matters changes."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPolygonF, QTransform

from app.viewer.colour_maps import in_colour
from app.viewer.exhibit import Exhibit
from app.viewer.grey import VOI_LUT, grey, picture_image, to_image
from app.viewer.layers.boxes import cut_box
from app.viewer.layers.scene import Scene
from app.viewer.look import Look
from app.viewer.placing import to_screen
from app.viewer.resampling import Resampling, Wanted, coarse
from app.viewer.slab import slab_pixels
from app.viewer.slicing import ObliqueSlices, Pixels, Slices
from inference.imaging.intensity import apply_lut

_SHRINK = 0.6  # below this size on the screen a picture is averaged first, so that fine lines do not flicker


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
            self._image = _imaged(shown, exhibit, look)
            self._image_key, self._small = key, None
        return self._image

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Paint the slice where the scene says."""
        image = self.image(scene.exhibit, scene.look)
        if image is None:
            return
        transform = scene.transform
        if self._coarse is not None:
            transform = QTransform.fromScale(self._coarse[1], self._coarse[1]) * transform
        size = _size_on_screen(image, transform)
        if size.width() < image.width() * _SHRINK or size.height() < image.height() * _SHRINK:
            small = self._shrunken(image, size)
            back = QTransform.fromScale(image.width() / small.width(), image.height() / small.height())
            image, transform = small, back * transform
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scene.look.smooth or self.is_coarse)
        slices = scene.exhibit.slices(scene.look.plane)
        if isinstance(slices, ObliqueSlices) and not scene.look.slab_mm:
            painter.setClipPath(_within(slices, scene), Qt.ClipOperation.IntersectClip)
        painter.setTransform(transform, True)
        painter.drawImage(QPointF(0, 0), image)
        painter.restore()

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


def _imaged(pixels: Pixels, exhibit: Exhibit, look: Look) -> QImage:
    """Through the file's own table while nobody has windowed, else through the window."""
    if exhibit.lut is not None and look.window.title == VOI_LUT:
        shades = apply_lut(pixels, exhibit.lut, inverted=look.inverted)
    elif pixels.ndim == 3:
        return picture_image(pixels, look.window, inverted=look.inverted)
    else:
        shades = grey(pixels, look.window, inverted=look.inverted)
    if exhibit.padding is not None:
        shades[pixels == exhibit.padding] = 0  # what was not scanned is black, also where low is bright
    return to_image(in_its_colours(in_colour(shades, look.colours), pixels, exhibit, look))


def in_its_colours(
    shades: NDArray[np.uint8], pixels: Pixels, exhibit: Exhibit, look: Look
) -> NDArray[np.uint8]:
    """With the values that the file means as colours; a slab mixes values, of which none stands for one."""
    if exhibit.supplement is None or look.slab_mm:
        return shades
    return exhibit.supplement.over(shades, pixels)


def _size_on_screen(image: QImage, transform: QTransform) -> QSize:
    across = QPointF(transform.m11(), transform.m12())
    down = QPointF(transform.m21(), transform.m22())
    width = image.width() * (abs(across.x()) + abs(across.y()))
    height = image.height() * (abs(down.x()) + abs(down.y()))
    return QSize(min(image.width(), max(1, round(width))), min(image.height(), max(1, round(height))))
