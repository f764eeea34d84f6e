"""A PDF that a study carries: saved where the reader says, or opened with the computer's own program."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from app.panels.documents import DocumentPanel
from app.workbench.services import Services
from inference.errors import ExportError
from inference.imaging.files import write_atomic

NAME = "document.pdf"  # never a title: that is text from a file


class PdfOut(QObject):
    """Writes on a pool thread; nothing in the file is run or drawn by us."""

    def __init__(self, services: Services, panel: DocumentPanel) -> None:
        super().__init__()
        self._services, self._panel = services, panel
        panel.save_requested.connect(self._ask)
        panel.open_requested.connect(self._open)

    def save(self, path: Path, data: bytes) -> None:
        """Write the PDF."""
        self._services.jobs.run(
            "Saving the PDF",
            lambda _report: write_atomic(path, data),
            then=lambda _done: None,
            otherwise=self._services.messages.show,
        )

    def _ask(self) -> None:
        page = self._panel.page
        if page is None or not page.pdf:
            return
        dialog = QFileDialog(self._panel.window(), "Save PDF", NAME, "PDF (*.pdf)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.fileSelected.connect(lambda name: self.save(Path(name), page.pdf))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _open(self) -> None:
        page = self._panel.page
        if page is None or not page.pdf:
            return
        data = page.pdf
        path = Path(tempfile.gettempdir()) / f"negatoscope-{secrets.token_hex(8)}.pdf"
        self._services.jobs.run(
            "Opening the PDF",
            lambda _report: write_atomic(path, data),
            then=lambda _done: self._show(path),
            otherwise=self._services.messages.show,
        )

    def _show(self, path: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self._services.messages.show(
                ExportError("No program on this computer opens PDF files.", hint="Save it with “Save PDF…”.")
            )
