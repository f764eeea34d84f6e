"""Movies of what hangs: a volume that turns once, and a loop at its own rate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from app.movies import KINDS, Movie, write_movie
from app.viewer.cine_view import CineView
from app.viewer.hanging import Hanging
from app.viewer.inscription import inscribed, words_of
from app.viewer.loop_film import MOST, LoopFilm
from app.viewer.turntable import FRAME_MS, FRAMES, Turntable, frames_of
from app.viewer.volume_view import VolumeView
from app.workbench.depth import Depth
from app.workbench.services import Services
from app.workbench.speaking import Voices

FOLDER = "export_folder"  # among the texts of the window


class Filming(QObject):
    """Asks where to, takes the pictures on the GUI thread as they are seen, writes on a pool thread."""

    written = Signal(object)  # Path
    told = Signal(str)

    def __init__(
        self, services: Services, hanging: Hanging, depth: Depth, *, voices: Voices, window: QWidget
    ) -> None:
        super().__init__()
        self._services, self._hanging, self._depth = services, hanging, depth
        self.voices, self._window = voices, window
        self._at_work: QObject | None = None

    @property
    def loop(self) -> CineView | None:
        """The loop in the chosen viewport, where it has several frames."""
        view = self._hanging.view(self._hanging.active)
        return view if isinstance(view, CineView) and view.playback.times.count > 1 else None

    @property
    def is_filming(self) -> bool:
        """Whether pictures are being taken."""
        return self._at_work is not None

    def ask_for_turntable(self) -> None:
        """Let the reader choose the file of a turn round the volume."""
        if self._depth.view is not None:
            self._ask("Save turntable", "turntable.mp4", self.save_turntable)

    def ask_for_loop(self) -> None:
        """Let the reader choose the file of the loop."""
        if self.loop is not None:
            self._ask("Save loop", "loop.mp4", self.save_loop)

    def save_turntable(self, path: Path, frames: int = FRAMES) -> None:
        """Turn the volume once, picture by picture, then write them."""
        view = self._depth.view
        if view is None or self.is_filming:
            return
        turntable = Turntable(view, frames)
        lasting = FRAME_MS * FRAMES / frames
        turntable.advanced.connect(lambda n: self.told.emit(f"Turning: picture {n} of {frames}"))
        turntable.finished.connect(lambda taken: self._write(view, taken, [lasting] * len(taken), path))
        self._at_work = turntable
        turntable.start()

    def save_loop(self, path: Path) -> None:
        """Go through the loop once, then write it with the times of its file."""
        view = self.loop
        if view is None or self.is_filming:
            return
        film = LoopFilm(view)
        film.finished.connect(lambda taken: self._write(view, taken, film.durations_ms, path))
        film.destroyed.connect(lambda: self._let_go(film))  # its view may go while a frame is waited for
        if film.left_out:
            self.told.emit(f"The movie ends before the last {film.left_out} frames: it holds {MOST} at most")
        self._at_work = film
        film.start()

    def stop(self) -> None:
        """End a turn that has not come round."""
        if isinstance(self._at_work, Turntable):
            self._at_work.stop()

    def _let_go(self, film: LoopFilm) -> None:
        if self._at_work is film and isValid(self):  # the window itself may be going
            self._at_work = None
            self.told.emit("The movie was stopped; nothing was written")

    def _write(
        self, view: VolumeView | CineView, taken: list[QImage], lasting: list[float], path: Path
    ) -> None:
        self._at_work = None
        if not taken:
            self.told.emit("The movie was stopped; nothing was written")
            return
        voices = self.voices.of(view)
        frames = frames_of([inscribed(picture, voices) for picture in taken])
        movie = Movie(frames, lasting, words_of(voices))
        self._services.remembered.change_window(**{FOLDER: str(path.parent)})
        self._services.jobs.run(
            "Writing the movie",
            lambda report: write_movie(movie, path, report),
            then=lambda _result: self.written.emit(path),
            otherwise=self._services.messages.show,
        )

    def _ask(self, title: str, name: str, then: Callable[[Path], None]) -> None:
        folder = self._services.remembered.settings.window.get(FOLDER, "")
        dialog = QFileDialog(self._window, title, str(Path(folder) / name), KINDS)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("mp4")
        dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix("gif" if "gif" in kind else "mp4"))
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
