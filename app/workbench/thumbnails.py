"""Thumbnails of the open studies, one after another while nothing more urgent is read."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer

from app.panels.series import SeriesPanel
from app.viewer.thumbnails import thumbnail_image
from app.workbench.services import Services
from inference.imaging.read import read_thumbnail
from inference.imaging.study import DisplaySet, Kind, Study
from inference.progress import Report

SIZE = 56


class Thumbnails(QObject):
    """Fills a series panel with the pictures of a study."""

    def __init__(self, services: Services, panel: SeriesPanel) -> None:
        super().__init__()
        self._services, self._panel = services, panel
        self._wanted: tuple[DisplaySet, ...] = ()

    def show(self, study: Study | None) -> None:
        """Show the series of a study, then their thumbnails."""
        sets = study.display_sets if study else ()
        self._panel.show_series(sets)
        self._wanted = tuple(sets)
        QTimer.singleShot(0, self, self._begin)  # behind the first pictures, which are asked for in this turn

    def _begin(self) -> None:
        wanted, self._wanted = self._wanted, ()
        for display_set in wanted:
            if display_set.kind is not Kind.DOCUMENT:
                self._services.quiet.run(
                    "Thumbnail",
                    partial(_picture, display_set),
                    then=partial(self._panel.show_thumbnail, display_set.uid),
                )


def _picture(display_set: DisplaySet, _report: Report) -> object:
    """QImage of a display set; called on a pool thread, where QImage may be used."""
    return thumbnail_image(read_thumbnail(display_set), SIZE)
