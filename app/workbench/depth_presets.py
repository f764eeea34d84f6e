"""The presets on offer in 3-D: those of the product, and the reader's own, kept beside the settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QObject, QRect, Qt, Signal
from PySide6.QtGui import QIcon, QImage

from app.own_presets import FOLDER, own_preset, read_own_presets, remove_own_preset, write_own_preset
from app.viewer.preset_pictures import SIDE, picture_of
from app.viewer.transfer_curve import in_shares
from app.viewer.volume_presets import VolumePreset, presets_for, value_range
from app.viewer.volume_view import VolumeView
from app.workbench.services import Services


class DepthPresets(QObject):
    """Reads, keeps and removes on pool threads; says when there are others."""

    changed = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.own: tuple[VolumePreset, ...] = ()
        self._icons: dict[str, QIcon] = {}
        self._run(lambda: None, "Reading presets of 3-D")

    @property
    def folder(self) -> Path:
        """Where the reader's own are."""
        return self._services.remembered.folder / FOLDER

    def offered(self, modality: str) -> tuple[VolumePreset, ...]:
        """What suits a modality, the reader's own last."""
        own = (p for p in self.own if p.modality in ("", modality) or p.scale == "relative")
        return (*presets_for(modality), *own)

    def icon_of(self, key: str) -> QIcon:
        """The picture of a preset."""
        if key not in self._icons:
            path = self.folder / f"{key}.png"
            self._icons[key] = QIcon(str(path)) if path.is_file() else picture_of(key)
        return self._icons[key]

    def keep(self, view: VolumeView, title: str) -> VolumePreset:
        """Keep how a view is rendered now, with a picture of it. What has no unit is kept as shares."""
        volume, preset = view.exhibit.volume, view.preset
        if volume is not None and view.exhibit.modality != "CT":
            preset = in_shares(preset, value_range(volume))
        made = own_preset(preset, title, view.exhibit.modality)
        picture = png_of(view.picture.image) if view.picture is not None else b""
        self._run(lambda: write_own_preset(made, self.folder, picture), "Saving a preset of 3-D")
        return made

    def remove(self, preset: VolumePreset) -> None:
        """Remove one of the reader's own."""
        if preset.own:
            self._run(lambda: remove_own_preset(preset, self.folder), "Removing a preset of 3-D")

    def _run(self, work: Callable[[], object], title: str) -> None:
        """Do it, then read what there is now."""

        def done(_report: object) -> tuple[VolumePreset, ...]:
            work()
            return read_own_presets(self.folder)

        self._services.quiet.run(title, done, then=self._take, otherwise=self._services.messages.show)

    def _take(self, own: tuple[VolumePreset, ...]) -> None:
        if own != self.own or self._icons:
            self.own = own
            self._icons.clear()
            self.changed.emit()


def png_of(image: QImage) -> bytes:
    """The middle of a picture, small and square, as PNG."""
    side = min(image.width(), image.height())
    middle = QRect((image.width() - side) // 2, (image.height() - side) // 2, side, side)
    small = image.copy(middle).scaled(
        SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    small.save(buffer, "PNG")  # type: ignore[call-overload] # its stub knows no buffer
    return bytes(buffer.data().data())
