"""Volumes that move: read with all their phases, hung in planes and in 3-D, played and stepped through."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from app.viewer.cine_view import CineView
from app.viewer.exhibit import volume_exhibit
from app.viewer.hanging import Hanging
from app.workbench.arranging import Arranging
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.imaging.phases import VolumeLoop, moving_with, phase_of, read_volume_loop
from inference.imaging.study import DisplaySet, Kind


class Phasing(QObject):
    """Stands before `Arranging` where the chosen series moves."""

    def __init__(
        self, services: Services, hanging: Hanging, showing: Showing, *, arranging: Arranging
    ) -> None:
        super().__init__()
        self._services, self._hanging = services, hanging
        self._showing, self._arranging = showing, arranging
        self._loops: dict[str, VolumeLoop] = {}  # the last one that was read, by display set uid
        workspace = services.workspace
        for changed in (workspace.slots_changed, workspace.layout_changed, showing.hung):
            changed.connect(self._leave_with_cuts)
        workspace.current_changed.connect(self._forget)

    @property
    def is_on(self) -> bool:
        """Whether a volume that moves is on the wall."""
        return self._hanging.moving.is_on

    @property
    def chosen(self) -> DisplaySet | None:
        """The display set in the chosen viewport."""
        sitting = self._services.workspace.sitting
        return sitting.display_set(sitting.desk.slots[self._hanging.active])

    def toggle_cuts(self) -> None:
        """Three planes and 3-D of the chosen volume, with its phases where it has any; or as it hung."""
        chosen = self.chosen
        if self._arranging.cuts or chosen is None:
            self._hanging.moving.end()
            self._arranging.toggle_cuts()
            return
        sets = self._phases_of(chosen)
        if chosen.kind is Kind.VOLUME:
            self._arranging.toggle_cuts()  # one phase at once, the others when they come
        if not sets:
            return
        if (kept := self._loops.get(sets[0].uid)) is not None:
            self._arrived(chosen, sets, kept)
            return
        self._services.jobs.run(
            f"Reading all phases of {chosen.title}",
            lambda report: read_volume_loop(sets, report),
            then=partial(self._arrived, chosen, sets),
            otherwise=self._services.messages.show,
        )

    def toggle_play(self) -> bool:
        """Play the phases, or rest; False where nothing moves."""
        if self.is_on:
            self._hanging.player.toggle()
        return self.is_on

    def step(self, phases: int) -> bool:
        """Go some phases on; False where nothing moves."""
        if self.is_on:
            self._hanging.player.step(phases)
        return self.is_on

    def _phases_of(self, chosen: DisplaySet) -> tuple[DisplaySet, ...]:
        return moving_with(self._showing.study_of(chosen).series_of(chosen), chosen)

    def _arrived(self, chosen: DisplaySet, sets: tuple[DisplaySet, ...], loop: VolumeLoop) -> None:
        self._loops = {sets[0].uid: loop}
        hangs = self.chosen is not None and self.chosen.uid == chosen.uid
        if not hangs or self._arranging.cuts is not (chosen.kind is Kind.VOLUME):
            return  # something else is wanted meanwhile
        hung = self._hanging.view(self._hanging.active)
        phase = hung.playback.frame if isinstance(hung, CineView) else phase_of(sets, chosen)
        study = self._showing.study_of(chosen)
        exhibits = [
            volume_exhibit(volume, study, chosen, self._hanging.badge(study)) for volume in loop.volumes
        ]
        if chosen.kind is Kind.VOLUME:
            self._hanging.take_phases(chosen.uid, exhibits, loop, phase)
            return
        self._arranging.lay_planes(lambda: self._hanging.show_mpr(study, chosen, loop.volumes[phase]))
        self._hanging.take_phases(chosen.uid, exhibits, loop, phase)

    def _leave_with_cuts(self, *_: object) -> None:
        if not self._arranging.cuts:
            self._hanging.moving.end()

    def _forget(self, _study: object) -> None:
        self._loops.clear()
        self._hanging.moving.end()
