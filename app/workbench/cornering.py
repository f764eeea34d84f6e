"""What the corners say: the reader's choice of texts, and how each picture was made, read from its file."""

from __future__ import annotations

import json
import logging
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.panels.corner_dialog import CornerDialog
from app.viewer.corner_plans import CornerPlans, plans_from, shipped_plans
from app.viewer.hanging import Hanging
from app.viewer.look import Plane
from app.workbench.remembering import Remembered
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.imaging.acquisition import Acquisition, acquisition_of, ends_and_middle
from inference.imaging.study import DisplaySet

KEPT = "corner texts"  # among the texts of the window

_log = logging.getLogger(__name__)


class Cornering(QObject):
    """Dresses every view with the plans in force and the facts of its pictures, each file asked once."""

    def __init__(self, services: Services, hanging: Hanging, showing: Showing, window: QWidget) -> None:
        super().__init__()
        self._services, self._hanging, self._window = services, hanging, window
        self.plans = kept_plans(services.remembered)
        self._known: dict[str, Acquisition] = {}  # by display set uid
        self._asked: set[tuple[str, int]] = set()  # display set uid and number of the file in it
        for moved in (showing.hung, hanging.loop_changed):
            moved.connect(self._dress)
        hanging.look_changed.connect(lambda slot, _look: self._look_at(slot))
        services.workspace.current_changed.connect(self._forget)

    def ask(self) -> None:
        """Let the reader choose, beginning with the modality of the chosen picture."""
        view = self._hanging.slice_view(self._hanging.active)
        dialog = CornerDialog(self.plans, view.exhibit.modality if view is not None else "", self._window)
        dialog.changed.connect(self.keep)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def keep(self, plans: CornerPlans) -> None:
        """Write these from now on."""
        self.plans = plans
        self._services.remembered.change_window(**{KEPT: plans.told()})
        self._dress()

    def _forget(self, _study: object) -> None:
        self._known.clear()
        self._asked.clear()

    def _dress(self, _slot: int = 0) -> None:
        for deep in self._hanging.volume_views():
            deep.plans = self.plans
            deep.update()
        for view in self._hanging.slice_views():
            uid = view.exhibit.display_set_uid
            view.furniture.plans = self.plans
            view.furniture.acquisition = self._known.get(uid, Acquisition())
            view.update()
            shown = self._services.workspace.sitting.display_set(uid)
            if shown is not None:
                self._ask(shown, ends_and_middle(shown))

    def _look_at(self, slot: int) -> None:
        """The picture on show speaks for itself as soon as its file has been asked."""
        view = self._hanging.slice_view(slot)
        if view is None or view.look.plane is not Plane.NATIVE:
            return
        shown = self._services.workspace.sitting.display_set(view.exhibit.display_set_uid)
        picture = view.exhibit.picture(view.look.slice_index)
        if shown is not None and picture < len(shown.frame_index):
            self._ask(shown, (shown.frame_index[picture][0],))

    def _ask(self, shown: DisplaySet, files: tuple[int, ...]) -> None:
        """Each file once."""
        wanted = tuple(file for file in files if (shown.uid, file) not in self._asked)
        if not wanted:
            return
        self._asked.update((shown.uid, file) for file in wanted)
        self._services.quiet.run(
            f"How {shown.title} was made",
            lambda _report: acquisition_of(shown, wanted),
            then=partial(self._take, shown.uid),
            otherwise=lambda _error: None,  # the picture itself says what is wrong with its file
        )

    def _take(self, uid: str, found: Acquisition) -> None:
        known = self._known[uid] = self._known.get(uid, Acquisition()).joined(found)
        for view in self._hanging.slice_views():
            if view.exhibit.display_set_uid == uid:
                view.furniture.acquisition = known
                view.update()


def kept_plans(remembered: Remembered) -> CornerPlans:
    """The product's plans with what the reader kept; what cannot be read is passed over."""
    shipped = shipped_plans().shipped
    text = remembered.settings.window.get(KEPT, "")
    try:
        return CornerPlans(shipped, plans_from(json.loads(text)) if text else {})
    except (ValueError, RecursionError):
        _log.warning("the reader's corner texts cannot be read")
        return CornerPlans(shipped)
