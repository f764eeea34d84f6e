"""The controls under a loop. They show how it is played and say what the reader asks for."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from app.theme import caption_font, colour, give_icon
from app.viewer.cine_clock import Repeat
from app.viewer.cine_track import FrameTrack

_TEXT_PX = 56  # room for "99999 ms"
SPEEDS = ((0.25, "¼×"), (0.5, "½×"), (1.0, "1×"), (2.0, "2×"))
_ICONS = {Repeat.LOOP: "loop", Repeat.BOUNCE: "bounce", Repeat.ONCE: "once"}


class CineBar(QWidget):
    """Play, step, the way round, the speed, the line of frames, the moment."""

    play_toggled = Signal()
    stepped = Signal(int)
    frame_chosen = Signal(int)
    way_changed = Signal()  # repeat, range or speed

    def __init__(self, count: int) -> None:
        super().__init__()
        self.repeat, self.speed = Repeat.LOOP, 1.0
        self.track = FrameTrack()
        self.track.show_loop(count)
        self.track.frame_chosen.connect(self.frame_chosen)
        self.track.range_changed.connect(lambda *_: self.way_changed.emit())
        self.back = _button("step-back", "One frame back (Left)")
        self.play = _button("play", "Play or pause (Space)")
        self.on = _button("step-forward", "One frame on (Right)")
        self.way = _button("loop", "")
        self.pace = _button("", "")
        self.back.clicked.connect(lambda: self.stepped.emit(-1))
        self.play.clicked.connect(lambda: self.play_toggled.emit())
        self.on.clicked.connect(lambda: self.stepped.emit(1))
        self.way.clicked.connect(self._next_way)
        self.pace.clicked.connect(self._next_pace)
        self._text = QLabel()
        self._text.setFont(caption_font())
        self._text.setMinimumWidth(_TEXT_PX)
        self._text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(4)
        for widget in (self.back, self.play, self.on, self.way, self.pace, self.track, self._text):
            row.addWidget(widget, 1 if widget is self.track else 0)
        self._say()

    def paintEvent(self, event: QPaintEvent) -> None:
        """On the ground of panels, whose ink its icons have: viewports are black in every theme."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), colour("panel"))
        painter.end()

    def show_state(self, *, playing: bool) -> None:
        """Running, or at rest."""
        give_icon(self.play, "pause" if playing else "play")

    def show_moment(self, frame: int, moment_ms: float) -> None:
        """The frame on show, and how long after the first one it was taken."""
        self.track.show_frame(frame)
        self._text.setText(f"{moment_ms:.0f} ms")

    def _next_way(self) -> None:
        ways = list(Repeat)
        self.repeat = ways[(ways.index(self.repeat) + 1) % len(ways)]
        self._say()
        self.way_changed.emit()

    def _next_pace(self) -> None:
        paces = [speed for speed, _ in SPEEDS]
        self.speed = paces[(paces.index(self.speed) + 1) % len(paces)]
        self._say()
        self.way_changed.emit()

    def _say(self) -> None:
        give_icon(self.way, _ICONS[self.repeat])
        _name(self.way, f"Played {self.repeat}")
        self.pace.setText(dict(SPEEDS)[self.speed])
        _name(self.pace, f"Played at {dict(SPEEDS)[self.speed]} of the file's own speed")


def _button(name: str, tip: str) -> QToolButton:
    button = QToolButton()
    if name:
        give_icon(button, name)
    button.setIconSize(QSize(18, 18))
    _name(button, tip)
    return button


def _name(button: QToolButton, tip: str) -> None:
    button.setToolTip(tip)
    button.setAccessibleName(tip)
