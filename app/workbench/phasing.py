"""Volumes that move: read with all their phases, hung in planes and in 3-D, played and stepped through."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from app.viewer.cine_view import CineView
from app.viewer.exhibit import volume_exhibit
from app.viewer.hanging import Hanging
from app.workbench.cutting import Cutting
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.imaging.phases import VolumeLoop, moving_with, phase_of, read_volume_loop
from inference.imaging.study import DisplaySet, Kind


class Phasing(QObject):
    """Stands before `Cutting` where the chosen series moves."""

    def __init__(self, services: Services, hanging: Hanging, showing: Showing, *, cutting: Cutting) -> None:
        super().__init__()
        self._services, self._hanging = services, hanging
        self._showing, self._cutting = showing, cutting
        self._loops: dict[str, VolumeLoop] = {}  # the last one that was read, by display set uid
        workspace = services.workspace
        workspace.planes_changed.connect(self._follow)  # after `Cutting`, which hangs a phase at once
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
        if self._cutting.is_on or (chosen is not None and chosen.kind is Kind.VOLUME):
            self._cutting.toggle()
        elif chosen is not None:
            self._read(chosen)

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

    def _follow(self, uid: str) -> None:
        """The phases of the planes that the workspace names; nothing moves where it names none."""
        planned = self._services.workspace.sitting.display_set(uid)
        self._hanging.moving.end()
        if planned is not None:
            self._read(planned)

    def _read(self, wanted: DisplaySet) -> None:
        sets = self._phases_of(wanted)
        if not sets:
            return
        if (kept := self._loops.get(sets[0].uid)) is not None:
            self._arrived(wanted, sets, kept)
            return
        self._services.jobs.run(
            f"Reading all phases of {wanted.title}",
            lambda report: read_volume_loop(sets, report),
            then=partial(self._arrived, wanted, sets),
            otherwise=self._services.messages.show,
        )

    def _arrived(self, wanted: DisplaySet, sets: tuple[DisplaySet, ...], loop: VolumeLoop) -> None:
        self._loops = {sets[0].uid: loop}
        planes = self._services.workspace.sitting.desk.planes
        if planes == wanted.uid:
            self._move(wanted, sets, loop)
        elif not planes and self._is_chosen_loop(wanted):
            self._cutting.cut(wanted.uid)  # which asks for the phases again, now that they are here

    def _is_chosen_loop(self, wanted: DisplaySet) -> bool:
        """Whether a loop, which is laid only once it is read, is still what the reader looks at."""
        chosen = self.chosen
        return chosen is not None and chosen.uid == wanted.uid and wanted.kind is not Kind.VOLUME

    def _move(self, wanted: DisplaySet, sets: tuple[DisplaySet, ...], loop: VolumeLoop) -> None:
        hung = (self._hanging.view(slot) for slot in self._hanging.wall.visible_numbers)
        loops = (v for v in hung if isinstance(v, CineView) and v.view.exhibit.display_set_uid == wanted.uid)
        played = next(loops, None)
        phase = played.playback.frame if played is not None else phase_of(sets, wanted)
        study = self._showing.study_of(wanted)
        badge = self._hanging.badge(study)
        exhibits = [volume_exhibit(volume, study, wanted, badge) for volume in loop.volumes]
        if wanted.kind is not Kind.VOLUME:
            self._cutting.lay_planes(lambda: self._hanging.show_mpr(study, wanted, loop.volumes[phase]))
        self._hanging.take_phases(wanted.uid, exhibits, loop, phase)

    def _forget(self, _study: object) -> None:
        self._loops.clear()
        self._hanging.moving.end()
