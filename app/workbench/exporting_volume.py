"""The volume in the chosen viewport as a file of its own, and the surfaces of what is laid over it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.painting.segmentation import Segmentation
from app.viewer.exhibit import Exhibit
from app.viewer.hanging import Hanging
from app.viewer.slice_view import SliceView
from app.viewer.volume_view import VolumeView
from app.workbench.object_layers import ObjectLayers
from app.workbench.painting import Painting
from app.workbench.services import Services
from inference.imaging.files import write_atomic
from inference.imaging.segments import SegmentMap
from inference.imaging.volume import Volume

NIFTI, NRRD = "NIfTI (*.nii.gz)", "NRRD (*.nrrd)"


class VolumeExporting(QObject):
    """Asks where to, then writes on a pool thread."""

    written = Signal(object)  # Path

    def __init__(
        self,
        services: Services,
        hanging: Hanging,
        window: QWidget,
        *,
        layers: ObjectLayers,
        painting: Painting,
    ) -> None:
        super().__init__()
        self._services, self._hanging, self._window, self._layers = services, hanging, window, layers
        self._painting = painting

    @property
    def exhibit(self) -> Exhibit | None:
        """What the chosen viewport shows, where it is a whole volume; where that moves, the phase on show."""
        view = self._hanging.view(self._hanging.active)
        shown = view.exhibit if isinstance(view, SliceView | VolumeView) else None
        return shown if shown is not None and shown.volume is not None else None

    @property
    def segments(self) -> tuple[SegmentMap, ...]:
        """What is laid over it as labels, as it is shown."""
        return self._layers.segment_maps(self.exhibit) if self.exhibit is not None else ()

    def ask_for_volume(self) -> None:
        """Let the reader choose a file and by its name the format."""
        if self.exhibit is None:
            return
        dialog = self._dialog("Export volume")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([NIFTI, NRRD])
        dialog.selectFile("volume.nii.gz")
        dialog.fileSelected.connect(
            lambda name: self.export_volume(named(Path(name), dialog.selectedNameFilter()))
        )
        dialog.open()

    def ask_for_surfaces(self) -> None:
        """Let the reader choose a folder."""
        if self.segments:
            dialog = self._dialog("Export surfaces into a folder")
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.fileSelected.connect(lambda name: self.export_surfaces(Path(name)))
            dialog.open()

    def ask_for_labels(self) -> None:
        """Let the reader choose a file for the segments that were painted."""
        if self._painting.segmentation is not None:
            dialog = self._dialog("Export segments")
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setNameFilters([NIFTI])
            dialog.selectFile("segments.nii.gz")
            dialog.fileSelected.connect(lambda name: self.export_labels(named(Path(name), NIFTI)))
            dialog.open()

    def export_labels(self, path: Path) -> None:
        """Write the segments in hand as labels on the grid of their volume, and a table of their names."""
        if (drawn := self._painting.segmentation) is not None:
            self._run("Writing segments", path, lambda: write_labels(drawn, path))

    def export_volume(self, path: Path) -> None:
        """Write the volume on show, as NRRD where the name ends so, else as NIfTI."""
        if (exhibit := self.exhibit) is not None and (volume := exhibit.volume) is not None:
            self._run("Writing the volume", path, lambda: write_volume(volume, path))

    def export_surfaces(self, folder: Path) -> None:
        """Write the surfaces of the segments on show."""
        if segments := self.segments:
            from app.report.surfaces import write_surfaces

            self._run("Writing surfaces", folder, lambda: write_surfaces(segments, folder))

    def _dialog(self, title: str) -> QFileDialog:
        folder = self._services.remembered.settings.window.get("export_folder", "")
        dialog = QFileDialog(self._window, title, folder)
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    def _run(self, title: str, path: Path, write: Callable[[], object]) -> None:
        self._services.remembered.change_window(export_folder=str(path.parent))
        self._services.jobs.run(
            title,
            lambda _report: write(),
            then=lambda _done: self.written.emit(path),
            otherwise=self._services.messages.show,
        )


def write_volume(volume: Volume, path: Path) -> None:
    """Write a volume in the format that the name of the file asks for; called on a pool thread."""
    from inference.imaging.nifti import write_nifti
    from inference.imaging.nrrd import SUFFIX, write_nrrd

    (write_nrrd if path.suffix.lower() == SUFFIX else write_nifti)(volume, path)


def write_labels(drawn: Segmentation, path: Path) -> None:
    """Write labels as NIfTI, and beside them what each number means; called on a pool thread."""
    from app.report.tables import csv_bytes
    from inference.imaging.nifti import write_nifti

    held = drawn.volumes_ml
    rows = [[s.number, s.name, f"{held[s.number]:.4f}", s.source] for s in drawn.segments]
    write_nifti(Volume(drawn.labels(), drawn.affine_lps), path)
    table = path.with_name(path.name.removesuffix(".gz").removesuffix(".nii") + ".csv")
    write_atomic(table, csv_bytes(("number", "name", "volume_ml", "copied_from"), rows))


def named(path: Path, chosen: str) -> Path:
    """The path with the ending of the format, where the reader typed none."""
    if path.name.lower().endswith((".nii", ".nii.gz", ".nrrd")):
        return path
    return path.with_name(path.name + (".nrrd" if chosen == NRRD else ".nii.gz"))
