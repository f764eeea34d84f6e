"""Opacity and colour over value, as points that can be moved. Frozen values in the volume's own unit.

A preset keeps two tables, one of them perhaps between 0 and 1; the curve is both at once, in real values.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from app.viewer.volume_presets import VolumePreset

Rgb = tuple[float, float, float]
LEAST_POINTS = 2
_APART = 1e-3  # of the extent of the curve, between two neighbours


@dataclass(frozen=True)
class CurvePoint:
    """value in the volume's unit; opacity per millimetre and rgb, 0..1."""

    value: float
    opacity: float
    rgb: Rgb


@dataclass(frozen=True)
class Curve:
    """Points in rising order of value, at least two."""

    points: tuple[CurvePoint, ...]

    @property
    def inner(self) -> tuple[CurvePoint, ...]:
        """Without the two that only close it; of a short curve, all."""
        return self.points[1:-1] if len(self.points) > 2 * LEAST_POINTS - 1 else self.points

    @property
    def level(self) -> float:
        """The middle of what is between the ends."""
        return (self.inner[0].value + self.inner[-1].value) / 2

    @property
    def width(self) -> float:
        """From the first to the last point between the ends."""
        return self.inner[-1].value - self.inner[0].value

    @property
    def gap(self) -> float:
        """The least distance between two neighbours."""
        return max(self.points[-1].value - self.points[0].value, 1e-6) * _APART

    def at(self, value: float) -> CurvePoint:
        """What a value looks like between the points."""
        values = [p.value for p in self.points]
        channels = zip(*((p.opacity, *p.rgb) for p in self.points), strict=True)
        opacity, red, green, blue = (float(np.interp(value, values, row)) for row in channels)
        return CurvePoint(value, opacity, (red, green, blue))

    def moved(self, number: int, value: float, opacity: float) -> Curve:
        """One point elsewhere, between its neighbours."""
        low = self.points[number - 1].value + self.gap if number > 0 else -np.inf
        high = self.points[number + 1].value - self.gap if number + 1 < len(self.points) else np.inf
        kept = float(np.clip(value, low, high)) if low <= high else self.points[number].value
        point = replace(self.points[number], value=kept, opacity=float(np.clip(opacity, 0, 1)))
        return Curve((*self.points[:number], point, *self.points[number + 1 :]))

    def added(self, value: float, opacity: float | None = None) -> tuple[Curve, int]:
        """One point more, coloured as the curve is there, and its number."""
        point = self.at(value)
        if opacity is not None:
            point = replace(point, opacity=float(np.clip(opacity, 0, 1)))
        number = sum(p.value < value for p in self.points)
        made = Curve((*self.points[:number], point, *self.points[number:]))
        return made.moved(number, value, point.opacity), number

    def removed(self, number: int) -> Curve:
        """One point less; two always stay."""
        if len(self.points) <= LEAST_POINTS:
            return self
        return Curve((*self.points[:number], *self.points[number + 1 :]))

    def coloured(self, number: int, rgb: Rgb) -> Curve:
        """One point in another colour."""
        point = replace(self.points[number], rgb=rgb)
        return Curve((*self.points[:number], point, *self.points[number + 1 :]))

    def windowed(self, level: float, width: float) -> Curve:
        """Everything between the ends shifted and stretched; the ends give way where they must."""
        width = max(width, self.gap * len(self.points))
        scale = width / self.width if self.width > 0 else 1.0
        new = [replace(p, value=level + (p.value - self.level) * scale) for p in self.inner]
        if len(new) == len(self.points):
            return Curve(tuple(new))
        first, last = self.points[0], self.points[-1]
        low = replace(first, value=min(first.value, new[0].value - self.gap))
        high = replace(last, value=max(last.value, new[-1].value + self.gap))
        return Curve((low, *new, high))


def curve_of(preset: VolumePreset, limits: tuple[float, float]) -> Curve:
    """The tables of a preset as one curve; `limits` are what 0 and 1 of a relative one mean."""
    opacity, colour = np.array(preset.opacity, float), np.array(preset.colour, float)
    values = np.unique(np.concatenate([opacity[:, 0], colour[:, 0]]))
    values = values[(values >= opacity[0, 0]) & (values <= max(opacity[-1, 0], colour[-1, 0]))]
    low, high = limits if preset.scale == "relative" else (0.0, 1.0)
    alphas = np.interp(values, *opacity.T)
    rgb = [np.interp(values, colour[:, 0], colour[:, 1 + c]) for c in range(3)]
    rows: Iterable[tuple[float, ...]] = zip(low + values * (high - low), alphas, *rgb, strict=True)
    return Curve(
        tuple(CurvePoint(float(v), float(a), (float(r), float(g), float(b))) for v, a, r, g, b in rows)
    )


def under_curve(preset: VolumePreset, curve: Curve) -> VolumePreset:
    """The preset with the tables of a curve, in the volume's own values."""
    opacity = tuple((p.value, p.opacity) for p in curve.points)
    colour = tuple((p.value, *p.rgb) for p in curve.points)
    return replace(preset, scale="absolute", opacity=opacity, colour=colour)


def in_shares(preset: VolumePreset, limits: tuple[float, float]) -> VolumePreset:
    """An absolute preset as shares of a range, so that it means something on the scale of another scan."""
    if preset.scale == "relative":
        return preset
    low, extent = limits[0], (limits[1] - limits[0]) or 1.0
    opacity = tuple(((row[0] - low) / extent, *row[1:]) for row in preset.opacity)
    colour = tuple(((row[0] - low) / extent, *row[1:]) for row in preset.colour)
    return replace(preset, scale="relative", opacity=opacity, colour=colour)
