"""Segments that are painted, on the wall: a canvas for each, and an easel on every view of its volume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer

from app.object_content import LaidObject, LayerRow
from app.painting.boxes import Box
from app.painting.brush import wider
from app.painting.canvas import Canvas
from app.painting.segmentation import Segmentation
from app.viewer.easel import Easel
from app.viewer.hanging import Hanging
from app.viewer.layers.painted_live import PaintLayer
from app.viewer.tools.paint import REFUSED
from app.workbench.objects import Objects
from app.workbench.painting import Painting
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.errors import NotApplicableError
from inference.imaging.objects.references import Binding

_REST_MS = 500  # after a stroke, before surfaces in 3-D are made anew


class PaintingWall(QObject):
    """Keeps canvases, layers and the list of segments as the workspace says; tells it what was painted."""

    def __init__(
        self, services: Services, hanging: Hanging, showing: Showing, *, painting: Painting, objects: Objects
    ) -> None:
        super().__init__()
        self._workspace, self._hanging = services.workspace, hanging
        self._messages = services.messages
        self._painting, self._objects = painting, objects
        self._layers: dict[str, PaintLayer] = {}
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(objects.layers.changed)
        self._workspace.segmentations_changed.connect(self._follow)
        self._workspace.current_changed.connect(self._lay_again)
        for moved in (showing.hung, hanging.activated, painting.changed):
            moved.connect(self._set_up)
        hanging.stroke_ended.connect(self._keep)
        hanging.brush_resized.connect(self.resize)

    def layer(self, uid: str) -> PaintLayer | None:
        """The layer of a segmentation."""
        return self._layers.get(uid)

    def resize(self, steps: int) -> None:
        """A larger brush, or below zero a smaller one."""
        brush = self._painting.brush
        self._painting.hold(replace(brush, radius_mm=wider(brush.radius_mm, steps)))

    def _keep(self, title: str) -> None:
        """A stroke has ended."""
        if title == REFUSED:
            words = "Nothing was painted: what is there belongs to another segment."
            self._messages.show(NotApplicableError(words, hint="Tick “Over other segments” to take it."))
            return
        layer = self._in_hand()
        segment = self._painting.segment
        if layer is not None and segment is not None:
            self._painting.put(f"{title} {segment.name}", layer.canvas.finished())

    def _follow(self, known: Mapping[str, Segmentation]) -> None:
        """Canvases as the workspace has them, whether by a stroke, undo or the library."""
        for uid in [uid for uid in self._layers if uid not in known]:
            del self._layers[uid]
            self._objects.close(laid_uid(uid))
        for uid, state in known.items():
            layer = self._layers.get(uid)
            if layer is None:
                self._lay(state)
            elif layer.canvas.state is not state or not self._is_told(state):
                self._update(layer, state)
        self._set_up()

    def _lay(self, state: Segmentation) -> None:
        self._layers[state.uid] = layer = PaintLayer(Canvas(state))
        self._objects.lay(self._laid(state), [layer])

    def _update(self, layer: PaintLayer, state: Segmentation) -> None:
        before = layer.canvas.state
        box = layer.canvas.show(state)
        if before.segments != state.segments:
            layer.dress()
        elif box is not None:
            layer.touch(box)
        self._objects.restate(self._laid(state))
        self._repaint()
        self._rest.start()

    def _is_told(self, state: Segmentation) -> bool:
        """Whether the list of segments tells of this very state; a stroke brings its canvas there first."""
        told = self._objects.layers.laid(laid_uid(state.uid))
        return told is not None and told.rows == self._laid(state).rows

    def _lay_again(self, _study: object) -> None:
        """What was laid is gone where a study was read again."""
        for uid, state in self._workspace.sitting.desk.segmentations.items():
            if uid in self._layers and self._objects.layers.laid(laid_uid(uid)) is None:
                self._lay(state)

    def _set_up(self, *_: object) -> None:
        """Easels on the views that show the volume of what is in hand."""
        layer, segment = self._in_hand(), self._painting.segment
        easel = None
        if layer is not None and segment is not None:
            easel = Easel(layer, segment.number, self._painting.brush, partial(self._touched, layer))
        for view in self._hanging.slice_views():
            view.ring.easel = easel if easel is not None and easel.suits(view.exhibit) else None
            view.update()

    def _in_hand(self) -> PaintLayer | None:
        found = self._painting.segmentation
        return self._layers.get(found.uid) if found is not None else None

    def _touched(self, layer: PaintLayer, box: Box) -> None:
        layer.touch(box)
        self._repaint()

    def _repaint(self) -> None:
        for view in self._hanging.slice_views():
            view.update()

    def _laid(self, state: Segmentation) -> LaidObject:
        """As the list of what lies over the pictures shows it."""
        target = self._workspace.sitting.display_set(state.display_set_uid)
        held = state.volumes_ml
        rows = tuple(
            LayerRow(s.number, s.name, s.rgb, held[s.number], origin_words(s.source)) for s in state.segments
        )
        who = f"by {state.author}" if state.author else "by a reader"
        what = f"edited {who}, copied from {', '.join(state.sources)}" if state.sources else f"drawn {who}"
        binding = Binding((target,) if target is not None else ())
        return LaidObject(laid_uid(state.uid), state.title, what, binding, rows, drawn=True)


def laid_uid(uid: str) -> str:
    """What a segmentation is called among the laid objects."""
    return f"drawn|{uid}"


def origin_words(source: str) -> str:
    """Who drew a segment."""
    return f"edited from {source}" if source else "drawn by a person"
