"""A copy of the open study without what says who the patient is: asked for, written, told of."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.deidentification.profile import Options
from app.panels.anonymise import AnonymiseDialog
from app.workbench.services import Services
from inference.imaging.study import Study
from inference.progress import Report

if TYPE_CHECKING:
    from app.deidentification.copying import Copied

DATES, WORDS = "anonymised_dates", "anonymised_words"  # what was chosen last, among the texts of the window


class Anonymising(QObject):
    """Asks what is to stay and where to, then writes on a pool thread."""

    told = Signal(str, str)  # what was written, and what to look at before it leaves

    def __init__(self, services: Services, window: QWidget) -> None:
        super().__init__()
        self._services, self._window = services, window

    def ask(self) -> None:
        """Let the reader choose what is to stay."""
        from app.deidentification.pictures import cautions_before

        study = self._services.workspace.sitting.current
        if study is None:
            return
        kept = self._services.remembered.settings.window
        options = Options(kept.get(DATES) == "shifted", kept.get(WORDS) == "kept")
        dialog = AnonymiseDialog(_what(study), cautions_before(study), options, self._window)
        dialog.chosen.connect(lambda chosen: self._ask_where(study, chosen))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self, study: Study, parent: Path, options: Options) -> Path:
        """Write into a new folder under `parent`, which is returned; its name tells nothing."""
        folder = _new_folder(parent)
        chosen = {
            DATES: "shifted" if options.shift_dates else "",
            WORDS: "kept" if options.keep_descriptions else "",
        }
        self._services.remembered.change_window(export_folder=str(parent), **chosen)
        self._services.jobs.run(
            "Copying without identity",
            lambda report: _copy(study, folder, options, report),
            then=self._tell,
            otherwise=self._services.messages.show,
        )
        return folder

    def _ask_where(self, study: Study, options: Options) -> None:
        folder = self._services.remembered.settings.window.get("export_folder", "")
        dialog = QFileDialog(self._window, "Put the anonymised copy into a new folder in…", folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda name: self.export(study, Path(name), options))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _tell(self, copied: Copied) -> None:
        left = len(copied.left_out)
        why = f"Left out: {left:,}, the first because: {copied.left_out[0][1]}" if left else ""
        count = "one anonymised file" if copied.files == 1 else f"{copied.files:,} anonymised files"
        self.told.emit(
            f"Written: {count} in {copied.folder}",
            " ".join(part for part in (*copied.cautions, why) if part),
        )


def _copy(study: Study, folder: Path, options: Options, report: Report) -> Copied:
    """Called on a pool thread, which bears the slow import."""
    from app.deidentification.copying import copy_deidentified

    files = dict.fromkeys(i.path for series in study.series for i in series.instances)
    return copy_deidentified(list(files), folder, options, report=report)


def _new_folder(parent: Path) -> Path:
    """A folder that is not there yet, named by the moment of the export."""
    name = f"anonymised-{datetime.now():%Y%m%d-%H%M%S}"
    folder, number = parent / name, 2
    while folder.exists():
        folder, number = parent / f"{name}-{number}", number + 1
    return folder


def _what(study: Study) -> str:
    """What is to be copied, without the name of the patient."""
    files = sum(len(series.instances) for series in study.series)
    modalities = "/".join(sorted({series.modality for series in study.series if series.modality}))
    counted = f"{len(study.series)} series, {files:,} files"
    return " · ".join(part for part in (modalities, study.description, study.date, counted) if part)
