"""One subject: the reference head, warped. Every point of the subject knows where it comes from in the atlas.

The map runs backwards (subject -> atlas), so that rendering is one interpolation. Lesions that take room push
tissue away: points near them come from nearer to their centre.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from training.phantoms.atlas import TISSUES, Atlas, load_atlas
from training.phantoms.head import Map

Point = tuple[float, float, float]  # x, y, z in LPS millimetres
_COARSE = 2  # the warp is kept on every second voxel of the grid


@dataclass(frozen=True)
class Push:
    """Room taken by a lesion: tissue at `radius_mm` from the centre came from `amount_mm` nearer to it."""

    centre_mm: Point
    radius_mm: float
    amount_mm: float


@dataclass(frozen=True)
class Build:
    """What makes one subject differ from the atlas. A value; `warp` turns it into a field.

    size         head size along x, y, z relative to the atlas
    ventricle_mm how far the walls of the lateral ventricles moved outwards
    sulci        weight of fluid against tissue; 1 as in the atlas, 4 in severe atrophy
    crescents    (side, thickness): fluid between brain and skull, +1 on the left, -1 on the right
    """

    seed: int
    size: Point = (1.0, 1.0, 1.0)
    ventricle_mm: float = 0.0
    sulci: float = 1.0
    pushes: tuple[Push, ...] = ()
    crescents: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, eq=False)
class Warp:
    """(3, k, j, i) atlas millimetres (x, y, z) of every coarse point of the subject's grid."""

    source_mm: NDArray[np.float32]
    atlas: Atlas

    def to_atlas(self, point_mm: Point) -> NDArray[np.float64]:
        """Where a subject point comes from."""
        index = _index(self.atlas, np.asarray(point_mm, float)[:, None]) / _COARSE
        return np.array(
            [ndimage.map_coordinates(s, index, order=1, mode="nearest")[0] for s in self.source_mm]
        )

    def from_atlas(self, point_mm: Point) -> Point:
        """Where an atlas point went in the subject."""
        goal = np.asarray(point_mm, float)
        x = goal.copy()
        for _ in range(25):
            step = goal - self.to_atlas((x[0], x[1], x[2]))
            x = x + 0.8 * step
            if np.abs(step).max() < 0.05:
                break
        return float(x[0]), float(x[1]), float(x[2])


@dataclass(frozen=True, eq=False)
class Subject:
    """A rendered subject on the atlas grid (in head coordinates).

    tissues       (tissue, k, j, i) fractions, in the order of TISSUES
    source_mm     (3, k, j, i) atlas coordinates x, y, z of each voxel
    """

    build: Build
    warp: Warp
    tissues: NDArray[np.float32]
    source_mm: NDArray[np.float32]
    depth_mm: Map
    ventricle_mm: Map

    def tissue(self, name: str) -> Map:
        """The map of one tissue."""
        found: Map = self.tissues[TISSUES.index(name)]
        return found


def draw_build(rng: np.random.Generator, *, age: float) -> Build:
    """A head of ordinary variety; ventricles and sulci widen slowly with age."""
    size = rng.normal(1.0, 0.025) * (1 + rng.normal(0, 0.02, 3))
    old = max(age - 40, 0) / 45
    return Build(
        seed=int(rng.integers(2**31)),
        size=(float(size[0]), float(size[1]), float(size[2])),
        ventricle_mm=float(np.clip(rng.normal(0.3, 0.5) + 1.2 * old, 0, 3)),
        sulci=float(np.exp(rng.normal(0, 0.15) + 0.45 * old)),
    )


@lru_cache(maxsize=4)
def warp_of(build: Build) -> Warp:
    """The field of a subject: size, random shape, then ventricles and whatever takes room."""
    atlas = load_atlas()
    x = _coarse_points(atlas)
    rng = np.random.default_rng(build.seed)
    source = x / np.array(build.size, np.float32)[:, None, None, None] + _wobble(rng, x.shape[1:])
    if build.ventricle_mm > 0:
        source = source + _ventricle_shift(atlas, source, build.ventricle_mm)
    if build.crescents or build.pushes:
        depth = _sampled(atlas, atlas.depth_mm, source)
        for side, thickness_mm in build.crescents:
            source = source + _crescent_shift(source, depth, side, thickness_mm)
        for push in build.pushes:
            source = source - _push_shift(x, depth, push)
    return Warp(source.astype(np.float32), atlas)


