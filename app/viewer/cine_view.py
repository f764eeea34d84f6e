"""One viewport for a loop: the picture, and below it the controls that play it at the file's own rate."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.viewer.cine_ahead import ReadAhead
from app.viewer.cine_bar import CineBar
from app.viewer.cine_clock import FrameTimes, Playback, rate_words
from app.viewer.cine_picture import CinePictureLayer
from app.viewer.cine_running import Running, now_ms
from app.viewer.cine_wheel import LoopWheel, StackWheel
from app.viewer.contour_pointer import ContourPointer
from app.viewer.exhibit import Exhibit
from app.viewer.heart_track import HeartTrack
from app.viewer.layers.contours import ContourLayer, Drawn
from app.viewer.look import Look
from app.viewer.reel import Reel
from app.viewer.slice_view import SliceView
from inference.imaging.heartbeat import Heartbeat
from inference.imaging.volume import Cine


class CineView(QWidget):
    """Plays a loop by the wall clock. What is due is shown; what came too late is counted."""

    activated = Signal()
    menu_requested = Signal(QPoint)
    maximise_requested = Signal()
    played = Signal(bool)  # runs, or rests
    position_needed = Signal(int)  # slice position of a cine stack
    position_shown = Signal()
    contour_edited = Signal(object)  # Contour

    def __init__(
        self, cine: Cine | Reel, exhibit: Exhibit, look: Look, positions: tuple[int, int] = (0, 1)
    ) -> None:
        super().__init__()
        self.rate_source = cine.facts.rate_source
        self.position, self.positions = positions
        self.view = SliceView(exhibit, look, self)
        self.picture = CinePictureLayer(self.view.slice_picture, self.view.update, self)
        self.view.picture = self.picture
        self.picture.painted = lambda frame: self.playback.painted(frame, now_ms())
        for name in ("activated", "menu_requested", "maximise_requested"):
            getattr(self.view, name).connect(getattr(self, name))
        self.view.look_changed.connect(self._follow_look)
        self.contours = ContourLayer(self.position)
        self.view.layers.append(self.contours)
        ContourPointer(self.view, self.contours).edited.connect(self.contour_edited)
        times = FrameTimes(cine.facts.times_ms)
        self.bar = CineBar(times.count)
        self._running = Running(self.bar, self)
        self.ahead = ReadAhead(self._running, self.bar.track)
        self.ahead.come.connect(self._show_frame)
        self.ahead.waits.connect(self._say)
        self.ahead.watch(cine)
        self._running.show_loop(times)
        self._running.due.connect(self._show_frame)
        self._running.over.connect(self._show_state)
        self.bar.play_toggled.connect(self.toggle)
        self.bar.stepped.connect(self.step)
        self.bar.frame_chosen.connect(self.follow)
        if self.positions > 1:
            StackWheel(self)
        else:
            LoopWheel(self)
        self.heart = HeartTrack(times)
        self.heart.frame_chosen.connect(self.bar.frame_chosen)
        _stack(self, self.view, self.bar, self.heart)
        self._show_state()

    @property
    def playback(self) -> Playback:
        """Where the loop stands, and how it went."""
        return self._running.playback

    def show_position(self, cine: Cine | Reel, exhibit: Exhibit, position: int) -> None:
        """Go on with the loop at another slice of a cine stack, under the same look."""
        playing, phase = self.playback.playing, self.playback.frame
        self.pause()
        self.ahead.watch(cine)
        self._running.show_loop(FrameTimes(cine.facts.times_ms), phase)
        self.position, self.rate_source = position, cine.facts.rate_source
        self.contours.position = position
        self.view.exhibit = exhibit
        self.view.picture_arrived()
        if playing:
            self.play()
        else:
            self._show_state()
        self.position_shown.emit()

    def show_contours(self, drawn: Drawn | None, *, editing: bool = False) -> None:
        """Draw contours over the frames that they belong to; `editing` lets the reader move them."""
        self.contours.drawn, self.contours.editing = drawn, editing
        self.view.update()

    def show_heartbeat(self, beat: Heartbeat) -> None:
        """Show under the bar what is known of the heart."""
        self.heart.show_beat(beat, self.playback.times)
        self.heart.show_frame(self.playback.frame)

    def play(self) -> None:
        """Run on from the frame on show."""
        if self._running.begin():
            self._show_state()
            self._running.tick()

    def pause(self) -> None:
        """Rest on the frame on show."""
        self._running.pause()
        self._show_state()

    def toggle(self) -> None:
        """Play where it rests, rest where it plays."""
        if self.playback.playing:
            self.pause()
        else:
            self.play()

    def step(self, frames: int) -> None:
        """Rest, and go some frames on, round the end."""
        self.pause()
        self.ahead.seek((self.ahead.goal + frames) % self.playback.times.count, forwards=frames >= 0)

    def follow(self, frame: int) -> None:
        """Rest on a frame; on the one before for as long as it has not been read."""
        if self.playback.playing:
            self.pause()
        self.ahead.seek(min(max(frame, 0), self.playback.times.count - 1))

    def rate_text(self) -> str:
        """The file's rate and where it stands; while it runs also what is achieved and what was dropped."""
        where = f"slice {self.position + 1} / {self.positions} · " if self.positions > 1 else ""
        return where + rate_words(self.playback, self.rate_source) + self.ahead.words

    def _show_frame(self, frame: int) -> None:
        self.playback.frame = frame
        self.view.furniture.remark = self.rate_text()
        self.view.adjust(slice_index=frame)
        if not self.playback.playing:
            self.view.update()  # it may be there already, and come only now

    def _follow_look(self, look: Look) -> None:
        """Whatever else moves the look moves the loop too."""
        if look.slice_index != self.playback.frame:
            self.playback.frame = look.slice_index
            self.pause()
            self.ahead.seek(look.slice_index)
        self.bar.show_moment(look.slice_index, self.playback.times.start_of(look.slice_index))
        self.heart.show_frame(look.slice_index)

    def _show_state(self) -> None:
        playing = self.playback.playing
        self.picture.playing = playing
        self.bar.show_state(playing=playing)
        self.bar.show_moment(self.playback.frame, self.playback.times.start_of(self.playback.frame))
        self._say()
        self.played.emit(playing)

    def _say(self) -> None:
        self.view.furniture.remark = self.rate_text()
        self.view.update()

    def hideEvent(self, event: QHideEvent) -> None:
        """A loop that nobody sees rests."""
        self.pause()
        super().hideEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End the thread that renders."""
        self.pause()
        self.ahead.leave()
        self.picture.close()
        super().closeEvent(event)


def _stack(holder: QWidget, view: SliceView, *below: QWidget) -> None:
    """The picture takes the room, the controls stand below it."""
    box = QVBoxLayout(holder)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(0)
    box.addWidget(view, 1)
    for widget in below:
        box.addWidget(widget)
