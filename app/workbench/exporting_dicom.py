"""DICOM objects leave the room: what the reader did, and the answer of a model where there is one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.messages import Messages
from app.workbench.gathering import Done, Gathering, Matter, review_of
from app.workbench.services import Services
from inference.errors import ExportError
from inference.progress import Report, share


class DicomExporting(QObject):
    """Asks where to, then writes on a pool thread. Needs no model."""

    written = Signal(object)  # Path

    def __init__(self, services: Services, window: QWidget, *, gathering: Gathering) -> None:
        super().__init__()
        self._services, self._window, self._gathering = services, window, gathering

    def ask(self) -> None:
        """Let the reader choose a folder."""
        folder = self._services.remembered.settings.window.get("export_folder", "")
        dialog = QFileDialog(self._window, "Export DICOM objects into a folder", folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda name: self.export(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self, folder: Path) -> None:
        """Write into `folder`/dicom."""
        done, matter = self._gathering.done(), self._gathering.matter()
        if done is None:
            return
        self._services.remembered.change_window(export_folder=str(folder.parent))
        self._services.jobs.run(
            "Writing DICOM objects",
            lambda report: write_objects(matter, done, folder, report),
            then=lambda left_out: self._tell(folder, left_out),
            otherwise=self._services.messages.show,
        )

    def _tell(self, folder: Path, left_out: list[str]) -> None:
        self.written.emit(folder)
        tell_left(self._services.messages, left_out)


def tell_left(messages: Messages, left_out: list[str]) -> None:
    """What could not be written is said; the rest stays."""
    if left_out:
        what = "One DICOM object" if len(left_out) == 1 else f"{len(left_out)} DICOM objects"
        messages.show(
            ExportError(f"{what} could not be written: {left_out[0]}", hint="left_out.txt lists them all.")
        )


def write_objects(matter: Matter | None, done: Done, folder: Path, report: Report) -> list[str]:
    """What was left out, and why. ExportError where there is nothing to write; called on a pool thread."""
    from app.report.dicom import write_dicom, write_work

    if matter is not None:
        review = review_of(matter, share(report, 0.0, 0.5))
        return write_dicom(review, folder, report=share(report, 0.5, 1.0))[1]
    written, left_out = write_work(done.as_work(), folder, report)
    if not written and not left_out:
        raise ExportError(
            "There is nothing to write yet.", hint="Measure, mark a key image or change a contour first."
        )
    return left_out
