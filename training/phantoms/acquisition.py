"""From the signal of a head to the voxels of a series: geometry, coil, noise, scanner units."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.imaging.volume import Volume
from training.phantoms.anatomy import sample
from training.phantoms.head import Map
from training.phantoms.protocol import SeriesPlan

_SLAB = 4  # slices sampled at once: few enough to stay in the cache
HIGHEST = 4095  # twelve bits, as most scanners store


def acquire(
    signal: Map,
    grid_affine: NDArray[np.float64],
    plan: SeriesPlan,
    pose: NDArray[np.float64],
    rng: np.random.Generator,
) -> Volume:
    """Sample the head's signal at a series' voxels and make it look acquired.

    signal       (k, j, i) on the head's grid; grid_affine (4, 4) index -> head millimetres
    pose         (4, 4) head millimetres -> patient LPS millimetres
    """
    clean = _slices(signal, grid_affine, plan)
    clean *= _coil(clean.shape, rng)
    noisy = _rician(clean, float(rng.uniform(0.012, 0.035)), rng)
    scale = np.float32(rng.uniform(300, 1600))
    voxels = np.clip(noisy * scale + 0.5, 0, HIGHEST).astype(np.uint16)
    return Volume(voxels, pose @ plan.affine_lps)


def _rician(clean: Map, sigma: float, rng: np.random.Generator) -> Map:
    """Magnitude of a signal with noise in both channels."""
    real, imaginary = (rng.standard_normal(clean.shape, np.float32) for _ in range(2))
    real *= np.float32(sigma)
    real += clean
    imaginary *= np.float32(sigma)
    noisy: Map = np.sqrt(real * real + imaginary * imaginary)
    return noisy


def _slices(signal: Map, grid_affine: NDArray[np.float64], plan: SeriesPlan) -> Map:
    """Mean over the slice profile: thick slices are averages, not planes."""
    index_affine = np.linalg.inv(grid_affine) @ plan.affine_lps
    steps = (0.0,) if plan.is_3d else (-0.25, 0.25)
    total: Map = np.zeros(plan.shape, np.float32)
    for step in steps:
        shifted = index_affine.copy()
        shifted[:3, 3] += index_affine[:3, 0] * step * plan.thickness_mm / plan.spacing_mm[0]
        for first in range(0, len(total), _SLAB):
            slab = total[first : first + _SLAB]
            positions = _positions(shifted, first, slab.shape)
            slab += sample(signal[None], positions, outside="zeros")[0]
    total /= np.float32(len(steps))
    return total


def _positions(affine: NDArray[np.float64], first: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """(3, k, j, i) grid index of every voxel of a slab that starts at slice `first`."""
    k, j, i = (np.arange(n, dtype=np.float32) for n in shape)
    k += first
    m = affine.astype(np.float32)
    positions = np.empty((3, *shape), np.float32)
    for a in range(3):
        plane = (m[a, 1] * j)[:, None] + m[a, 2] * i
        np.add((m[a, 0] * k + m[a, 3])[:, None, None], plane, out=positions[a])
    return positions


def _coil(shape: tuple[int, ...], rng: np.random.Generator) -> Map:
    """Smooth receive sensitivity: a product of one gentle curve per axis."""
    curves = []
    for n in shape:
        where = np.linspace(-1, 1, n)
        curves.append(np.exp(rng.normal(0, 0.10) * where + rng.normal(0, 0.08) * where**2))
    k, j, i = curves
    field: Map = (k[:, None, None] * j[None, :, None] * i).astype(np.float32)
    return field
