"""Pictures of a stack that are wanted and have not been read: each is asked for once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.viewer.exhibit import Exhibit
from app.viewer.look import Look
from app.viewer.slab import needed


class MissingPictures:
    """Remembers what one view has asked for."""

    def __init__(self, ask: Callable[[int], object]) -> None:
        self._ask = ask
        self._asked: set[int] = set()

    def want(self, exhibit: Exhibit, look: Look) -> None:
        """Ask for the picture on show where it is not here, and for those of its slab."""
        index, slices = look.slice_index, exhibit.slices(look.plane)
        if exhibit.volume is None and slices.pixels(index) is None:
            self._once([index])
        if look.slab_mm:
            self._once(needed(slices, index, look.slab_mm))

    def forget(self) -> None:
        """Something has come: what is still missing may be asked for again."""
        self._asked.clear()

    def _once(self, wanted: Sequence[int]) -> None:
        for index in wanted:
            if index not in self._asked:
                self._asked.add(index)
                self._ask(index)
