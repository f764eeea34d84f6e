"""The controls under the wall that play a volume through its phases, by the wall clock."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.panels.labels import ElidedLabel, Role
from app.viewer.cine_bar import CineBar
from app.viewer.cine_clock import FrameTimes, Playback
from app.viewer.cine_running import Running, now_ms
from inference.imaging.phases import VolumeLoop

SLOWEST_MS, SLOW_FPS = 1000.0, 5.0  # phases further apart are not waited for


class VolumePlayer(QWidget):
    """Says which phase is due, and how it went. Away while nothing moves."""

    phase_due = Signal(int)
    played = Signal(bool)  # runs, or rests

    def __init__(self) -> None:
        super().__init__()
        self.bar = CineBar(1)
        self._running = Running(self.bar, self)
        self._running.due.connect(self._show_due)
        self._running.over.connect(self._show_state)
        self._shown = 0  # the phase
        self.told_besides: Callable[[], str] = str  # what else is said about the rate
        self._loop: VolumeLoop | None = None
        self._text = ElidedLabel("", Role.CAPTION)
        self.bar.play_toggled.connect(self.toggle)
        self.bar.stepped.connect(self.step)
        self.bar.frame_chosen.connect(lambda phase: self.step(phase - self.playback.frame))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 12, 0)
        row.addWidget(self.bar, 3)
        row.addWidget(self._text, 2)
        self.hide()

    def show_loop(self, loop: VolumeLoop, phase: int = 0) -> None:
        """Stand for a volume that moves, at rest on one of its phases."""
        self._loop = loop
        self._shown = phase
        self._running.show_loop(played_times(loop), phase)
        self.show()
        self._show_state()

    def leave(self) -> None:
        """Nothing moves any more."""
        self._loop = None
        self.pause()
        self.hide()

    @property
    def playback(self) -> Playback:
        """Where it stands, and how it went."""
        return self._running.playback

    @property
    def is_on(self) -> bool:
        """Whether it stands for anything."""
        return self._loop is not None

    def toggle(self) -> None:
        """Play where it rests, rest where it plays."""
        if self.playback.playing:
            self.pause()
        elif self._running.begin():
            self._show_state()
            self._running.tick()

    def pause(self) -> None:
        """Rest on the phase on show."""
        self._running.pause()
        self._show_state()

    def step(self, phases: int) -> None:
        """Rest, and go some phases on, round the end."""
        self._shown = self.playback.step(phases)
        self.phase_due.emit(self._shown)
        self.pause()

    def words(self) -> str:
        """Which phase, at what rate, and what was dropped."""
        playback = self.playback
        parts = [f"phase {playback.frame + 1} / {playback.times.count}", self._rate_words()]
        if playback.playing and playback.shown > 1:
            parts += [
                f"shown {playback.achieved():.1f} fps",
                f"{playback.dropped} dropped",
                self.told_besides(),
            ]
        return " · ".join(part for part in parts if part)

    def _rate_words(self) -> str:
        loop, rate = self._loop, f"{self.playback.times.rate:.3g} fps"
        if loop is None or len(loop.times_ms) < 2:
            return rate
        apart_ms = float(np.median(np.diff(loop.times_ms)))
        if apart_ms > SLOWEST_MS:
            return f"{rate}, phases are {apart_ms / 1000:.3g} s apart"
        return rate if self.playback.playing or not loop.rate_source else f"{rate} · {loop.rate_source}"

    def _show_due(self, phase: int) -> None:
        if phase != self._shown:
            self._shown = phase
            self.phase_due.emit(phase)
            self.playback.painted(phase, now_ms())  # slices paint at once; 3-D counts its own
        self._show_moment()

    def _show_moment(self) -> None:
        phase = self.playback.frame
        moment_ms = self.playback.times.start_of(phase)
        if self._loop is not None and len(self._loop.times_ms):
            moment_ms = float(self._loop.times_ms[phase])
        self.bar.show_moment(phase, moment_ms)
        self._text.show_text(self.words())

    def _show_state(self) -> None:
        self.bar.show_state(playing=self.playback.playing)
        self._show_moment()
        self.played.emit(self.playback.playing)

    def hideEvent(self, event: QHideEvent) -> None:
        """What nobody sees rests."""
        if self.playback.playing:
            self.pause()
        super().hideEvent(event)


def played_times(loop: VolumeLoop) -> FrameTimes:
    """The file's own times, unless nobody would wait for them."""
    times = FrameTimes(loop.times_ms)
    if times.count > 1 and times.frame_ms > SLOWEST_MS:
        return FrameTimes(np.arange(times.count, dtype=np.float64) * 1000 / SLOW_FPS)
    return times
