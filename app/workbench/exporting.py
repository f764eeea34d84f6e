"""What leaves the room: the report as PDF, everything into a folder, the picture as it is seen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from app.viewer.hanging import Hanging
from app.viewer.inscription import inscribed
from app.workbench.exporting_dicom import tell_left
from app.workbench.gathering import Gathering, Matter, review_of
from app.workbench.services import Services
from app.workbench.speaking import Voices
from app.workbench.waiting import Waiting
from inference.errors import ExportError
from inference.imaging.files import write_atomic
from inference.progress import Report, share


class Exporting(QObject):
    """Asks where to, then writes on a pool thread."""

    written = Signal(object, str)  # Path, and what is not in it
    reported = Signal(str)  # uid of the study whose report was written

    def __init__(
        self, services: Services, hanging: Hanging, window: QWidget, *, gathering: Gathering,
        waiting: Waiting, voices: Voices,
    ) -> None:  # fmt: skip
        super().__init__()
        self._services, self._hanging = services, hanging
        self._window, self._gathering = window, gathering
        self._waiting, self._voices = waiting, voices

    def ask_for_pdf(self) -> None:
        """Let the reader choose the file of the report."""
        if self._matter() is not None:
            self._ask("Export PDF report", "report.pdf", "PDF (*.pdf)", self._export_whole)

    def ask_for_folder(self) -> None:
        """Let the reader choose a folder for report, pictures, tables and maps."""
        if self._matter() is not None:
            dialog = QFileDialog(self._window, "Export everything into a folder", self._folder())
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.fileSelected.connect(
                lambda name: self._waiting.before(lambda missing: self.export_all(Path(name), missing))
            )
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

    def ask_for_picture(self) -> None:
        """Let the reader choose the file of the picture."""
        self._ask("Save picture", "picture.png", "PNG (*.png);;JPEG (*.jpg *.jpeg)", self.save_picture)

    def copy_picture(self) -> None:
        """Put the chosen viewport on the clipboard as it is seen, with the line that says what made it."""
        view = self._hanging.view(self._hanging.active)
        if view is not None:
            QGuiApplication.clipboard().setImage(inscribed(view.grab().toImage(), self._voices.of(view)))

    def export_pdf(self, path: Path, missing: str = "") -> None:
        """Write the report of what is open, of the comparison where two studies are; `missing` as below."""
        if matter := self._matter():
            uid = matter.study.uid
            self._write(
                "Writing the report",
                path,
                lambda report: write_atomic(path, pdf_of(matter, report)),
                missing,
                about=uid,
            )

    def _export_whole(self, path: Path) -> None:
        """The contours are part of the report: where they are still being drawn, the reader is asked."""
        self._waiting.before(lambda missing: self.export_pdf(path, missing))

    def export_all(self, folder: Path, missing: str = "") -> None:
        """Write report, pictures, tables and maps into a folder of their own; `missing` is not here yet."""
        if matter := self._matter():
            work = partial(write_all, matter, folder)
            self._write("Writing the report", folder, work, missing, about=matter.study.uid)

    def save_picture(self, path: Path) -> None:
        """Write the chosen viewport as it is seen, with a line that says what made it."""
        view = self._hanging.view(self._hanging.active)
        if view is not None:
            seen = view.grab().toImage()  # pixels of the screen: only here, on the GUI thread
            image = inscribed(seen, self._voices.of(view))
            self._write("Saving the picture", path, lambda _report: save_image(image.save, path))

    def _matter(self) -> Matter | None:
        matter = self._gathering.matter()
        if matter is None:
            self._services.messages.show(
                ExportError(
                    "There is no answer of a model to report yet.",
                    hint="Run the model first (Ctrl+R); “Export DICOM objects” needs none.",
                )
            )
        return matter

    def _ask(self, title: str, name: str, kind: str, then: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self._window, title, str(Path(self._folder()) / name), kind)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(Path(name).suffix[1:])
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _folder(self) -> str:
        return self._services.remembered.settings.window.get("export_folder", "")

    def _write(
        self,
        title: str,
        path: Path,
        work: Callable[[Report], list[str] | None],
        missing: str = "",
        *,
        about: str = "",
    ) -> None:
        """Write on a pool thread; `about` is the study that is reported so, `missing` what is not in it."""
        self._services.remembered.change_window(export_folder=str(path.parent))
        self._services.jobs.run(
            title,
            work,
            then=lambda left: self._tell(path, left, missing, about),
            otherwise=self._services.messages.show,
        )

    def _tell(self, path: Path, left_out: list[str] | None, missing: str, about: str) -> None:
        self.written.emit(path, missing)
        if about:
            self.reported.emit(about)
        tell_left(self._services.messages, left_out or [])


def pdf_of(matter: Matter, report: Report) -> bytes:
    """The report as PDF; called on a pool thread, which bears the slow import of the report as well."""
    from app.report.comparison import comparison_pdf, comparison_report
    from app.report.pdf import review_pdf

    if matter.comparison is not None:
        report(0.1, "drawing pictures")
        return comparison_pdf(comparison_report(matter.comparison))
    review = review_of(matter, report)
    return review_pdf(review)


def write_all(matter: Matter, folder: Path, report: Report) -> list[str]:
    """Everything into `folder`, which must not hold a report yet; what was left out, and why.

    Called on a pool thread.
    """
    from app.report.comparison import comparison_report, write_comparison
    from app.report.dicom import write_dicom
    from app.report.review import write_review

    review = review_of(matter, share(report, 0.0, 0.6))
    write_review(review, folder)
    _, left_out = write_dicom(review, folder, report=share(report, 0.6, 1.0))
    if matter.comparison is not None:
        write_comparison(comparison_report(matter.comparison), folder / "comparison")
    return left_out


def save_image(save: Callable[[str], bool], path: Path) -> None:
    """Write an image file; Qt says only whether it could."""
    if not save(str(path)):
        raise ExportError(f"{path.name} cannot be written.", hint="Choose a folder that you may write to.")
