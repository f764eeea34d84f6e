"""In which order the frames of a loop are wanted by those who watch it. Free of Qt and of pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, zip_longest

import numpy as np
from numpy.typing import NDArray

BEHIND = 8  # one frame of so many on hand lies behind the one on show


class ReelOrder:
    """What each view comes to, taken in turns, and what of it is missing; no more than there is room for."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._orders: dict[object, Sequence[int]] = {}
        self.taken: set[int] = set()  # frames that are being read
        self.wanted: dict[int, None] = {}  # as an ordered set: the next one first
        self.missing: list[int] = []  # the next one last

    def change(self, view: object, order: Sequence[int], known: Callable[[int], bool]) -> None:
        """A view comes to these frames; to none where it looks no longer. `known` ones are not missing."""
        self._orders.pop(view, None)
        if order:
            self._orders[view] = order
        turns = chain.from_iterable(zip_longest(*self._orders.values()))
        distinct = dict.fromkeys(frame for frame in turns if frame is not None)
        self.wanted = dict.fromkeys(list(distinct)[: self._room])
        self.missing = [f for f in reversed(self.wanted) if f not in self.taken and not known(f)]

    def take(self, known: Callable[[int], bool]) -> int | None:
        """The next frame to read; None where nothing is missing."""
        while self.missing:
            frame = self.missing.pop()
            if frame not in self.taken and not known(frame):
                self.taken.add(frame)
                return frame
        return None


def coming(route: NDArray[np.int64], place: int, room: int, lead: int = 0) -> list[int]:
    """The frames that are come to next along a route, round its end, and at last a few behind; each once.

    lead  so many frames from `place` on cannot be here in time: they come behind those that can
    """
    behind = room // BEHIND
    ahead = np.take(route, range(place, place + 2 * room), mode="wrap").tolist()
    first = list(dict.fromkeys(ahead[lead:] + ahead[:lead]))[: room - behind]
    back = np.take(route, range(place - 1, place - 1 - behind, -1), mode="wrap").tolist()
    return list(dict.fromkeys(first + back))
