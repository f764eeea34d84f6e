"""Zoom, pan and window passed from view to view, each by its own switch; spaces joined by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, QSizeF

from app.viewer import placing
from app.viewer.linking import Held, Matrix, are_parallel, held_together, moved
from app.viewer.look import Look
from app.viewer.slice_view import SliceView
from app.viewer.together import Together


class LinkedActions:
    """Passes on what one view did. Scrolling and the crosshair are passed on by `Together`."""

    def __init__(self, views: Callable[[], list[SliceView]], together: Together) -> None:
        self._views, self._together = views, together
        self.zoom = False
        self.pan = False
        self.window = False
        self._busy = False  # a view that follows must not lead

    def follow(self, source: SliceView) -> None:
        """Let the other views follow one whose look has changed."""
        if self._busy or not (self.zoom or self.pan or self.window):
            return
        self._busy = True
        for view in self._views():
            if view is not source:
                view.set_look(self._followed(source, view))
        self._busy = False

    def _followed(self, source: SliceView, view: SliceView) -> Look:
        look = view.look
        same_values = (source.exhibit.modality, source.exhibit.unit) == (
            view.exhibit.modality,
            view.exhibit.unit,
        )
        if self.window and same_values and not (source.exhibit.is_colour or view.exhibit.is_colour):
            look = replace(look, window=source.look.window)
        if self.zoom:
            look = same_scale(source, view, look)
        if self.pan:
            look = same_middle(source, view, look, self._together.links.between(source.exhibit, view.exhibit))
        return look

    @property
    def is_held(self) -> bool:
        """Whether views of different spaces are joined by hand."""
        return bool(self._together.links.held)

    def toggle_held(self, active: SliceView | None) -> None:
        """Join the views as they stand now, in millimetres; or let go of them again."""
        links = self._together.links
        found: tuple[Held, ...] = ()
        if not links.held and active is not None and active.plane.placed:
            strangers = [v for v in self._views() if links.between(active.exhibit, v.exhibit) is None]
            found = tuple(
                held_together(active.exhibit, active.plane, view.exhibit, view.plane)
                for view in strangers
                if view.plane.placed
            )
        self._together.links = replace(links, held=found)


def same_scale(source: SliceView, view: SliceView, look: Look) -> Look:
    """The look with as many screen pixels for a millimetre as another view has; the middle stays."""
    if not (source.plane.calibrated and view.plane.calibrated):
        return look
    scale = placing.screen_scale(source.plane, source.look, QSizeF(source.size()))
    zoom = scale / placing.fit_scale(view.plane, look, QSizeF(view.size()))
    return replace(look, zoom=min(max(zoom, placing.SMALLEST_ZOOM), placing.LARGEST_ZOOM))


def same_middle(source: SliceView, view: SliceView, look: Look, matrix: Matrix | None) -> Look:
    """The look with the same place in the patient in the middle; the scale stays."""
    both_placed = source.plane.placed and view.plane.placed
    if matrix is None or not both_placed or not are_parallel(source.plane, view.plane, matrix):
        return look
    middle = QPointF(source.width() / 2, source.height() / 2)
    point = source.plane.to_lps_mm(placing.to_pixel(source.scene().transform, middle))
    pixel = view.plane.to_pixels(moved(matrix, point))[:2]
    return placing.centred_on(view.plane, look, pixel)


def to_one_scale(views: Sequence[SliceView]) -> None:
    """The same screen pixels per millimetre in views that fit their pictures: that of the smallest."""
    fitted = [view for view in views if view.look.zoom == 1.0 and view.plane.calibrated]
    scales = [placing.screen_scale(view.plane, view.look, QSizeF(view.size())) for view in fitted]
    for view, scale in zip(fitted, scales, strict=True):
        view.adjust(zoom=min(scales) / scale)
