"""From a line of a document, or a segment, to the picture that it means."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.viewer.cine_view import CineView
from app.viewer.hanging import Hanging
from app.viewer.look import Plane
from app.viewer.slice_view import SliceView
from app.workbench.showing import Showing
from app.workspace import Workspace
from inference.imaging.objects.pointing import Target
from inference.imaging.study import Kind


class ObjectJumping(QObject):
    """Goes to a target; where its series does not hang, it is hung first."""

    def __init__(self, workspace: Workspace, hanging: Hanging, showing: Showing) -> None:
        super().__init__()
        self._workspace, self._hanging = workspace, hanging
        self._sought: Target | None = None
        for moved in (showing.hung, hanging.loop_changed):
            moved.connect(self._go)
        workspace.current_changed.connect(self._give_up)

    def go_to(self, target: Target) -> None:
        """Show the picture, and point at the place where it is known."""
        self._sought = target
        hung = {view.exhibit.display_set_uid for view in self._hanging.slice_views()}
        if target.display_set_uid not in hung and self._workspace.sitting.display_set(target.display_set_uid):
            slot = self._hanging.active
            shown = slot in self._workspace.sitting.desk.numbers
            self._workspace.show(slot if shown else 0, target.display_set_uid)
        self._go()

    def _give_up(self, _study: object) -> None:
        self._sought = None

    def _go(self, _slot: int = 0) -> None:
        """Go there once the series hangs; the whole of it where it is still being read."""
        target = self._sought
        if target is None:
            return
        for slot in self._hanging.wall.visible_numbers:
            hung, view = self._hanging.view(slot), self._hanging.slice_view(slot)
            if view is None or view.exhibit.display_set_uid != target.display_set_uid:
                continue
            if isinstance(hung, CineView):
                if not self._show_frame(hung, target):
                    return  # comes back here with the loop of that slice
            elif not self._show(view, slot, target):
                continue
            self._sought = None
            return

    def _show_frame(self, hung: CineView, target: Target) -> bool:
        """False while another slice of a cine stack is being brought."""
        found = self._workspace.sitting.display_set(target.display_set_uid)
        phases = found.phases if found and found.kind is Kind.CINE_STACK else hung.playback.times.count
        position, frame = divmod(target.picture, phases)
        if position != hung.position and position < hung.positions:
            hung.position_needed.emit(position)
            return False
        hung.follow(frame)
        return True

    def _show(self, view: SliceView, slot: int, target: Target) -> bool:
        """False while only the first picture of a volume is here."""
        if view.exhibit.volume is None and view.exhibit.native.count <= target.picture:
            return False
        if view.look.plane is Plane.NATIVE:
            view.adjust(slice_index=target.picture)
        if target.point_lps_mm is not None and view.exhibit.volume is not None:
            self._hanging.go_to(slot, target.point_lps_mm)
        return view.exhibit.volume is not None or view.exhibit.native.count == 1 or self._is_stack(target)

    def _is_stack(self, target: Target) -> bool:
        found = self._workspace.sitting.display_set(target.display_set_uid)
        return found is not None and found.kind.value in ("stack", "still")
