"""What lies around the brain and is on no tissue map: meninges, skull, scalp, eyes, sinuses, vessels."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Map: TypeAlias = NDArray[np.float32]
Axes: TypeAlias = tuple[Map, Map, Map]  # x (1, 1, i), y (1, j, 1), z (k, 1, 1) in LPS millimetres

_SKULL_BASE_MM = -28.0  # z below which the brain is bounded by the skull base, not by the vault


def band(distance_mm: Map, low: float, high: float, soft: float = 1.0) -> Map:
    """1 where low < distance < high, with an edge of `soft` millimetres."""
    rise = np.clip((distance_mm - low) / soft + 0.5, 0, 1)
    fall = np.clip((high - distance_mm) / soft + 0.5, 0, 1)
    inside: Map = (rise * fall).astype(np.float32)
    return inside


def ellipsoid(axes: Axes, centre: tuple[float, float, float], radii: tuple[float, float, float]) -> Map:
    """1 inside an ellipsoid in LPS millimetres, with a soft edge."""
    squares = [((a - c) / r) ** 2 for a, c, r in zip(axes, centre, radii, strict=True)]
    radius = np.sqrt(squares[0] + squares[1] + squares[2])
    return band((radius - 1) * min(radii), -np.inf, 0.0)


def hull_of(brain: NDArray[np.bool_], spacing_mm: float) -> Map:
    """Depth below the surface of the closed brain: positive inside, in millimetres."""
    grown = ndimage.distance_transform_edt(~brain, sampling=spacing_mm) < 11
    closed = ndimage.distance_transform_edt(grown, sampling=spacing_mm) > 11
    closed = closed | brain
    inside = ndimage.distance_transform_edt(closed, sampling=spacing_mm)
    outside = ndimage.distance_transform_edt(~closed, sampling=spacing_mm)
    depth: Map = ndimage.gaussian_filter((inside - outside).astype(np.float32), 1.2)
    return depth


def outside_brain(depth_mm: Map, axes: Axes, brain: Map) -> dict[str, Map]:
    """Maps of csf, fat, marrow, soft, fluid and vessel; bone and air are what is left."""
    out = -depth_mm
    skin_mm = _skin_depth(out, axes)
    free = (1 - brain) * band(skin_mm, 0.0, np.inf)
    vault = np.clip((axes[2] - _SKULL_BASE_MM) / 8 + 0.5, 0, 1)
    eyes, orbits = _eyes(axes)
    air = _airways(axes)
    beyond = band(out, 4.0, np.inf) * (1 - vault) + band(out, 8.5, np.inf) * vault  # outside the bone
    scalp = beyond * free * (1 - orbits) * (1 - air)
    fat = np.clip(band(skin_mm, 1.8, 6.0) + _marbling(depth_mm.shape) * (1 - vault), 0, 1)
    csf = band(out, -3.0, 2.2) * free
    vessel = _vessels(out, axes) * band(skin_mm, 0.0, np.inf)
    marrow = band(out, 4.6, 7.2) * vault * free
    return {
        "csf": csf,
        "marrow": marrow,
        "fat": scalp * fat + orbits * (1 - eyes) * free * beyond,
        "soft": scalp * (1 - fat),
        "fluid": eyes * free * beyond,
        "vessel": np.clip(vessel, 0, 1),
    }


def _skin_depth(out_mm: Map, axes: Axes) -> Map:
    """Depth below the skin: the vault is a shell around the brain, the face a prism below its outline."""
    x, y, z = axes
    shell = out_mm < 14.5
    outline = np.any(shell & (z > -24) & (z < 10), axis=0)[None]
    face = (z < -14) & (z > -82) & (y + 88 > np.abs(x) * 0.25) & (y < 104 + 0.9 * (z + 14))
    head = shell & (z > -60) | outline & face | (ellipsoid(axes, (0, -90, -52), (13, 16, 18)) > 0.5)
    head = ndimage.gaussian_filter(head.astype(np.float32), 3.0) > 0.5
    spacing = float(x[0, 0, 1] - x[0, 0, 0])
    inside = ndimage.distance_transform_edt(head, sampling=spacing)
    outside = ndimage.distance_transform_edt(~head, sampling=spacing)
    depth: Map = ndimage.gaussian_filter((inside - outside).astype(np.float32), 0.7)
    return depth


def _eyes(axes: Axes) -> tuple[Map, Map]:
    """(globes, orbits)."""
    globes = sum(ellipsoid(axes, (s * 32.0, -66.0, -34.0), (12.0, 12.0, 12.0)) for s in (-1, 1))
    orbits = sum(ellipsoid(axes, (s * 30.0, -56.0, -34.0), (18.0, 26.0, 17.0)) for s in (-1, 1))
    return np.asarray(globes, np.float32), np.clip(orbits, 0, 1).astype(np.float32)


def _airways(axes: Axes) -> Map:
    """Nasal cavity, maxillary and frontal sinuses, pharynx, mastoid cells."""
    nose = ellipsoid(axes, (0, -62, -52), (9, 30, 16))
    pharynx = ellipsoid(axes, (0, -22, -70), (11, 10, 16))
    pairs = [
        ellipsoid(axes, (s * x, y, z), radii)
        for s in (-1, 1)
        for x, y, z, radii in (
            (27, -56, -64, (12, 16, 13)),
            (12, -86, -16, (11, 5, 8)),
            (53, 22, -44, (11, 14, 14)),
        )
    ]
    air: Map = np.clip(nose + pharynx + sum(pairs), 0, 1).astype(np.float32)
    return air


def _vessels(out_mm: Map, axes: Axes) -> Map:
    """Dura, venous sinuses, choroid plexus, basilar and middle cerebral arteries."""
    x, y, z = axes
    dura = 0.5 * band(out_mm, 2.2, 3.2)
    sagittal = band(np.abs(x) + 0 * out_mm, -np.inf, 3.5) * band(out_mm, -1.5, 3.5) * ((z > 25) | (y > 60))
    transverse = band(out_mm, -1.0, 3.5) * band(np.abs(z + 18) + 0 * out_mm, -np.inf, 4.0) * (y > 45)
    plexus = sum(ellipsoid(axes, (s * 23.0, 38.0, 4.0), (3.5, 6.5, 4.5)) for s in (-1, 1))
    basilar = ellipsoid(axes, (0, 13, -33), (2.2, 2.2, 15))
    middle = sum(ellipsoid(axes, (s * 20.0, -3.0, -17.0), (15.0, 2.2, 2.2)) for s in (-1, 1))
    vessels: Map = np.clip(dura + sagittal + transverse + plexus + basilar + middle, 0, 1)
    return vessels.astype(np.float32)


def _marbling(shape: tuple[int, ...]) -> Map:
    """Fat between the muscles of face and neck; the same in every atlas."""
    noise = ndimage.gaussian_filter(np.random.default_rng(152).standard_normal(shape), 3.0)
    marbled: Map = np.clip(0.45 + 0.3 * noise / noise.std(), 0, 1).astype(np.float32)
    return marbled
