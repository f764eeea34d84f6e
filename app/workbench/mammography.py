"""Breasts beside each other at one scale, whatever detectors they were taken with."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.viewer.hanging import Hanging
from app.viewer.slice_view import SliceView
from app.workbench.showing import Showing
from inference.imaging.projections import MAMMOGRAPHY


class Mammography(QObject):
    """Fits every mammogram on the wall into the frame of the largest one."""

    def __init__(self, hanging: Hanging, showing: Showing) -> None:
        super().__init__()
        self._hanging = hanging
        showing.hung.connect(self._scale)

    def _scale(self, _slot: int) -> None:
        views = [view for view in self._hanging.slice_views() if is_mammogram(view)]
        sizes = [_size_mm(view) for view in views]
        frame = (max((h for h, _ in sizes), default=0.0), max((w for _, w in sizes), default=0.0))
        for view in views:
            view.adjust(frame_mm=frame)


def is_mammogram(view: SliceView) -> bool:
    """Whether a view shows a breast, in millimetres."""
    return view.exhibit.modality == MAMMOGRAPHY and view.plane.calibrated


def _size_mm(view: SliceView) -> tuple[float, float]:
    rows_mm, columns_mm = view.plane.spacing_mm
    rows, columns = view.plane.shape
    return rows * rows_mm, columns * columns_mm
