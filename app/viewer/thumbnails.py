"""Small pictures of series, and how they are dragged onto a viewport."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDrag, QImage, QPixmap
from PySide6.QtWidgets import QWidget

from app.viewer.grey import to_image

DISPLAY_SET_MIME = "application/x-negatoscope-display-set"


def thumbnail_image(shades: NDArray[np.uint8], size: int = 128) -> QImage:
    """(rows, columns[, 3]) as an image that fits a black square of `size`."""
    image = to_image(shades).convertToFormat(QImage.Format.Format_RGB32)
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    fitted = image.scaled(size, size, keep, smooth)
    offset = QPoint((fitted.width() - size) // 2, (fitted.height() - size) // 2)
    return fitted.copy(offset.x(), offset.y(), size, size)


def display_set_mime(uid: str) -> QMimeData:
    """What a dragged thumbnail carries."""
    data = QMimeData()
    data.setData(DISPLAY_SET_MIME, uid.encode())
    return data


def dragged_display_set(data: QMimeData) -> str:
    """Uid of the display set that is being dragged; empty where it is something else."""
    return bytes(data.data(DISPLAY_SET_MIME).data()).decode() if data.hasFormat(DISPLAY_SET_MIME) else ""


def start_drag(source: QWidget, uid: str, thumbnail: QImage) -> None:
    """Drag a series out of a list, with its picture under the pointer."""
    drag = QDrag(source)
    drag.setMimeData(display_set_mime(uid))
    drag.setPixmap(QPixmap.fromImage(thumbnail))
    drag.exec(Qt.DropAction.CopyAction)
