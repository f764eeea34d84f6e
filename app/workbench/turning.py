"""Planes of one volume turned by keys, and laid along the patient again."""

from __future__ import annotations

from app.viewer.hanging import Hanging
from app.viewer.look import Oblique
from app.viewer.planes import clockwise, steepest
from app.viewer.slice_view import SliceView

STEP_DEG = 5.0


class TurningPlanes:
    """Acts on the planes that cut the chosen picture."""

    def __init__(self, hanging: Hanging) -> None:
        self._hanging = hanging

    @property
    def view(self) -> SliceView | None:
        """The chosen plane, where others cross it."""
        view = self._hanging.slice_view(self._hanging.active)
        return view if view is not None and self._hanging.planes.beside(view) else None

    @property
    def can_turn(self) -> bool:
        """Whether there are planes to turn about the crosshair."""
        return self.view is not None and self.view.look.crosshair_lps_mm is not None

    @property
    def is_turned(self) -> bool:
        """Whether any plane lies askew to the patient."""
        if self.view is None:
            return False
        views = (self.view, *self._hanging.planes.beside(self.view))
        return any(isinstance(view.look.plane, Oblique) for view in views)

    def turn(self, degrees: float, *, alone: bool = False) -> None:
        """Turn the lines on the chosen picture clockwise; `alone` the more upright one by itself."""
        if self.view is not None:
            which = steepest(self.view) if alone else None
            self._hanging.planes.turn(self.view, clockwise(self.view, degrees, which))

    def straighten(self) -> None:
        """Axial, sagittal and coronal again, through the same point."""
        if self.view is not None:
            self._hanging.planes.straighten(self.view)
