"""A square to paint soft-edged shapes on, in units of half its edge: x to the right, y down, middle at 0."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Layer = NDArray[np.float32]
SOFT_PX = 1.2  # over which an edge fades


@dataclass(eq=False)
class Canvas:
    """One slice while it is painted; `scale` shrinks every shape towards the middle, as bodies taper off."""

    size: int
    rng: np.random.Generator
    scale: float = 1.0
    values: Layer = field(init=False)

    def __post_init__(self) -> None:
        axis = ((np.arange(self.size) + 0.5) / self.size * 2 - 1).astype(np.float32)
        self.y, self.x = axis[:, None], axis[None, :]
        self.values = np.zeros((self.size, self.size), np.float32)

    def ellipse(self, x: float, y: float, rx: float, ry: float, angle: float = 0.0) -> Layer:
        """0..1 inside an ellipse."""
        s = self.scale
        dx, dy = self.x - x * s, self.y - y * s
        if angle:
            c, d = np.cos(angle), np.sin(angle)
            dx, dy = dx * c + dy * d, dy * c - dx * d
        rx, ry = max(rx * s, 1e-3), max(ry * s, 1e-3)
        inside = 1 - np.sqrt((dx / rx) ** 2 + (dy / ry) ** 2)
        steep = min(rx, ry) * self.size / 2 / SOFT_PX
        return _faded(steep * inside)

    def below(self, y: float, slope: float = 0.0) -> Layer:
        """0..1 below a line, such as the surface of a fluid."""
        edge = (self.y - y * self.scale - slope * self.x) * self.size / 2 / SOFT_PX
        return _faded(edge)

    def paint(self, where: Layer, value: float) -> None:
        """Put one value over what is there."""
        self.values += where * (value - self.values)

    def cloud(self, where: Layer, value: float, rough: float = 0.35) -> None:
        """The same, uneven as an infiltrate is."""
        coarse = self.rng.random((9, 9), np.float32)
        self.paint(where * np.clip(1 - rough + 2 * rough * _enlarged(coarse, self.size), 0, 1), value)

    def about(self, value: float, spread: float) -> float:
        """A value near another: no two patients are alike."""
        return float(value + spread * self.rng.uniform(-1, 1))


def _faded(inside: NDArray[np.floating]) -> Layer:
    """0..1 across an edge."""
    made: Layer = (1 / (1 + np.exp(-np.clip(4 * inside, -30, 30)))).astype(np.float32)
    return made


def _enlarged(coarse: Layer, size: int) -> Layer:
    """Bilinear."""
    at = np.linspace(0, len(coarse) - 1.001, size)
    low = at.astype(int)
    part = (at - low).astype(np.float32)
    rows = coarse[low] * (1 - part)[:, None] + coarse[low + 1] * part[:, None]
    made: Layer = rows[:, low] * (1 - part) + rows[:, low + 1] * part
    return made
