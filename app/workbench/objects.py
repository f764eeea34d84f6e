"""Objects of the open studies: opened by a click or a drop, laid over the pictures that they speak about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.object_content import LaidObject, Opened, open_object
from app.object_pages import Page
from app.panels.documents import DocumentPanel, ObjectsPanel
from app.panels.segments import SegmentsPanel
from app.viewer.hanging import Hanging
from app.viewer.layers.scene import Layer
from app.workbench.object_layers import ObjectLayers, picture_at
from app.workbench.objects_jumping import ObjectJumping
from app.workbench.objects_pages import PdfPages
from app.workbench.objects_pdf import PdfOut
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.errors import NotApplicableError
from inference.imaging.objects.kinds import ObjectKind, object_kind
from inference.imaging.objects.pointing import Target
from inference.imaging.study import DisplaySet, Kind, Study

_PAGES = (
    ObjectKind.REPORT, ObjectKind.RECORDING, ObjectKind.PDF, ObjectKind.PLAN, ObjectKind.KEY_IMAGES,
    ObjectKind.OTHER,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class ObjectPanels:
    """Where objects are listed, laid and read."""

    objects: ObjectsPanel
    segments: SegmentsPanel
    document: DocumentPanel


class Objects(QObject):
    """Opens objects on a pool thread; keeps the panels and the pictures as they are laid."""

    changed = Signal()

    def __init__(self, services: Services, hanging: Hanging, showing: Showing, panels: ObjectPanels) -> None:
        super().__init__()
        self._services, self._hanging, self._panels = services, hanging, panels
        self._workspace = services.workspace
        self._jumping = ObjectJumping(services.workspace, hanging, showing)
        self.layers = ObjectLayers(hanging, showing)
        self._pdf = PdfOut(services, panels.document)
        self.pages = PdfPages(services, hanging)
        self._opening: set[str] = set()
        self._connect()

    @property
    def objects(self) -> tuple[DisplaySet, ...]:
        """The objects of the open study."""
        current = self._workspace.sitting.current
        sets = current.display_sets if current else ()
        return tuple(d for d in sets if object_kind(d) is not None)

    def take(self, uid: str, slot: int | None = None) -> bool:
        """Open an object; False for pictures, which hang by themselves."""
        display_set = self._workspace.sitting.display_set(uid)
        kind = object_kind(display_set) if display_set else None
        if display_set is None or kind is None:
            return False
        if kind in (ObjectKind.MAP, ObjectKind.DOSE) and slot is not None and self._is_alone(slot):
            return False  # a map dropped into an empty viewport is looked at as a picture
        self.open(uid, slot)
        return True

    def open(self, uid: str, slot: int | None = None) -> None:
        """Read an object and show it: over its pictures, in the panel, its pages in a viewport."""
        display_set = self._workspace.sitting.display_set(uid)
        if display_set is None or uid in self._opening or object_kind(display_set) is None:
            return
        self._opening.add(uid)
        studies = self._workspace.sitting.studies
        job = self._services.jobs.run(
            f"Reading {display_set.title}",
            lambda report: open_object(display_set, studies, report),
            then=partial(self._show, slot),
            otherwise=self._services.messages.show,
        )
        job.ended.connect(lambda: self._opening.discard(uid))

    def close(self, uid: str) -> None:
        """Take a laid object away."""
        self.layers.remove(uid)
        self._refresh()

    def _show(self, slot: int | None, opened: Opened) -> None:
        if self._workspace.sitting.display_set(opened.uid) is None:
            return  # closed meanwhile
        if isinstance(opened, Page):
            self._panels.document.show_page(opened)
            self.pages.show(opened, slot)
        elif opened.binding.targets:
            self._lay(opened)
        else:
            words = opened.binding.words or "There are no pictures that it belongs to."
            hint = "Open the study that holds them together with it."
            self._services.messages.show(NotApplicableError(f"{opened.title}: {words}", hint=hint))
        self._refresh()

    def lay(self, laid: LaidObject, layers: list[Layer] | None = None) -> None:
        """Lay what a model made, or a person, over its pictures; nothing is hung for it."""
        self.layers.add(laid, layers)
        self._refresh()

    def restate(self, laid: LaidObject) -> None:
        """More is known of what is laid already."""
        self.layers.restate(laid)
        self._panels.segments.restate(laid)

    def _lay(self, laid: LaidObject) -> None:
        """Over its pictures, which go to where it can be seen; where none of them hangs, the best is hung."""
        hung = {view.exhibit.display_set_uid for view in self._hanging.slice_views()}
        target = next((d for d in laid.binding.targets if d.uid in hung), None)
        best = target or laid.binding.targets[0]
        if target is None or laid.values is None:
            self._jumping.go_to(Target(best.uid, self.layers.first_picture(laid, best)))
        self.layers.add(laid)

    def _go_to_segment(self, uid: str, number: int) -> None:
        laid = self.layers.laid(uid)
        point = self.layers.middle_of(uid, number)
        if laid is None or point is None or not laid.binding.targets:
            return
        hung = {view.exhibit.display_set_uid for view in self._hanging.slice_views()}
        sets = laid.binding.targets
        target = next((d for d in sets if d.uid in hung), sets[0])
        self._jumping.go_to(Target(target.uid, picture_at(laid, target, number, point), point))

    def _refresh(self, *_: object) -> None:
        laid = sorted(self.layers.all, key=lambda one: not one.drawn)  # what is painted on stands above
        self._panels.segments.show_layers(laid)
        page = self._panels.document.page
        self._panels.objects.mark_open([*(one.uid for one in self.layers.all), page.uid if page else ""])
        self.changed.emit()

    def _begin(self, study: Study | None) -> None:
        """Another study: nothing of the one before stays; where there are no pictures, a report is read."""
        self.layers.clear()
        self.pages.put_away()
        self._panels.document.show_page(None)
        self._panels.objects.show_objects(self.objects)
        self._refresh()
        if study is not None and (first := first_to_read(study)):
            self.open(first)

    def _is_alone(self, slot: int) -> bool:
        """Whether nothing hangs in a viewport that something could be laid over."""
        return self._hanging.slice_view(slot) is None

    def _connect(self) -> None:
        panels = self._panels
        self._workspace.current_changed.connect(self._begin)
        panels.objects.chosen.connect(lambda uid: self.open(uid))
        panels.segments.closed.connect(self.close)
        panels.segments.hidden.connect(self.layers.hide)
        panels.segments.chosen.connect(self._go_to_segment)
        panels.segments.opacity_changed.connect(self.layers.set_opacity)
        panels.document.jumped.connect(self._jumping.go_to)
        panels.document.closed.connect(self._put_away)
        self.pages.closed.connect(self._put_away)

    def _put_away(self) -> None:
        self.pages.put_away()
        self._panels.document.show_page(None)
        self._refresh()


def first_to_read(study: Study) -> str:
    """Uid of what is read at once where a study holds no pictures: a report before any other document."""
    if any(d.kind is not Kind.DOCUMENT for d in study.display_sets):
        return ""
    pages = {kind: d.uid for d in reversed(study.display_sets) if (kind := object_kind(d)) in _PAGES}
    return next((pages[kind] for kind in _PAGES if kind in pages), "")
