"""The list of hanging protocols: what is seen saved as one, and what is wrong with the reader's own files."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.panels.protocols import ProtocolsDialog
from app.protocol_files import write_protocol
from app.protocols import Protocol, Seen, Stage, seen_protocol, stage_seen
from app.viewer.hanging import Hanging
from app.workbench.hanging_protocols import HangingProtocols
from app.workbench.on_screens import layouts_seen, windows_seen
from app.workbench.preferred import own_folder, own_protocols
from app.workbench.services import Services
from inference.errors import ProtocolError


class ProtocolSaving(QObject):
    """Writes files on a pool thread; the list then says what there is."""

    def __init__(
        self, services: Services, hanging: Hanging, protocols: HangingProtocols, window: QWidget
    ) -> None:
        super().__init__()
        self._services, self._hanging = services, hanging
        self._protocols, self._window = protocols, window
        self._told: set[str] = set()
        services.workspace.current_changed.connect(self._tell_troubles)

    def ask(self) -> None:
        """Let the reader choose a protocol, or save what hangs."""
        dialog = ProtocolsDialog(self._protocols.matches, self._window)
        dialog.show_troubles(self.troubles)
        dialog.chosen.connect(self._protocols.hang)
        dialog.save_requested.connect(lambda title: self._save(title, dialog))
        dialog.stage_requested.connect(lambda protocol: self._add_stage(protocol, dialog))
        dialog.remove_requested.connect(lambda protocol: self._remove(protocol, dialog))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @property
    def troubles(self) -> tuple[ProtocolError, ...]:
        """What is wrong with the reader's own files, one sentence each."""
        return own_protocols(self._services.remembered).troubles

    def _tell_troubles(self, study: object) -> None:
        """Name the files that cannot be used when a study hangs, each once."""
        for trouble in self.troubles if study is not None else ():
            if str(trouble) not in self._told:
                self._told.add(str(trouble))
                self._services.messages.show(trouble)

    def _seen(self, title: str = "") -> tuple[Stage, list[Seen]]:
        windows = windows_seen(self._services.workspace.sitting, self._hanging)
        stage = stage_seen(layouts_seen(self._hanging), windows, title)
        return stage, [seen for window in windows for seen in window]

    def _save(self, title: str, dialog: ProtocolsDialog) -> None:
        current = self._services.workspace.sitting.current
        if current is not None and title:
            self._write(seen_protocol(title, *self._seen(), current), dialog)

    def _add_stage(self, protocol: Protocol, dialog: ProtocolsDialog) -> None:
        """What hangs now becomes the last stage of a protocol of the reader's own."""
        stage, _ = self._seen(f"Stage {len(protocol.stages) + 1}")
        self._write(replace(protocol, stages=(*protocol.stages, stage)), dialog)

    def _write(self, protocol: Protocol, dialog: ProtocolsDialog) -> None:
        folder = own_folder(self._services.remembered)
        self._run(partial(write_protocol, protocol, folder), dialog)

    def _remove(self, protocol: Protocol, dialog: ProtocolsDialog) -> None:
        path = own_folder(self._services.remembered) / f"{protocol.key}.json"
        self._run(partial(path.unlink, missing_ok=True), dialog)

    def _run(self, work: partial[Path] | partial[None], dialog: ProtocolsDialog) -> None:
        def show(_result: object) -> None:
            dialog.show_matches(self._protocols.matches)

        self._services.quiet.run(
            "Saving a hanging protocol",
            lambda _report: work(),
            then=show,
            otherwise=self._services.messages.show,
        )
