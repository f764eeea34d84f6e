"""The table of measurements leaves the room as CSV or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.panels.measurements import MeasurementsPanel
from app.viewer.measurements.measurement import Measurement
from app.workbench.measuring import Measuring
from app.workbench.services import Services
from inference.imaging.files import write_atomic
from inference.imaging.study import Study

KINDS = "CSV table (*.csv);;JSON (*.json)"


class MeasuringTable(QObject):
    """Asks where to, then writes on a pool thread."""

    written = Signal(object)  # Path

    def __init__(
        self, services: Services, measuring: Measuring, panel: MeasurementsPanel, window: QWidget
    ) -> None:
        super().__init__()
        self._services, self._measuring, self._window = services, measuring, window
        panel.exported.connect(self.ask)

    def ask(self) -> None:
        """Let the reader choose a file; its ending says which form it has."""
        folder = self._services.remembered.settings.window.get("export_folder", "")
        dialog = QFileDialog(
            self._window, "Write measurements", str(Path(folder) / "measurements.csv"), KINDS
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.selectFile("measurements.csv")
        dialog.fileSelected.connect(lambda chosen: self.write(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write(self, path: Path) -> None:
        """Write the measurements of the open study."""
        study = self._services.workspace.sitting.current
        if study is None:
            return
        own = [m for m in self._measuring.measurements if m.site.study_uid == study.uid]
        self._services.remembered.change_window(export_folder=str(path.parent))
        self._services.jobs.run(
            "Writing measurements",
            lambda _report: write_atomic(path, table_of(study, own, path.suffix)),
            then=lambda _result: self.written.emit(path),
            otherwise=self._services.messages.show,
        )


def table_of(study: Study, measurements: Sequence[Measurement], suffix: str) -> bytes:
    """The table in the form that the ending of its file names; called on a pool thread."""
    from app.report.measurements import measurements_csv, measurements_json

    write = measurements_json if suffix.lower() == ".json" else measurements_csv
    return write(study, measurements)
