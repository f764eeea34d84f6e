"""The tissues of a head that lesions are painted on, and distances in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.phantoms.anatomy import Point, Subject
from training.phantoms.atlas import GRID_MM
from training.phantoms.head import Map
from training.phantoms.lesions import Focus

Box = tuple[slice, slice, slice]
CORE, OEDEMA = 1, 2
"""Values of a lesion's mask."""


@dataclass(eq=False)
class Canvas:
    """A subject's signal while lesions are painted into it, in place.

    signal   (sequence, k, j, i)
    signals  (sequence,) of each tissue
    """

    subject: Subject
    signal: NDArray[np.float32]
    signals: Mapping[str, NDArray[np.float32]]

    def __post_init__(self) -> None:
        self.mask = np.zeros(self.signal.shape[1:], np.uint8)

    def paint(self, box: Box, weight: Map, tissue: str, mark: int = CORE) -> None:
        """Replace a share of the signal in a box; more than half of a voxel marks the mask."""
        for values, signal in zip(self.signal, self.signals[tissue], strict=True):
            values[box] += weight * (signal - values[box])
        mask = self.mask[box]
        mask[(weight > 0.5) & ((mask != CORE) | (mark == CORE))] = mark

    def tissue(self, name: str, box: Box) -> Map:
        """A tissue map inside a box."""
        found: Map = self.subject.tissue(name)[box]
        return found

    def box_around(self, centre_mm: Point, reach_mm: float) -> Box:
        """The voxels within reach of a point, along each axis."""
        affine = self.subject.warp.atlas.affine_lps
        middle = ((np.array(centre_mm) - affine[:3, 3]) / GRID_MM)[::-1]
        low = np.maximum(middle - reach_mm / GRID_MM, 0).astype(int)
        high = np.clip((middle + reach_mm / GRID_MM).astype(int) + 2, 1, self.mask.shape)
        k, j, i = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        return k, j, i

    def offsets_mm(self, box: Box, centre_mm: Point) -> tuple[Map, Map, Map]:
        """x (1, 1, i), y (1, j, 1), z (k, 1, 1) from a point."""
        affine = self.subject.warp.atlas.affine_lps
        axes = [
            (np.arange(s.start, s.stop) * GRID_MM + o - c).astype(np.float32)
            for s, o, c in zip(box[::-1], affine[:3, 3], centre_mm, strict=True)
        ]
        return axes[0][None, None, :], axes[1][None, :, None], axes[2][:, None, None]


def distance_mm(canvas: Canvas, box: Box, focus: Focus, rng: np.random.Generator, rough: float) -> Map:
    """Signed distance to the edge of a focus, negative inside; `rough` makes the edge uneven."""
    x, y, z = canvas.offsets_mm(box, focus.centre_mm)
    sx, sy, sz = focus.stretch
    radius = np.sqrt((x / sx) ** 2 + (y / sy) ** 2 + (z / sz) ** 2)
    if rough > 0:
        radius = radius * (1 + rough * ripples(x, y, z, focus.radius_mm, rng))
    distance: Map = radius - np.float32(focus.radius_mm)
    return distance


def ripples(x: Map, y: Map, z: Map, radius_mm: float, rng: np.random.Generator) -> Map:
    """A smooth random field of unit size, with waves of about the radius."""
    total = np.zeros((z.size, y.size, x.size), np.float32)
    for _ in range(5):
        wave = rng.normal(0, 2.2 / radius_mm, 3).astype(np.float32)
        total += np.sin(x * wave[0] + y * wave[1] + z * wave[2] + np.float32(rng.uniform(0, 6.28)))
    total *= np.float32(0.63)
    return total


def share_within(distance: NDArray[np.floating], soft_mm: float = 1.6) -> Map:
    """Share of each voxel on the inner side of a soft border."""
    edge: Map = np.clip(0.5 - distance / soft_mm, 0, 1).astype(np.float32)
    return edge


def brain_in(canvas: Canvas, box: Box) -> Map:
    """Grey and white matter in a box."""
    tissue: Map = np.clip(1.4 * (canvas.tissue("gm", box) + canvas.tissue("wm", box)), 0, 1)
    return tissue


def intracranial(canvas: Canvas, box: Box) -> Map:
    """Brain and the fluid in and around it."""
    inside: Map = np.clip(canvas.subject.depth_mm[box] + 1.0, 0, 1)
    return inside


def hemisphere(canvas: Canvas, box: Box, side: int) -> Map:
    """One side of the falx."""
    half: Map = np.clip(canvas.subject.source_mm[0][box] * side, 0, 1)
    return half
