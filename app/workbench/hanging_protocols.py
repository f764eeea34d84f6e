"""How studies hang by protocol: at opening, one after the other, and saved from the screen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QWidget

from app.comparison import best_pair
from app.desk import Layout
from app.library.values import StudyEntry
from app.panels.grid_chooser import GridChooser
from app.panels.protocols import ProtocolsDialog
from app.protocols import (
    Match,
    Protocol,
    matches,
    seen,
    write_protocol,
)
from app.workbench.arranging import Arranging
from app.workbench.hanging_rules import hung_by
from app.workbench.preferred import known_protocols, own_folder, prefer_layout
from app.workbench.services import Services

PRIORS = "place_priors"  # among the texts of the window


class HangingProtocols(QObject):
    """Acts on the open study and its prior."""

    prior_wanted = Signal(str)  # study uid
    told = Signal(str)  # what hangs, and why

    def __init__(self, services: Services, arranging: Arranging, window: QWidget) -> None:
        super().__init__()
        self._services, self._arranging, self._window = services, arranging, window
        self._workspace, self._remembered = services.workspace, services.remembered
        self._at = 0  # which of the matches hangs
        self._workspace.current_changed.connect(self._begin)
        self._workspace.prior_changed.connect(self._begin)

    @property
    def matches(self) -> tuple[Match, ...]:
        """The protocols that suit what is open, best first."""
        sitting = self._workspace.sitting
        if sitting.current is None:
            return ()
        return matches(known_protocols(self._remembered), sitting.current, sitting.prior)

    def hang(self, match: Match) -> None:
        """Hang what is open by one protocol; undo brings back what hung before."""
        sitting = self._workspace.sitting
        if sitting.current is None:
            return
        pair = best_pair(sitting.prior, sitting.current) if sitting.prior else None
        first = [d.uid for d in pair] if pair else []
        layout, uids = hung_by(match, sitting.current, sitting.prior, first=first)
        self._arranging.hang(uids, layout)
        self.told.emit(f"{match.protocol.title} ({', '.join(match.reasons) or 'suits anything'})")

    def step(self, step: int) -> None:
        """Hang by the next protocol that suits."""
        found = self.matches
        if found:
            self._at = (self._at + step) % len(found)
            self.hang(found[self._at])

    def ask(self) -> None:
        """Let the reader choose a protocol, or save what hangs."""
        dialog = ProtocolsDialog(self.matches, self._window)
        dialog.chosen.connect(self.hang)
        dialog.save_requested.connect(lambda title: self._save(title, dialog))
        dialog.remove_requested.connect(lambda protocol: self._remove(protocol, dialog))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_for_grid(self) -> None:
        """Let the reader choose rows and columns of viewports."""
        chooser = GridChooser(self._workspace.sitting.desk.layout, self._window)
        chooser.chosen.connect(self.lay_out)
        middle = self._window.mapToGlobal(QPoint(self._window.width() // 2, 48))
        chooser.move(middle - QPoint(chooser.width() // 2, 0))
        chooser.show()

    def lay_out(self, layout: Layout) -> None:
        """Show so many viewports, and so many at most the next time a study of the modality is opened."""
        sitting = self._workspace.sitting
        self._arranging.lay_out(layout)
        if sitting.current is not None and sitting.prior is None:
            prefer_layout(self._remembered, sitting.current, layout)

    @property
    def places_priors(self) -> bool:
        """Whether the latest prior comes up by itself."""
        return self._remembered.settings.window.get(PRIORS, "") == "yes"

    def toggle_priors(self) -> None:
        """Let priors come up by themselves, or only when they are asked for."""
        self._remembered.change_window(**{PRIORS: "" if self.places_priors else "yes"})

    def place_prior(self, entries: Sequence[StudyEntry]) -> None:
        """Ask for the latest of the priors found, if they are to come up by themselves."""
        if entries and self.places_priors and self._workspace.sitting.prior is None:
            self.prior_wanted.emit(entries[0].uid)

    def _save(self, title: str, dialog: ProtocolsDialog) -> None:
        sitting = self._workspace.sitting
        if sitting.current is None or not title:
            return
        desk, prior = sitting.desk, sitting.prior.uid if sitting.prior else ""
        sets = [sitting.display_set(uid) for uid in desk.slots[: desk.layout.views]]
        shown = [(d, d is not None and d.study_uid == prior) for d in sets]
        protocol = seen(title, desk.layout, shown, sitting.current)
        self._write(partial(write_protocol, protocol, own_folder(self._remembered)), dialog)

    def _remove(self, protocol: Protocol, dialog: ProtocolsDialog) -> None:
        path = own_folder(self._remembered) / f"{protocol.key}.json"
        self._write(partial(path.unlink, missing_ok=True), dialog)

    def _write(self, work: partial[Path] | partial[None], dialog: ProtocolsDialog) -> None:
        """On a pool thread; the list then says what there is."""

        def show(_result: object) -> None:
            dialog.show_matches(self.matches)

        self._services.quiet.run(
            "Saving a hanging protocol",
            lambda _report: work(),
            then=show,
            otherwise=self._services.messages.show,
        )

    def _begin(self, _study: object) -> None:
        self._at = 0
