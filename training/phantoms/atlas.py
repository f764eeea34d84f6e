"""The head that every phantom is a warped copy of: ICBM 152 tissue maps, with skull, scalp and face added.

The maps come with the nilearn wheel (ICBM 152, nonlinear, symmetric, 2009a; Fonov et al. 2011); nothing is
downloaded. What they lack (skull, scalp, eyes, large vessels) is built from distances to the brain.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813 - the name its users know
from numpy.typing import NDArray
from scipy import ndimage

from inference.errors import FileError
from training.phantoms.head import Map, hull_of, outside_brain

TISSUES = ("gm", "wm", "csf", "fat", "marrow", "soft", "fluid", "vessel")
"""Channels of the atlas; what is missing to one is bone and air."""
GRID_MM = 1.6
_LOW_MM = (-84.0, -97.6, -89.6)  # centre of the first voxel, (z, y, x)
_SHAPE = (118, 142, 113)
_MOST_WARP_MM = 13.0
_MAPS = "mni_icbm152_{}_tal_nlin_sym_09a_converted.nii.gz"


@dataclass(frozen=True, eq=False)
class Atlas:
    """The reference head on one grid.

    tissues     (tissue, k, j, i) fractions 0..1, in the order of TISSUES
    affine_lps  (4, 4) voxel index (k, j, i, 1) -> millimetres of the ICBM space, LPS
    depth_mm    (k, j, i) distance to the surface of the brain's hull, positive inside
    ventricle_mm  (k, j, i) distance to the lateral ventricles, negative inside
    near_head   (n,) flat indices of the voxels that some warp may bring tissue to
    """

    tissues: NDArray[np.float32]
    affine_lps: NDArray[np.float64]
    depth_mm: Map
    ventricle_mm: Map
    near_head: NDArray[np.int64]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(k, j, i) of the grid."""
        _, k, j, i = self.tissues.shape
        return k, j, i

    def tissue(self, name: str) -> Map:
        """The map of one tissue."""
        found: Map = self.tissues[TISSUES.index(name)]
        return found


@lru_cache(maxsize=1)
def load_atlas() -> Atlas:
    """Build the reference head (a few seconds); kept for the life of the process."""
    affine = grid_affine()
    t1, gm, wm = (_resampled(_read_map(name), affine) for name in ("t1", "gm", "wm"))
    brain = np.clip(t1 / 80.0, 0, 1)
    gm, wm = gm / 255 * brain, wm / 255 * brain
    csf = np.clip(brain - gm - wm, 0, 1)
    depth = hull_of(brain > 0.5, GRID_MM)
    ventricle = _ventricle_distance(csf, depth)
    around = outside_brain(depth, _coordinates(affine), brain)
    csf = np.maximum(csf, around.pop("csf"))
    vessel = around.pop("vessel")
    maps = {"gm": gm, "wm": wm, "csf": csf, **around}
    tissues = np.stack([maps[name] * (1 - vessel) if name != "vessel" else vessel for name in TISSUES])
    total = np.maximum(tissues.sum(axis=0), 1.0)
    tissues = (tissues / total * _coil_end(affine)).astype(np.float32)
    air_mm = ndimage.distance_transform_edt(tissues.sum(axis=0) < 0.1, sampling=GRID_MM)
    return Atlas(tissues, affine, depth, ventricle, np.flatnonzero(air_mm < _MOST_WARP_MM))


def grid_affine() -> NDArray[np.float64]:
    """(4, 4) of the working grid: index (k, j, i, 1) -> LPS millimetres; k to the head, j back, i left."""
    affine = np.eye(4)
    affine[:3, :3] = np.fliplr(np.eye(3)) * GRID_MM
    affine[:3, 3] = _LOW_MM[::-1]
    return affine


def _coordinates(affine: NDArray[np.float64]) -> tuple[Map, Map, Map]:
    """LPS millimetres x (1, 1, i), y (1, j, 1), z (k, 1, 1) of the working grid."""
    z, y, x = (
        (low + GRID_MM * np.arange(n)).astype(np.float32) for low, n in zip(_LOW_MM, _SHAPE, strict=True)
    )
    assert np.allclose(affine[:3, 3], (x[0], y[0], z[0]))
    return x[None, None, :], y[None, :, None], z[:, None, None]


def _coil_end(affine: NDArray[np.float64]) -> Map:
    """1 in the head, fading to 0 below it, as the signal does where the coil ends."""
    fade: Map = np.clip((_coordinates(affine)[2] - _LOW_MM[0]) / 16, 0, 1)
    return fade


def _read_map(name: str) -> sitk.Image:
    spec = importlib.util.find_spec("nilearn")
    hint = "pip install negatoscope[train]"
    if spec is None or spec.origin is None:
        raise FileError("nilearn, whose wheel carries the ICBM 152 anatomy, is not installed.", hint=hint)
    path = Path(spec.origin).parent / "datasets" / "data" / _MAPS.format(name)
    if not path.is_file():
        raise FileError(f"This nilearn does not carry {path.name}.", hint=hint)
    return sitk.ReadImage(str(path), sitk.sitkFloat32)


def _resampled(image: sitk.Image, affine: NDArray[np.float64]) -> Map:
    """A map on the working grid; slightly smoothed first, so that nothing aliases."""
    smooth = sitk.DiscreteGaussian(image, 0.25)  # variance in mm2
    reference = sitk.Image(_SHAPE[::-1], sitk.sitkFloat32)
    reference.SetSpacing([GRID_MM] * 3)
    reference.SetOrigin(affine[:3, 3].tolist())
    values: Map = sitk.GetArrayFromImage(
        sitk.Resample(smooth, reference, sitk.Transform(), sitk.sitkLinear, 0.0)
    )
    return values


def _ventricle_distance(csf: Map, depth_mm: Map) -> Map:
    """Distance to the lateral ventricles: deep fluid, joined to a frontal horn."""
    x, y, z = _coordinates(grid_affine())
    box = (abs(x) < 42) & (y > -45) & (y < 62) & (z > -14) & (z < 38) & (depth_mm > 22)
    fluid = (csf > 0.55) & box & ~((abs(x) < 9) & (y > 22) & (z < 16))  # not the cistern behind the thalami
    parts, _ = ndimage.label(fluid)
    horns = (abs(abs(x) - 9) < 7) & (abs(y + 12) < 12) & (abs(z - 14) < 10) & (parts > 0)
    lateral = np.isin(parts, np.unique(parts[horns]))
    outside, inside = (ndimage.distance_transform_edt(m, sampling=GRID_MM) for m in (~lateral, lateral))
    distance: Map = ndimage.gaussian_filter((outside - inside).astype(np.float32), 1.0)
    return distance
