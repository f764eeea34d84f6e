"""What a layer needs to know to paint itself over a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QTransform

from app.viewer.exhibit import Exhibit
from app.viewer.look import Look
from app.viewer.picture_plane import PicturePlane
from app.viewer.refining import Refining


@dataclass(frozen=True, eq=False)
class Scene:
    """One moment of one view: what is shown, how, and where its pixels are on the screen."""

    exhibit: Exhibit
    look: Look
    plane: PicturePlane
    transform: QTransform  # image coordinates (column + 0.5, row + 0.5) -> screen
    area: QRectF
    refining: Refining | None = None  # of the view; None where everything is painted whole at once


class Layer(Protocol):
    """Something that paints itself over, or as, the picture."""

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Paint; called on the GUI thread, in a few milliseconds."""
        ...


@runtime_checkable
class Telling(Protocol):
    """A layer with values of its own, which the probe tells beside those of the picture."""

    def told_at(self, scene: Scene, pixel: NDArray[np.float64]) -> str:
        """The value at (row, column) of the picture, in words; empty where there is none."""
        ...
