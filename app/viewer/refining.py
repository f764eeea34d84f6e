"""What layers of one view work out slowly: coarse while a plane turns, whole from a thread at rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.viewer.render_thread import RenderThread

_REST_MS = 40  # without a movement, before anything is worked out whole
R = TypeVar("R")
S = TypeVar("S")
IsStale = Callable[[], bool]
Key = tuple[object, ...]


@dataclass(frozen=True, eq=False)
class Work(Generic[R]):
    """What one layer wants: `make` gives nothing where it was told that it became stale."""

    layer: object
    key: Key
    make: Callable[[IsStale], R | None]


@dataclass(frozen=True, eq=False)
class _Made:
    work: Work[object]
    result: object


class _Worker:
    """Lives in the thread."""

    def render(self, wanted: tuple[Work[object], ...], is_stale: IsStale) -> tuple[_Made, ...] | None:
        """What was asked for last; as much of it as was finished before something else was asked for."""
        made = []
        for work in wanted:
            result = work.make(is_stale)
            if result is not None:
                made.append(_Made(work, result))
        return tuple(made) or None

    def close(self) -> None:
        """There is nothing to give back."""


class Refining(QObject):
    """Keeps the last result of each layer, and asks its thread for those that are missing."""

    refined = Signal()

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._kept: WeakKeyDictionary[object, tuple[Key, object]] = WeakKeyDictionary()
        self._wanted: WeakKeyDictionary[object, Work[object]] = WeakKeyDictionary()
        self._thread = RenderThread(_Worker, self)
        self._thread.rendered.connect(self._take)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(lambda: self._thread.ask(tuple(self._wanted.values())))
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The thread ends with the view."""
        if event.type() is QEvent.Type.Close:
            self._rest.stop()
            self._thread.close()
        return super().eventFilter(watched, event)

    def result(self, work: Work[R], at_once: Callable[[], S], *, slow: bool) -> R | S:
        """What is kept for the same key; else `at_once`, which stands for what is slow until that comes."""
        key, kept = self._kept.get(work.layer, ((), None))
        if kept is not None and key == work.key:
            return kept  # type: ignore[return-value] # of the layer itself, which always wants the same type
        made = at_once()
        if not slow:
            self._kept[work.layer] = (work.key, made)
        elif work.layer not in self._wanted or self._wanted[work.layer].key != work.key:
            self._wanted[work.layer] = work  # type: ignore[assignment] # whatever it makes
            self._rest.start()
        return made

    def _take(self, made: tuple[_Made, ...]) -> None:
        for one in made:
            self._kept[one.work.layer] = (one.work.key, one.result)
            if self._wanted.get(one.work.layer) is one.work:
                del self._wanted[one.work.layer]
        self.refined.emit()
