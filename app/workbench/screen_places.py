"""Screens come and go: windows that stood on one come back into sight, and find their places again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from app.standing import is_in_sight, put_back, screens_key, stand_on

Place = dict[str, str]
_MOST_SETS = 8  # of screens that are remembered; the oldest leaves first
_QUIET_MS = 300  # screens change in bursts, and the system moves windows meanwhile
_TELLING = {QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.WindowStateChange}


class ScreenPlaces(QObject):
    """Remembers where windows stood, by the screens that there were. The window of the panels comes first."""

    def __init__(
        self, first: QWidget, windows: Callable[[], Sequence[QWidget]], place_of: Callable[[QWidget], Place]
    ) -> None:
        super().__init__(first)
        self._windows, self._place_of = windows, place_of
        self._resting = False
        self._known: dict[str, list[Place]] = {}
        self._screens = screens_key()
        self._noting, self._settling = self._timer(self.note), self._timer(self.settle)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenAdded.connect(self._hear)
        application.screenRemoved.connect(self._change)
        for screen in application.screens():
            self._hear(screen)
        self.watch(first)

    def _timer(self, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(_QUIET_MS)
        timer.timeout.connect(then)
        return timer

    def watch(self, window: QWidget) -> None:
        """Note when this one is moved."""
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A window that was moved; by whom shows when no screen goes meanwhile."""
        if event.type() in _TELLING and not (self._resting or self._settling.isActive()):
            self._noting.start()
        return super().eventFilter(watched, event)

    def note(self) -> None:
        """Remember where every window stands on these screens."""
        if self._screens != screens_key():
            self._change()
        else:
            self._known.pop(self._screens, None)
            self._known[self._screens] = [self._place_of(window) for window in self._windows()]
            while len(self._known) > _MOST_SETS:
                self._known.pop(next(iter(self._known)))

    def settle(self) -> None:
        """Put windows back where they stood on these screens, or at least where they can be seen."""
        self._screens = screens_key()
        places = self._known.get(self._screens, [])
        for number, window in enumerate(self._windows()):
            known = places[number] if number < len(places) else {}
            if not put_back(window, known) and not is_in_sight(window):
                stand_on(window, QGuiApplication.primaryScreen(), alone=False)
        self._noting.start()  # what was moved meanwhile has not been heard

    def rest(self) -> None:
        """Note a last time, and move nothing any more."""
        self._noting.stop()
        self._settling.stop()
        self.note()
        self._resting = True

    def places(self) -> list[Place]:
        """Where windows stood on the screens that there are, the window of the panels first; else nothing."""
        return self._known.get(screens_key(), [])

    def last(self) -> list[Place]:
        """Where they stood the last time, on whatever screens."""
        return next(reversed(self._known.values()), [])

    def told(self) -> str:
        """Everything as a text."""
        return json.dumps(self._known)

    def take(self, text: str) -> None:
        """Know what `told` wrote, and what was written before sets of screens were told apart."""
        found = _read(text)
        known = found if isinstance(found, Mapping) else {"": [{}, *found]} if isinstance(found, list) else {}
        self._known = {
            str(key): [_texts(place) for place in places if isinstance(place, dict)]
            for key, places in known.items()
            if isinstance(places, list)
        }

    def _hear(self, screen: QScreen) -> None:
        """Of a screen that is there now: it may become another size, which is another set of screens."""
        screen.geometryChanged.connect(self._change)
        self._change()

    def _change(self, _what: object = None) -> None:
        if not self._resting and self._screens != screens_key():
            self._noting.stop()
            self._settling.start()


def _read(text: str) -> object:
    try:
        found: object = json.loads(text or "{}")
    except ValueError:
        return {}
    return found


def _texts(place: Mapping[object, object]) -> Place:
    return {str(key): value for key, value in place.items() if isinstance(value, str)}
