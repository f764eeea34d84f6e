"""DICOM objects leave the room: what the reader did, and the answer of a model where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.messages import Messages
from app.workbench.gathering import Done, Gathering, Matter, review_of
from app.workbench.services import Services
from app.workbench.waiting import Waiting
from inference.errors import ExportError
from inference.progress import Report, share


class DicomExporting(QObject):
    """Asks where to, then writes on a pool thread. Needs no model."""

    written = Signal(object, str)  # Path, and what is not in it

    def __init__(
        self, services: Services, window: QWidget, *, gathering: Gathering, waiting: Waiting
    ) -> None:
        super().__init__()
        self._services, self._window = services, window
        self._gathering, self._waiting = gathering, waiting

    def ask(self) -> None:
        """Let the reader choose a folder."""
        folder = self._services.remembered.settings.window.get("export_folder", "")
        dialog = QFileDialog(self._window, "Export DICOM objects into a folder", folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(
            lambda name: self._waiting.before(lambda missing: self.export(Path(name), missing))
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self, folder: Path, missing: str = "") -> None:
        """Write into `folder`/dicom; `missing` says what is not here to be written."""
        done, matter = self._gathering.done(), self._gathering.matter()
        if done is None:
            return
        remarks = [missing, *unsaid(done)]
        self._services.remembered.change_window(export_folder=str(folder.parent))
        self._services.jobs.run(
            "Writing DICOM objects",
            lambda report: write_objects(matter, done, folder, report),
            then=lambda left_out: self._tell(folder, left_out, " ".join(filter(None, remarks))),
            otherwise=self._services.messages.show,
        )

    def _tell(self, folder: Path, left_out: list[str], remarks: str) -> None:
        self.written.emit(folder, remarks)
        tell_left(self._services.messages, left_out)


def unsaid(done: Done) -> Iterator[str]:
    """What a presentation state cannot say of how pictures are looked at."""
    for seen in done.seen:
        look, shown = seen.look, done.study.display_set(seen.display_set_uid)
        found = (
            (bool(look.angle_deg), f"its turn by {look.angle_deg:.0f}°"),
            (bool(look.colours), f"its colours ({look.colours})"),
            (bool(look.slab_mm), f"its slab of {look.slab_mm:g} mm"),
        )
        words = [what for is_so, what in found if is_so]
        if words:
            yield f"{shown.title}: a presentation state cannot hold {', '.join(words)}."


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
            "There is nothing to write yet.",
            hint="Measure, paint a segment, mark a key image or change a contour first.",
        )
    return left_out
