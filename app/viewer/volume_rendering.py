"""Pictures of one volume view from its render thread: coarse while something moves, fine when it rests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.viewer.render_thread import RenderThread, Stage
from app.viewer.volume_request import Detail, VolumePicture, VolumeRequest
from inference.imaging.volume import Volume

_REST_MS = 180  # without a movement, before the picture gets finer
_SMALLEST = 8  # device pixels: nothing is rendered for a view that is folded away


class VolumeRendering(QObject):
    """Asks for what the view wants now, and again more finely as long as nothing else is wanted.

    It hears when the view is shown, resized, hidden and closed: nothing is rendered that nobody sees.

    picture  the newest one; problem  why there is none
    """

    rendered = Signal(object)  # VolumePicture

    def __init__(
        self,
        make_stage: Callable[[], Stage],
        wanted: Callable[[Detail], VolumeRequest | None],
        view: QWidget,
    ) -> None:
        """`wanted` says what the view is to show; None while nobody sees it."""
        super().__init__(view)
        self._view, self._wanted = view, wanted
        self.picture: VolumePicture | None = None
        self.problem = ""
        self._thread = RenderThread(make_stage, self)
        self._thread.rendered.connect(self._take)
        self._thread.failed.connect(self._fail)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(lambda: self.ask(Detail.SETTLING))

        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hear what becomes of the view; it hears it too."""
        kind = event.type()
        if kind in (QEvent.Type.Resize, QEvent.Type.Show):
            self.ask(Detail.MOVING)
        elif kind is QEvent.Type.Hide:
            self._rest.stop()
        elif kind is QEvent.Type.Close:
            self.close()
        return super().eventFilter(watched, event)

    def ask(self, detail: Detail) -> None:
        """Render what is wanted now; after a coarse picture of a movement a finer one by itself."""
        request = self._wanted(detail)
        if request is not None and min(request.size) > _SMALLEST:
            self._thread.ask(request)
        if detail is Detail.MOVING:
            self._rest.start()

    def close(self) -> None:
        """End the thread."""
        self._rest.stop()
        self._thread.close()

    def _fail(self, reason: str) -> None:
        self.problem = reason
        self._view.update()

    def _take(self, picture: VolumePicture) -> None:
        self.picture = picture
        self._view.update()
        self.rendered.emit(picture)
        if picture.request.detail is not Detail.SETTLING:
            return
        finer = self._wanted(Detail.FULL)
        if finer is not None and finer.shows_the_same_as(picture.request):
            self._thread.ask(replace(finer, detail=Detail.FULL))


def stage_maker(volume: Volume, centre: np.ndarray, radius: float) -> Callable[[], Stage]:
    """Makes the scene of a volume when the thread needs it."""

    def make() -> Stage:
        from app.viewer.volume_stage import VolumeStage  # VTK is loaded by the thread

        return VolumeStage(volume, centre, radius)

    return make
