"""Resampled slices without waiting: coarse at once while something moves, whole from a thread at rest."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer, Signal

from app.viewer.look import Slab
from app.viewer.render_thread import RenderThread
from app.viewer.slab import Share, flattened, shares
from app.viewer.slicing import ObliqueSlices, Pixels

AT_ONCE = 40_000  # samples that the GUI thread takes in a few milliseconds
_ROWS = 24  # resampled in one go: the resampling library lets nobody else run meanwhile
_REST_MS = 40  # without a movement, before every pixel is asked for
_KEPT_BYTES = 96 << 20
_FEWEST_SLICES = 5  # of a thick slab that is moved

Key = tuple[object, ...]


@dataclass(frozen=True, eq=False)
class Wanted:
    """One picture to be resampled; `key` tells it from others."""

    key: Key
    slices: ObliqueSlices
    index: int
    slab_mm: float = 0.0
    slab: Slab = Slab.MEAN

    @property
    def shares(self) -> tuple[Share, ...]:
        """The slices that it is made of."""
        return shares(self.slices, self.index, self.slab_mm)


@dataclass(frozen=True, eq=False)
class Resampled:
    """A picture with every pixel."""

    key: Key
    pixels: Pixels


def is_small(wanted: Wanted) -> bool:
    """Whether it is resampled so soon that nobody notices."""
    rows, columns = wanted.slices.shape[1:]
    return rows * columns <= AT_ONCE and rows * columns * len(wanted.shares) <= AT_ONCE


def whole(wanted: Wanted, is_stale: Callable[[], bool] = lambda: False) -> Pixels | None:
    """(rows, columns) with every pixel; None where it became stale. In short steps: others run too."""
    parts = []
    for share in wanted.shares:
        rows = []
        for first in range(0, wanted.slices.shape[1], _ROWS):
            if is_stale():
                return None
            rows.append(wanted.slices.rows(share.index, first, first + _ROWS))
        parts.append((share.inside_mm, np.concatenate(rows)))
    return parts[0][1] if len(parts) == 1 else flattened(parts, wanted.slab)


def coarse(wanted: Wanted) -> tuple[Pixels, int]:
    """As many pixels as can be had at once, each so many times as large."""
    found = wanted.shares
    if len(found) > _FEWEST_SLICES:
        chosen = np.linspace(0, len(found) - 1, _FEWEST_SLICES).round().astype(int)
        found = tuple(found[k] for k in chosen)
    rows, columns = wanted.slices.shape[1:]
    times = max(2, int(np.ceil(np.sqrt(rows * columns * min(len(found), 2) / AT_ONCE))))
    slices = wanted.slices.coarser(times)
    parts = [(share.inside_mm, slices.pixels(share.index)) for share in found]
    return (parts[0][1] if len(parts) == 1 else flattened(parts, wanted.slab)), times


class _Resampler:
    """Lives in the thread."""

    def render(self, wanted: Wanted, is_stale: Callable[[], bool]) -> Resampled | None:
        """The picture that was asked for last."""
        pixels = whole(wanted, is_stale)
        return None if pixels is None else Resampled(wanted.key, pixels)

    def close(self) -> None:
        """There is nothing to give back."""


class Resampling(QObject):
    """Answers one view: what it has, or nothing yet. Tells when more has come."""

    refined = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = RenderThread(_Resampler, self)
        self._thread.rendered.connect(self._take)
        self._kept: OrderedDict[Key, Pixels] = OrderedDict()
        self._wanted: Wanted | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._ask)
        if parent is not None:
            parent.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The thread ends with the view."""
        if event.type() is QEvent.Type.Close:
            self.close()
        return super().eventFilter(watched, event)

    def pixels(self, wanted: Wanted) -> Pixels | None:
        """Every pixel, if they are here; else they are on their way once nothing moves."""
        if is_small(wanted):
            return whole(wanted)
        if wanted.key in self._kept:
            self._kept.move_to_end(wanted.key)
            return self._kept[wanted.key]
        if self._wanted is None or self._wanted.key != wanted.key:
            self._wanted = wanted
            self._rest.start()
        return None

    def close(self) -> None:
        """End the thread."""
        self._rest.stop()
        self._thread.close()

    def _ask(self) -> None:
        if self._wanted is not None:
            self._thread.ask(self._wanted)

    def _take(self, made: Resampled) -> None:
        self._kept[made.key] = made.pixels
        while len(self._kept) > 1 and sum(p.nbytes for p in self._kept.values()) > _KEPT_BYTES:
            self._kept.popitem(last=False)
        if self._wanted is not None and self._wanted.key == made.key:
            self._wanted = None
        self.refined.emit()
