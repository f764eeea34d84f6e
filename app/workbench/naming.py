"""Which standard view a loop shows, where the reader says so: kept at once, and what the models go by."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QActionGroup, QCursor
from PySide6.QtWidgets import QMenu, QWidget

from app.workbench.services import Services
from inference.imaging.naming import with_views
from inference.imaging.study import DisplaySet, Study
from inference.models.view_names import choices

BY_LABEL = "As labels and pictures say"


class Naming(QObject):
    """Offers the views of the loop in the chosen viewport; a choice is written before anything else."""

    named = Signal(object)  # Study, in which a view is named otherwise now

    def __init__(self, services: Services, window: QWidget) -> None:
        super().__init__()
        self._services, self._window = services, window
        self._workspace = services.workspace

    @property
    def can_name(self) -> bool:
        """Whether the chosen viewport shows a loop whose view can be named."""
        shown = self._shown()
        return shown is not None and bool(choices(shown))

    def ask(self) -> None:
        """Let the reader choose the view of the loop in the chosen viewport."""
        shown = self._shown()
        if shown is not None and choices(shown):
            menu = self.menu(shown)
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(QCursor.pos())

    def menu(self, display_set: DisplaySet) -> QMenu:
        """The views of one loop, the one that holds ticked."""
        menu = QMenu(self._window)
        group = QActionGroup(menu)
        for view, title in {"": BY_LABEL, **choices(display_set)}.items():
            action = menu.addAction(title[:1].upper() + title[1:])
            action.setCheckable(True)
            action.setChecked(view == display_set.view)
            action.setActionGroup(group)
            action.triggered.connect(partial(self._chosen, display_set.uid, view))
        return menu

    def name(self, display_set_uid: str, view: str) -> None:
        """Say which view a loop shows; an empty `view` leaves it to labels and pictures."""
        study = self._study_with(display_set_uid)
        if study is None or study.display_set(display_set_uid).view == view:
            return
        reader = self._services.remembered.settings.reader
        keep = self._services.library.outlined.name_view
        self._services.saving.run(partial(keep, study.uid, display_set_uid, view, reader))
        study = with_views(study, {display_set_uid: view})
        self._workspace.restate(study)
        self.named.emit(study)

    def _chosen(self, uid: str, view: str, _checked: bool = False) -> None:
        self.name(uid, view)

    def _shown(self) -> DisplaySet | None:
        sitting = self._workspace.sitting
        return sitting.display_set(sitting.desk.slots[sitting.chosen_slot])

    def _study_with(self, uid: str) -> Study | None:
        studies = self._workspace.sitting.studies
        return next((s for s in studies if any(d.uid == uid for d in s.display_sets)), None)
