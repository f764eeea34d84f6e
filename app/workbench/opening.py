"""Files into the library, studies out of it onto the wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.desk import Desk
from app.layouts import Layout
from app.library.values import ImportSummary, StudyEntry
from app.overlays import Overlay, OverlayMode
from app.report.content import chosen_finding
from app.verdicts import finding_key
from app.workbench.hanging_rules import hang
from app.workbench.preferred import known_protocols, remembered_layout
from app.workbench.remembering import LastSitting, Remembered
from app.workbench.services import Services
from explain.attribution import Attribution
from inference.imaging.study import Study
from inference.prediction import Prediction
from inference.progress import Report

FILES = "DICOM files and archives (*)"


@dataclass(frozen=True, eq=False)
class Opened:
    """A study with everything that the library knows of it."""

    study: Study
    predictions: tuple[Prediction, ...]
    attributions: tuple[Attribution, ...]
    priors: tuple[StudyEntry, ...]


class Opening(QObject):
    """Imports, opens and closes studies."""

    listed = Signal(object)  # tuple[StudyEntry, ...]: all of the library
    priors_found = Signal(object)  # tuple[StudyEntry, ...]: of the patient of the open study
    about_to_open = Signal(object)  # LastSitting: how the study that is opened next hung the last time
    left = Signal()  # the reader asked for something else: what was said of the study before is over
    opened = Signal()  # a study is open, with what was known of it
    imported = Signal(object)  # ImportSummary
    several_found = Signal()  # an import brought studies of several patients, or none
    prior_wanted = Signal(str)  # study uid that lay beside the last one
    prior_offered = Signal(object)  # tuple[StudyEntry, ...]: of a study that is opened anew

    def __init__(self, services: Services, window: QWidget) -> None:
        super().__init__()
        self._services = services
        self._window = window
        self.begun: set[tuple[Path, ...]] = set()  # what this window has begun to read, by absolute paths

    def ask_for_folder(self) -> None:
        """Let the reader choose a folder."""
        self._ask(QFileDialog.FileMode.Directory, "Open folder")

    def ask_for_files(self) -> None:
        """Let the reader choose files or archives."""
        self._ask(QFileDialog.FileMode.ExistingFiles, "Open files")

    def import_paths(self, paths: Sequence[Path]) -> None:
        """Read files, folders or archives into the library and open what was found."""
        if not paths:
            return
        self.left.emit()
        self.begun.add(tuple(path.absolute() for path in paths))
        name = paths[0].name if len(paths) == 1 else f"{len(paths)} items"
        self._services.remembered.change(last_folder=str(paths[0].parent))
        self._services.jobs.run(
            f"Reading {name}",
            lambda report: self._services.library.import_paths(list(paths), report),
            then=self._imported,
            otherwise=self._services.messages.show,
        )

    def list_studies(self) -> None:
        """Ask the library what it holds."""
        self._services.quiet.run(
            "Listing studies",
            lambda _report: tuple(self._services.library.entries()),
            then=self.listed.emit,
            otherwise=self._services.messages.show,
        )

    def open_study(self, uid: str, like: LastSitting | None = None) -> None:
        """Open a study of the library; `like` hangs it as it hung before."""
        self.left.emit()
        self._open(uid, like)

    def _open(self, uid: str, like: LastSitting | None = None) -> None:
        self._services.jobs.run(
            "Opening study",
            lambda report: read_study(self._services, uid, report),
            then=lambda opened: self._show(opened, like),
            otherwise=self._services.messages.show,
        )

    def open_last(self) -> bool:
        """Open the study of the last session where it was; False if there was none."""
        last = self._services.remembered.sitting
        if last.study_uid:
            self.open_study(last.study_uid, last)
        return bool(last.study_uid)

    def close_study(self) -> None:
        """Leave the viewports empty."""
        self.left.emit()
        self._services.workspace.open(None)
        self.priors_found.emit(())

    def _ask(self, mode: QFileDialog.FileMode, title: str) -> None:
        dialog = QFileDialog(self._window, title, self._services.remembered.settings.last_folder, FILES)
        dialog.setFileMode(mode)
        dialog.filesSelected.connect(lambda names: self.import_paths([Path(name) for name in names]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _imported(self, summary: ImportSummary) -> None:
        self.list_studies()
        self.imported.emit(summary)
        self._services.quiet.run(
            "Choosing the study to open",
            lambda _report: one_to_open(self._services.library.entries(), summary.study_uids),
            then=self._open_if_any,
            otherwise=self._services.messages.show,
        )

    def _open_if_any(self, uid: str) -> None:
        if uid:
            self._open(uid)  # what the import had to say stays
        else:
            self.several_found.emit()

    def _show(self, opened: Opened, like: LastSitting | None) -> None:
        workspace = self._services.workspace
        last = like if like and like.study_uid == opened.study.uid else LastSitting()
        self.about_to_open.emit(last)
        further = workspace.sitting.desk.further
        desk = desk_like(opened.study, last, self._services.remembered, further)
        workspace.open(opened.study, desk=desk)
        workspace.add(opened.predictions, opened.attributions)
        self._choose_finding(opened.predictions, last.target)
        self.priors_found.emit(opened.priors)
        self.opened.emit()
        if last.prior_uid:
            self.prior_wanted.emit(last.prior_uid)
        elif not last.study_uid:
            self.prior_offered.emit(opened.priors)

    def _choose_finding(self, predictions: Sequence[Prediction], target: str) -> None:
        """The finding that was chosen the last time, else the one that a reader asks about first."""
        for prediction in predictions:
            same = (f for f in prediction.findings if f.target.name == target)
            finding = next(same, None) or chosen_finding(prediction)
            if finding is not None:
                self._services.workspace.choose_finding(finding_key(prediction, finding))
                return


def one_to_open(entries: Sequence[StudyEntry], uids: Sequence[str]) -> str:
    """Of what an import found, the newest study if all are of one patient; else none: the reader chooses.

    `entries` are newest first.
    """
    found = [entry for entry in entries if entry.uid in uids]
    patients = {(entry.patient.id, entry.patient.name) for entry in found}
    return found[0].uid if len(patients) == 1 else ""


def read_study(services: Services, uid: str, report: Report) -> Opened:
    """A study of the library and what is known of it; called on a pool thread."""
    library = services.library
    report(0.1, "")
    study = library.study(uid)
    report(0.6, "")
    return Opened(study, library.predictions(uid), library.attributions(uid), tuple(library.priors(uid)))


def first_desk(study: Study, remembered: Remembered, further: Sequence[Layout] = ()) -> Desk:
    """How a study hangs when it is opened for the first time; `further`: layouts of the other windows."""
    wanted = remembered_layout(remembered, study)
    arrangement = hang(study, known_protocols(remembered), wanted, further)
    return Desk(further=tuple(further), overlay=Overlay(mode=OverlayMode.CONTOUR)).arranged(arrangement)


def desk_like(
    study: Study, last: LastSitting, remembered: Remembered, further: Sequence[Layout] = ()
) -> Desk:
    """How a study hung the last time, as far as its series are still there."""
    there = {d.uid for d in study.display_sets}
    fresh = first_desk(study, remembered, further)
    if not any(uid in there for uid in last.slots):
        return fresh
    overlay = replace(fresh.overlay, mode=OverlayMode(last.overlay_mode))
    return replace(fresh, overlay=overlay).arranged(last.arrangement)