def render(build: Build) -> Subject:
    """Tissue fractions of a subject on the atlas grid."""
    warp = warp_of(build)
    atlas = warp.atlas
    source = _upsampled(warp.source_mm, atlas.shape)
    near = source.reshape(3, -1)[:, atlas.near_head]
    *tissues, depth, ventricle = sample(_with_distances(atlas), _index(atlas, near))
    everything = np.zeros((len(TISSUES), *atlas.shape), np.float32)
    everything.reshape(len(TISSUES), -1)[:, atlas.near_head] = _sharpened(np.stack(tissues), build.sulci)
    return Subject(
        build, warp, everything, source, _spread(atlas, depth, -99.0), _spread(atlas, ventricle, 99.0)
    )


def sample(
    maps: NDArray[np.float32], index: NDArray[np.float32], *, outside: str = "border"
) -> NDArray[np.float32]:
    """(c, k, j, i) maps at fractional indices (3, ...) -> (c, ...); linear.

    Outside the maps lies their border, so that distances stay distances, or with "zeros" nothing.

    Torch because it interpolates all maps in one pass, ten times as fast as scipy does.
    """
    import torch
    from torch.nn.functional import grid_sample

    points = np.empty((*index.shape[1:], 3), np.float32)
    for axis, n in enumerate(maps.shape[1:]):
        np.multiply(index[axis], np.float32(2 / (n - 1)), out=points[..., 2 - axis])
    points -= 1
    grid = torch.from_numpy(points.reshape(1, 1, 1, -1, 3))
    with torch.inference_mode():
        values = grid_sample(torch.from_numpy(maps)[None], grid, padding_mode=outside, align_corners=True)
    found: NDArray[np.float32] = values.numpy().reshape(maps.shape[0], *index.shape[1:])
    return found


@lru_cache(maxsize=1)
def _with_distances(atlas: Atlas) -> NDArray[np.float32]:
    """Tissues, depth and distance to the ventricles in one stack, to be warped in one pass."""
    return np.concatenate([atlas.tissues, atlas.depth_mm[None], atlas.ventricle_mm[None]])


def _spread(atlas: Atlas, values: NDArray[np.float32], outside: float) -> Map:
    """Values near the head -> the whole grid."""
    grid = np.full(atlas.shape, outside, np.float32)
    grid.reshape(-1)[atlas.near_head] = values
    return grid


def _index(atlas: Atlas, point_mm: NDArray[np.floating]) -> NDArray[np.float32]:
    """(3, ...) millimetres x, y, z -> fractional grid index k, j, i."""
    shape = (3,) + (1,) * (point_mm.ndim - 1)
    origin, step = atlas.affine_lps[:3, 3], atlas.affine_lps[0, 2]
    return ((point_mm - origin.reshape(shape).astype(np.float32)) / np.float32(step))[::-1]


def _coarse_points(atlas: Atlas) -> NDArray[np.float32]:
    """(3, k, j, i) millimetres x, y, z of every second voxel."""
    k, j, i = (np.arange(0, n + 1, _COARSE, dtype=np.float32) for n in atlas.shape)
    grid = np.stack(np.meshgrid(k, j, i, indexing="ij"))[::-1]
    origin = atlas.affine_lps[:3, 3].reshape(3, 1, 1, 1)
    points: NDArray[np.float32] = (grid * atlas.affine_lps[0, 2] + origin).astype(np.float32)
    return points


