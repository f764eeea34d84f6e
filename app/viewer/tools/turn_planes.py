"""Take a line of the crosshair by its end to turn the planes, or take its middle to move it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF

from app.viewer import placing
from app.viewer.layers.cut_lines import CutHit, CutLine
from app.viewer.tools import crosshair
from app.viewer.tools.grip import Grip
from app.viewer.turned_planes import PlaneTurn, turn_between

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView

_LEAST_MM = 1e-3  # so close to the crossing a direction means nothing


class TurningPlanes:
    """The line follows the pointer round the crossing, and its plane with it."""

    def __init__(
        self,
        view: SliceView,
        spot: QPointF,
        line: CutLine,
        centre_lps_mm: NDArray[np.float64],
        *,
        alone: bool,
    ) -> None:
        self.view, self.line, self.alone = view, line, alone
        self.axis, self.centre = view.plane.normal_lps, centre_lps_mm
        self.at = self._point(spot)
        self.turned_rad = 0.0

    def press(self, _spot: QPointF) -> bool:
        """Another button changes nothing."""
        return False

    def move(self, spot: QPointF) -> None:
        """Tell how far the line has been turned since the last time."""
        point = self._point(spot)
        if min(np.linalg.norm(p - self.centre) for p in (point, self.at)) > _LEAST_MM:
            self._turn(turn_between(self.axis, self.centre, self.at, point))
            self.at = point

    def release(self, _spot: QPointF) -> bool:
        """The planes stay as they lie."""
        return True

    def cancel(self) -> None:
        """As they lay before."""
        self._turn(-self.turned_rad)

    def _turn(self, angle_rad: float) -> None:
        self.turned_rad += angle_rad
        alone = self.line.of if self.alone else None
        self.view.planes_turned.emit(PlaneTurn(self.axis, angle_rad, alone))

    def _point(self, spot: QPointF) -> NDArray[np.float64]:
        """Within the picture, in line with the crossing."""
        scene = self.view.scene()
        point = scene.plane.to_lps_mm(placing.to_pixel(scene.transform, spot))
        ahead = float(self.axis @ (point - self.centre))
        within: NDArray[np.float64] = point - ahead * self.axis
        return within


def begin(view: SliceView, spot: QPointF, hit: CutHit, *, alone: bool) -> Grip:
    """Turn by a line, or move the crossing; `alone` turns one plane and leaves the others."""
    centre = view.cut_lines.crossing_lps_mm(view.scene())
    if hit.line is None or centre is None:
        return crosshair.begin(view, spot)
    return TurningPlanes(view, spot, hit.line, centre, alone=alone)
