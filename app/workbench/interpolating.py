"""What stands between the pixels of enlarged pictures: one choice for the whole wall."""

from __future__ import annotations

from app.viewer.hanging import Hanging
from app.viewer.look import Interpolation


class Interpolating:
    """Changes every view; those that come are dressed alike."""

    def __init__(self, hanging: Hanging) -> None:
        self._hanging = hanging
        self.kind = Interpolation.LINEAR

    def choose(self, kind: Interpolation) -> None:
        """Nearest, linear or cubic."""
        self.kind = kind
        for view in self._hanging.slice_views():
            view.adjust(interpolation=kind)

    def step(self) -> None:
        """The next of them."""
        kinds = list(Interpolation)
        self.choose(kinds[(kinds.index(self.kind) + 1) % len(kinds)])
