"""A volume that moves, in planes and in 3-D: every view shows the same phase."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.viewer.exhibit import Exhibit
from app.viewer.slice_view import SliceView
from app.viewer.volume_player import VolumePlayer
from app.viewer.volume_view import VolumeView
from inference.imaging.phases import VolumeLoop

_LATELY_S = 2.0


class MovingPlanes(QObject):
    """Brings the phase that is due to the views. The slices show each; 3-D shows as many as it can render."""

    def __init__(self, views: Callable[[], Sequence[QWidget | None]], player: VolumePlayer) -> None:
        super().__init__()
        self._views, self._player = views, player
        self._exhibits: tuple[Exhibit, ...] = ()
        self._phase = 0
        self._rendering: int | None = None  # the phase that 3-D is busy with
        self._joined: VolumeView | None = None
        self._moments: deque[float] = deque()  # of pictures in 3-D, lately
        player.phase_due.connect(self.show_phase)
        player.played.connect(self._played)
        player.told_besides = self.rate_in_space

    @property
    def is_on(self) -> bool:
        """Whether a volume that moves is on the wall."""
        return bool(self._exhibits)

    def begin(self, exhibits: Sequence[Exhibit], loop: VolumeLoop, phase: int = 0) -> None:
        """Let the views that show any of these exhibits go through all of them."""
        self._exhibits, self._phase, self._rendering = tuple(exhibits), phase, None
        self._player.show_loop(loop, phase)
        self.show_phase(phase)

    def end(self) -> None:
        """Nothing moves any more."""
        if self._exhibits:
            self._exhibits, self._joined = (), None
            self._player.leave()

    def show_phase(self, phase: int) -> None:
        """Show one moment in every view."""
        self._phase = phase
        words = f"phase {phase + 1} / {len(self._exhibits)}"
        views = self._views()
        for view in views:
            if isinstance(view, SliceView) and view.exhibit in self._exhibits:
                view.furniture.remark = words
                view.show_exhibit(self._exhibits[phase])
        solid = next((v for v in views if isinstance(v, VolumeView) and v.exhibit in self._exhibits), None)
        self._join(solid)
        self._render()

    def _join(self, view: VolumeView | None) -> None:
        if view is not self._joined:
            self._joined, self._rendering = view, None
            if view is not None:
                view.rendered.connect(self._rendered)

    def _render(self) -> None:
        """Ask 3-D for the newest phase once the one before is finished: an aborted picture shows nothing."""
        view = self._joined
        if view is None or not view.isVisible():
            self._rendering = None
        elif not self._player.playback.playing:
            view.show_exhibit(self._exhibits[self._phase], moving=False)
        elif self._rendering is None and view.exhibit is not self._exhibits[self._phase]:
            self._rendering = self._phase
            view.show_exhibit(self._exhibits[self._phase], moving=True)

    def _rendered(self, _picture: object) -> None:
        if self._exhibits and self._rendering is not None:
            self._rendering = None
            now = time.monotonic()
            self._moments.append(now)
            while now - self._moments[0] > _LATELY_S:
                self._moments.popleft()
            self._render()

    def _played(self, playing: bool) -> None:
        self._moments.clear()
        if not playing and self._exhibits:
            self._rendering = None
            self._render()

    def rate_in_space(self) -> str:
        """How many pictures a second 3-D shows."""
        if self._joined is None or len(self._moments) < 2:
            return ""
        rate = (len(self._moments) - 1) / (self._moments[-1] - self._moments[0])
        return f"3-D {rate:.1f} fps"
