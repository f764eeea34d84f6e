"""The labels of a segmentation laid out whole, to be painted on; the states before and after are values."""

from __future__ import annotations

from app.painting.boxes import Box, round_all
from app.painting.bricks import box_of, differing, places_in, put
from app.painting.segmentation import Segmentation


class Canvas:
    """Labels that may be ahead of `state` by the stroke that is being drawn."""

    def __init__(self, state: Segmentation) -> None:
        self.state = state
        self.labels = state.labels()
        self._ahead: Box | None = None

    def touch(self, box: Box) -> None:
        """Something was painted within a box."""
        self._ahead = box if self._ahead is None else self._ahead.joined(box)

    def finished(self) -> Segmentation:
        """The state after the stroke; the same one where it changed nothing."""
        if self._ahead is not None:
            self.state, self._ahead = self.state.painted(self.labels, self._ahead), None
        return self.state

    def show(self, state: Segmentation) -> Box | None:
        """Be in another state, as after undo; the box that changed, None where none did.

        A stroke that was not finished is given up.
        """
        unfinished, self._ahead = self._ahead, None
        if unfinished is not None:
            put(self.labels, self.state.bricks, places_in(unfinished))
        places = differing(self.state.bricks, state.bricks)
        put(self.labels, state.bricks, places)
        self.state = state
        boxes = [box_of(place, state.shape) for place in places]
        return round_all([*boxes, *([unfinished] if unfinished is not None else [])])
