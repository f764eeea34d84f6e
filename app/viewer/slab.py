"""Thick slabs in true millimetres, of volumes, of cuts through them, and of stacks: MIP, MinIP and mean.

A slab is centred on its slice. The mean weighs every slice by how much of it lies inside the slab; the
projections take every slice of which a part lies inside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.viewer.look import Slab
from app.viewer.slicing import Pixels, Slices

_SLIVER = 0.01  # of a slice: less of it inside does not count
_PARALLEL = 0.999


@dataclass(frozen=True)
class Share:
    """One slice, and how many millimetres of it lie inside the slab."""

    index: int
    inside_mm: float


def shares(slices: Slices, index: int, slab_mm: float) -> tuple[Share, ...]:
    """The slices of a slab round slice `index`; that slice alone where positions are not known."""
    here = slices.plane(index)
    if slab_mm <= 0 or not here.placed or slices.count == 1:
        return (Share(index, max(here.thickness_mm, 1.0)),)
    gap_mm = _gap_mm(slices, index)
    if gap_mm <= 0:
        return (Share(index, max(here.thickness_mm, 1.0)),)
    reach = int(np.ceil(slab_mm / 2 / gap_mm + 0.5))
    around = range(max(0, index - reach), min(slices.count - 1, index + reach) + 1)
    found = (Share(i, _inside(slices, index, i, gap_mm, slab_mm)) for i in around)
    return tuple(share for share in found if share.inside_mm > _SLIVER * gap_mm) or (Share(index, gap_mm),)


def _inside(slices: Slices, index: int, other: int, gap_mm: float, slab_mm: float) -> float:
    """How much of a slice, as thick as the gap to its neighbour, lies inside the slab."""
    here, there = slices.plane(index), slices.plane(other)
    if not there.placed or abs(float(here.normal_lps @ there.normal_lps)) < _PARALLEL:
        return 0.0
    away = abs(float(here.to_pixels(there.origin_lps_mm)[2]))
    return max(0.0, min(away + gap_mm / 2, slab_mm / 2) - max(away - gap_mm / 2, -slab_mm / 2))


def _gap_mm(slices: Slices, index: int) -> float:
    """Along the normal, to the next slice or the one before; 0 where neither has been read."""
    here = slices.plane(index)
    for neighbour in (index + 1, index - 1):
        if 0 <= neighbour < slices.count and slices.plane(neighbour).placed:
            return abs(float(here.to_pixels(slices.plane(neighbour).origin_lps_mm)[2]))
    return 0.0


def needed(slices: Slices, index: int, slab_mm: float) -> tuple[int, ...]:
    """Pictures of a stack that a slab asks for and that have not been read; at least the neighbours."""
    if slab_mm <= 0 or slices.count == 1:
        return ()
    inside = {share.index for share in shares(slices, index, slab_mm)}
    edges = {min(inside) - 1, max(inside) + 1} if len(inside) > 1 else {index - 1, index + 1}
    wanted = {i for i in inside | edges if 0 <= i < slices.count}
    return tuple(sorted(i for i in wanted if slices.pixels(i) is None))


def slab_pixels(slices: Slices, index: int, slab_mm: float, slab: Slab) -> Pixels | None:
    """(rows, columns) of a slab in the type of its slices; None where its own slice has not been read."""
    single = slices.pixels(index)
    if single is None or single.ndim != 2 or slab_mm <= 0:
        return single
    parts = [(s.inside_mm, slices.pixels(s.index)) for s in shares(slices, index, slab_mm)]
    there = [(mm, p) for mm, p in parts if p is not None and p.shape == single.shape]
    return single if len(there) < 2 else flattened(there, slab)


def flattened(parts: list[tuple[float, Pixels]], slab: Slab) -> Pixels:
    """Slices with the millimetres of them that lie inside a slab, as one picture of their type."""
    if slab is Slab.MEAN:
        return _mean(parts, parts[0][1])
    flat = np.maximum if slab is Slab.MAXIMUM else np.minimum
    made: Pixels = flat.reduce([pixels for _, pixels in parts])
    return made


def _mean(parts: list[tuple[float, Pixels]], like: Pixels) -> Pixels:
    """Weighted by millimetres; whole numbers are rounded."""
    total: NDArray[np.float32] = np.zeros(like.shape, np.float32)
    for inside_mm, pixels in parts:
        total += np.float32(inside_mm) * pixels.astype(np.float32)
    total /= np.float32(sum(inside_mm for inside_mm, _ in parts))
    made: Pixels = (np.rint(total) if like.dtype.kind in "iu" else total).astype(like.dtype)
    return made
