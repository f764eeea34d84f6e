"""How studies hang by protocol: at opening, and stage by stage, one protocol after the other."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QWidget

from app.comparison import best_pair
from app.layouts import Layout
from app.panels.grid_chooser import GridChooser
from app.protocols import Match, matches
from app.viewer.hanging import Hanging
from app.workbench.arranging import Arranging
from app.workbench.hanging_rules import hung_by
from app.workbench.preferred import known_protocols, prefer_layout
from app.workbench.services import Services


class HangingProtocols(QObject):
    """Acts on the open study and its prior."""

    told = Signal(str)  # what hangs, and why

    def __init__(self, services: Services, arranging: Arranging, hanging: Hanging, window: QWidget) -> None:
        super().__init__()
        self._services, self._arranging = services, arranging
        self._hanging, self._window = hanging, window
        self._workspace, self._remembered = services.workspace, services.remembered
        self._at = (0, 0)  # which of the matches hangs, and which of its stages
        self._workspace.current_changed.connect(self._begin)
        self._workspace.prior_changed.connect(self._begin)

    @property
    def matches(self) -> tuple[Match, ...]:
        """The protocols that suit what is open, best first."""
        sitting = self._workspace.sitting
        if sitting.current is None:
            return ()
        known, further = known_protocols(self._remembered), len(sitting.desk.further)
        return matches(known, sitting.current, sitting.prior, further=further)

    def hang(self, match: Match, stage: int = 0) -> None:
        """Hang what is open by a stage of a protocol; undo brings back what hung before."""
        sitting = self._workspace.sitting
        if sitting.current is None:
            return
        pair = best_pair(sitting.prior, sitting.current) if sitting.prior else None
        first = [d.uid for d in pair] if pair else []
        further = sitting.desk.further
        self._arranging.hang(
            hung_by(match.stages[stage], sitting.current, sitting.prior, first=first, further=further)
        )
        self._at = next(
            ((n, stage) for n, m in enumerate(self.matches) if m.protocol == match.protocol), (0, stage)
        )
        self.told.emit(told_words(match, stage))

    def step(self, step: int) -> None:
        """Hang by the next stage; after the last one of a protocol, by the first of the next that suits."""
        found = self.matches
        every = [(n, stage) for n, match in enumerate(found) for stage in range(len(match.stages))]
        if every:
            here = every.index(self._at) if self._at in every else 0
            n, stage = every[(here + step) % len(every)]
            self.hang(found[n], stage)

    def step_protocol(self, step: int) -> None:
        """Hang by the first stage of the next protocol that suits."""
        found = self.matches
        if found:
            self.hang(found[(self._at[0] + step) % len(found)])

    def ask_for_grid(self) -> None:
        """Let the reader choose rows and columns of viewports."""
        window = self._hanging.wall.pane_of(self._hanging.active).window()
        chooser = GridChooser(self._arranging.layout, window)
        chooser.chosen.connect(self.lay_out)
        middle = window.mapToGlobal(QPoint(window.width() // 2, 48))
        chooser.move(middle - QPoint(chooser.width() // 2, 0))
        chooser.show()

    def lay_out(self, layout: Layout) -> None:
        """Show so many viewports, and so many at most the next time a study of the modality is opened."""
        sitting = self._workspace.sitting
        self._arranging.lay_out(layout)
        if sitting.current is not None and sitting.prior is None and self._arranging.window == 0:
            prefer_layout(self._remembered, sitting.current, layout)

    def _begin(self, _study: object) -> None:
        self._at = (0, 0)


def told_words(match: Match, stage: int) -> str:
    """What hangs, and why."""
    title, count = match.stages[stage].title, len(match.stages)
    named = (
        match.protocol.title if title in ("", match.protocol.title) else f"{match.protocol.title}: {title}"
    )
    which = f", stage {stage + 1} of {count}" if count > 1 else ""
    return f"{named}{which} ({', '.join(match.reasons) or 'suits anything'})"
