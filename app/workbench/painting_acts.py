"""What is done to a segment at once: grown, filled between slices, cleared, copied from a mask."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from app.object_content import LaidObject
from app.painting.between import filled_between, filled_holes
from app.painting.boxes import Box
from app.painting.brush import Brush, Part, cut_by, erase, paint
from app.painting.copying import copied
from app.painting.growing import grown
from app.painting.segmentation import Segmentation
from app.panels.segments import SegmentsPanel
from app.viewer.exhibit import Exhibit
from app.viewer.hanging import Hanging
from app.viewer.look import Plane
from app.viewer.slice_view import SliceView
from app.workbench.objects import Objects
from app.workbench.painting import Painting
from app.workbench.painting_wall import PaintingWall
from app.workbench.services import Services
from inference.errors import NotApplicableError
from inference.imaging.volume import Volume


class PaintingActs(QObject):
    """Slow work on a pool thread; what it found is painted as one step."""

    def __init__(
        self, services: Services, hanging: Hanging, *, painting: Painting, wall: PaintingWall,
        objects: Objects, panel: SegmentsPanel,
    ) -> None:  # fmt: skip
        super().__init__()
        self._services, self._hanging = services, hanging
        self._painting, self._wall, self._objects, self._panel = painting, wall, objects, panel
        hanging.seed_picked.connect(self.grow)
        panel.copy_requested.connect(self.copy)

    def grow(self, seed_lps_mm: NDArray[np.float64]) -> None:
        """A region from a place, within the range of the brush."""
        volume, brush, reach_mm = self._volume(), self._painting.brush, self._painting.reach_mm
        if volume is not None:
            self._run("Growing", "Grow", lambda: grown(volume, seed_lps_mm, brush.limits, reach_mm))

    def fill_between(self) -> None:
        """What is missing between slices that were drawn on, along the way through the chosen viewport."""
        found, segment, view = self._painting.segmentation, self._painting.segment, self._view()
        volume = self._volume()
        if found is None or segment is None or view is None or volume is None:
            return
        axis, number = axis_of(view, volume), segment.number
        self._run(
            "Filling between slices",
            "Fill between slices of",
            lambda: filled_between(found.labels() == number, axis, volume.spacing_mm),
        )

    def fill_holes(self) -> None:
        """What the segment in hand encloses, such as noise that a region grew round."""
        found, segment = self._painting.segmentation, self._painting.segment
        if found is not None and segment is not None:
            number = segment.number
            self._run("Filling holes of", "Fill holes of", lambda: filled_holes(found.labels() == number))

    def clear_slice(self) -> None:
        """Take the segment in hand off the slice in the chosen viewport."""
        found, view = self._painting.segmentation, self._view()
        if found is not None and view is not None and (extent := found.extent) is not None:
            plane = view.plane
            part = cut_by(found.affine_lps, extent, plane.origin_lps_mm, plane.normal_lps)
            self._put("Clear slice of", part, erasing=True)

    def copy(self, laid_uid: str) -> None:
        """Edit a copy of somebody else's segments; the original stays as it is, and is hidden."""
        laid = self._objects.layers.laid(laid_uid)
        shown = self._ground_of(laid) if laid is not None else None
        if laid is None or shown is None:
            words = "There is no volume on show that these segments could be copied onto."
            self._services.messages.show(NotApplicableError(words, hint="Show their series as a volume."))
            return
        empty, source = self._painting.empty(shown, f"{laid.title}, edited"), source_words(laid)
        self._services.jobs.run(
            f"Copying {laid.title}",
            lambda _report: copied(empty, laid.maps, source),
            then=partial(self._take_copy, laid),
            otherwise=self._services.messages.show,
        )

    def _take_copy(self, laid: LaidObject, result: tuple[Segmentation, int]) -> None:
        made, shared = result
        if self._services.workspace.sitting.display_set(made.display_set_uid) is None:
            return  # closed meanwhile
        self._panel.hide_all(laid.uid)
        self._painting.put(f"Copy {laid.title}", made)
        if made.segments:
            self._painting.choose(made.uid, made.segments[0].number)
        if shared:
            words = f"{shared} voxels belonged to two segments; in the copy they belong to the first."
            hint = f"{laid.title} itself is unchanged."
            self._services.messages.show(NotApplicableError(words, hint=hint))

    def _run(self, words: str, title: str, find: Callable[[], Part]) -> None:
        found, segment = self._painting.segmentation, self._painting.segment
        if found is None or segment is None:
            return
        where = (found.uid, segment.number)
        self._services.jobs.run(
            f"{words} {segment.name}",
            lambda _report: find(),
            then=lambda part: self._put(title, part, where=where),
            otherwise=self._services.messages.show,
        )

    def _put(
        self, title: str, part: Part, *, erasing: bool = False, where: tuple[str, int] | None = None
    ) -> None:
        """Paint what was found, or erase it, if the segment is still there."""
        found, segment, volume = self._painting.segmentation, self._painting.segment, self._volume()
        box: Box = part[0]
        if found is None or segment is None or volume is None or box.is_empty:
            return
        layer = self._wall.layer(found.uid)
        if layer is None or (where is not None and where != (found.uid, segment.number)):
            return
        put = erase if erasing else paint
        brush = Brush(over=self._painting.brush.over)
        if put(layer.canvas.labels, volume.voxels, part, segment.number, brush):
            layer.canvas.touch(box)
            layer.touch(box)
            self._painting.put(f"{title} {segment.name}", layer.canvas.finished())

    def _view(self) -> SliceView | None:
        view = self._hanging.slice_view(self._hanging.active)
        return view if view is not None and view.easel is not None else None

    def _volume(self) -> Volume | None:
        """The volume that what is in hand lies on, from a view that shows it."""
        views = (v for v in self._hanging.slice_views() if v.easel is not None)
        return next((v.exhibit.volume for v in views), None)

    def _ground_of(self, laid: LaidObject) -> Exhibit | None:
        targets = {d.uid for d in laid.binding.targets}
        shown = self._painting.subject
        if shown is not None and shown.display_set_uid in targets:
            return shown
        views = (v.exhibit for v in self._hanging.slice_views() if v.exhibit.volume is not None)
        return next((e for e in views if e.display_set_uid in targets), None)


def axis_of(view: SliceView, volume: Volume) -> int:
    """The index axis along which a view goes from slice to slice."""
    if view.look.plane is Plane.NATIVE:
        return 0
    return int(np.argmax(np.abs(view.plane.normal_lps @ volume.directions_lps)))


def source_words(laid: LaidObject) -> str:
    """What a copy says that it was copied from."""
    by_model = any(row.detail == "model" for row in laid.rows)
    return f"{laid.title} of a model" if by_model else laid.title