def _wobble(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """(3, k, j, i) smooth random displacement: broad bends and finer ones."""
    total = np.zeros((3, *shape), np.float32)
    for knots, amount_mm in ((4, 3.0), (8, 1.8)):
        field = rng.normal(0, amount_mm, (3, knots, knots, knots)).astype(np.float32)
        bases = [_basis(n, knots) for n in shape]
        total += np.einsum("cxyz,kx,jy,iz->ckji", field, *bases, optimize=True)
    return total


def _basis(points: int, knots: int) -> NDArray[np.float32]:
    """(points, knots) smooth weights of knots along one axis; rows add up to one."""
    where = np.linspace(0, knots - 1, points)[:, None] - np.arange(knots)
    weight = np.exp(-0.5 * (where / 0.6) ** 2)
    basis: NDArray[np.float32] = (weight / weight.sum(axis=1, keepdims=True)).astype(np.float32)
    return basis


def _sampled(atlas: Atlas, values: Map, source_mm: NDArray[np.float32]) -> Map:
    found: Map = sample(values[None], _index(atlas, source_mm))[0]
    return found


def _ventricle_shift(atlas: Atlas, source_mm: NDArray[np.float32], amount_mm: float) -> NDArray[np.float32]:
    """Towards the ventricles, fading with distance; never from deeper than 2 mm inside them."""
    distance = _sampled(atlas, atlas.ventricle_mm, source_mm)
    depth = _sampled(atlas, atlas.depth_mm, source_mm)
    amount = np.minimum(amount_mm * np.exp(-np.maximum(distance, 0) / 22), np.maximum(distance + 2, 0))
    amount *= np.clip(depth / 15, 0, 1)
    return -_normal(distance) * amount


def _normal(distance_mm: Map) -> NDArray[np.float32]:
    """(3, k, j, i) unit vectors x, y, z of growing distance."""
    slope = np.stack([np.gradient(distance_mm, axis=axis) for axis in (2, 1, 0)])
    normal: NDArray[np.float32] = slope / np.maximum(np.linalg.norm(slope, axis=0), 0.4)
    return normal


def _crescent_shift(
    source_mm: NDArray[np.float32], depth_mm: Map, side: int, thickness_mm: float
) -> NDArray[np.float32]:
    """The brain comes from nearer to the skull; the room between is the haematoma's.

    Near the surface it moves straight inwards, deeper more and more to the other side, across the midline.
    """
    x, y, z = source_mm
    thickness = thickness_mm * crescent_profile(source_mm, side)
    inwards = np.minimum(
        thickness * np.exp(-np.maximum(depth_mm - thickness, 0) / 40), np.maximum(depth_mm, 0)
    )
    across = 0.5 * thickness_mm * np.exp(-(((y - 5) / 62) ** 4) - (((z - 22) / 45) ** 4))
    across *= np.exp(-((np.minimum(side * x, 0) / 35) ** 2)) * np.clip(depth_mm / 12, 0, 1)
    deep = np.clip((depth_mm - 12) / 25, 0, 1)
    shift: NDArray[np.float32] = -_normal(depth_mm) * (inwards * (1 - deep))
    shift[0] += side * across * deep
    return shift


def crescent_profile(source_mm: NDArray[np.float32], side: int) -> Map:
    """Relative thickness 0..1 of a haematoma over one convexity."""
    x, y, z = source_mm
    lateral = np.clip((side * x - 8) / 25, 0, 1)
    profile: Map = lateral * np.exp(-(((y - 5) / 62) ** 4) - (((z - 28) / 42) ** 4))
    return profile.astype(np.float32)


def _push_shift(x: NDArray[np.float32], depth_mm: Map, push: Push) -> NDArray[np.float32]:
    """(3, k, j, i) what to take off the source: outwards from the lesion, fading, nothing at the skull."""
    away = x - np.array(push.centre_mm, np.float32).reshape(3, 1, 1, 1)
    radius = np.maximum(np.linalg.norm(away, axis=0), 0.5)
    reach = 1.4 * push.radius_mm + 18
    near = np.minimum(radius / max(push.radius_mm, 1.0), 1.0)
    amount = push.amount_mm * near * np.exp(-((np.maximum(radius - push.radius_mm, 0) / reach) ** 2))
    shift: NDArray[np.float32] = away / radius * (amount * np.clip(depth_mm / 12, 0, 1))
    return shift


def _upsampled(field: NDArray[np.float32], shape: tuple[int, int, int]) -> NDArray[np.float32]:
    """Linear interpolation from the coarse points to the whole grid."""
    fine = field
    for axis, n in enumerate(shape, start=1):
        low = [slice(None)] * 4
        high = [slice(None)] * 4
        low[axis], high[axis] = slice(0, -1), slice(1, None)
        size = [*fine.shape]
        size[axis] = 2 * (fine.shape[axis] - 1) + 1
        wide = np.empty(size, np.float32)
        even, odd = [slice(None)] * 4, [slice(None)] * 4
        even[axis], odd[axis] = slice(0, None, 2), slice(1, None, 2)
        wide[tuple(even)] = fine
        wide[tuple(odd)] = 0.5 * (fine[tuple(low)] + fine[tuple(high)])
        cut = [slice(None)] * 4
        cut[axis] = slice(0, n)
        fine = wide[tuple(cut)]
    return np.ascontiguousarray(fine)


def _sharpened(tissues: NDArray[np.float32], sulci: float) -> NDArray[np.float32]:
    """Undo some of the atlas's averaging; weigh fluid against tissue."""
    gm, wm, csf = tissues[:3]
    whole = gm + wm + csf
    parts = np.stack([gm * gm, wm * wm, sulci * csf * csf])
    tissues[:3] = parts * (whole / np.maximum(parts.sum(axis=0), 1e-4))
    return tissues
