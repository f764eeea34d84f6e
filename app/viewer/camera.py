"""From where a volume is looked at: a frozen value, so that letters and boxes need no VTK."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

SMALLEST_ZOOM, LARGEST_ZOOM = 0.2, 20.0
_TURN = 0.01  # radians per screen pixel
# Where the eye is, and what is up: from above and below the front of the patient is up, as on axial slices.
SIDES = {
    "A": ((0.0, -1.0, 0.0), (0.0, 0.0, 1.0)), "P": ((0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "L": ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0)), "R": ((-1.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
    "S": ((0.0, 0.0, 1.0), (0.0, -1.0, 0.0)), "I": ((0.0, 0.0, -1.0), (0.0, -1.0, 0.0)),
}  # fmt: skip
_FRONT = np.array([(1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, -1.0, 0.0)])


@dataclass(frozen=True, eq=False)
class Camera:
    """Parallel projection.

    axes_lps  (3, 3) rows: screen right, screen up, and towards the eye, as unit vectors in the patient
    zoom      1 fits the whole volume, however it is turned
    pan       of the picture, as shares of the view's height, right and up
    """

    axes_lps: Matrix = field(default_factory=_FRONT.copy)
    zoom: float = 1.25
    pan: tuple[float, float] = (0.0, 0.0)

    def turned(self, right_px: float, down_px: float) -> Camera:
        """The near side follows the pointer."""
        a, b = right_px * _TURN, down_px * _TURN
        about_up = np.array([(np.cos(a), 0, np.sin(a)), (0, 1, 0), (-np.sin(a), 0, np.cos(a))])
        about_right = np.array([(1, 0, 0), (0, np.cos(b), -np.sin(b)), (0, np.sin(b), np.cos(b))])
        left, _, right = np.linalg.svd(about_right @ about_up @ self.axes_lps)
        return replace(self, axes_lps=left @ right)  # stays a rotation after thousands of steps

    def panned(self, right: float, up: float) -> Camera:
        """Moved by shares of the view's height."""
        return replace(self, pan=(self.pan[0] + right, self.pan[1] + up))

    def zoomed(self, factor: float) -> Camera:
        """Closer, or further away."""
        return replace(self, zoom=min(max(self.zoom * factor, SMALLEST_ZOOM), LARGEST_ZOOM))

    def from_side(self, letter: str) -> Camera:
        """Straight from a side of the patient, "A", "P", "L", "R", "S" or "I", as large as before."""
        towards_eye, up = SIDES[letter]
        return replace(self, pan=(0.0, 0.0)).seen_from(np.array(towards_eye), np.array(up))

    def seen_from(self, towards_eye_lps: Matrix, up_lps: Matrix) -> Camera:
        """Straight from one side of the patient."""
        right = np.cross(up_lps, towards_eye_lps)
        return replace(self, axes_lps=np.stack([right, up_lps, towards_eye_lps]).astype(float))


@dataclass(frozen=True, eq=False)
class Projection:
    """A camera, the ball that it looks at, and the size of the view: millimetres to screen pixels."""

    camera: Camera
    centre_lps_mm: Matrix
    radius_mm: float
    size: tuple[float, float]  # (width, height)

    @property
    def pixels_per_mm(self) -> float:
        """Screen pixels per millimetre."""
        return min(self.size) / 2 / self.radius_mm * self.camera.zoom

    def to_screen(self, points_lps_mm: Matrix) -> Matrix:
        """(..., 3) LPS millimetres -> (..., 3): pixels right and down, and millimetres towards the eye."""
        seen = (points_lps_mm - self.centre_lps_mm) @ self.camera.axes_lps.T
        scale, (width, height) = self.pixels_per_mm, self.size
        x = width / 2 + seen[..., 0] * scale + self.camera.pan[0] * height
        y = height / 2 - seen[..., 1] * scale - self.camera.pan[1] * height
        return np.stack([x, y, seen[..., 2]], axis=-1)
