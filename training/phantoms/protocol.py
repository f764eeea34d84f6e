"""Which series a study holds, how each was acquired and what its scanner calls it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.phantoms.signal import SEQUENCES

PLANES = ("axial", "sagittal", "coronal")

# (slice, row, column) index axes in LPS: slices ascend along row x column
_AXES: Mapping[str, tuple[tuple[int, int, int], ...]] = {
    "axial": ((0, 0, 1), (0, 1, 0), (1, 0, 0)),
    "sagittal": ((-1, 0, 0), (0, 0, -1), (0, 1, 0)),
    "coronal": ((0, 1, 0), (0, 0, -1), (1, 0, 0)),
}
_CENTRE_MM = {"axial": (0.0, 12.0, 10.0), "sagittal": (0.0, 12.0, 4.0), "coronal": (0.0, 16.0, 4.0)}
_COVER_MM = {"axial": (128.0, 152.0), "sagittal": (128.0, 146.0), "coronal": (165.0, 195.0)}

_TIMES_MS: Mapping[str, tuple[tuple[float, float], tuple[float, float], float]] = {
    # sequence: TE, TR, TI
    "T1": ((8, 15), (450, 650), 0.0),
    "T2": ((85, 110), (3500, 5500), 0.0),
    "FLAIR": ((90, 135), (8000, 9500), 2400.0),
    "T1C": ((8, 15), (450, 650), 0.0),
    "DWI": ((75, 100), (4000, 7000), 0.0),
}

_SHORT = (
    {"axial": "AX", "sagittal": "SAG", "coronal": "COR"},
    {"axial": "tra", "sagittal": "sag", "coronal": "cor"},
)
_STYLES: tuple[tuple[Mapping[str, str], Mapping[str, str], str], ...] = (
    # names by sequence, names of planes, suffix of 3-D series
    (
        {
            "T1": "{p} T1",
            "T2": "{p} T2 FSE",
            "FLAIR": "{p} T2 FLAIR",
            "T1C": "{p} T1 +C",
            "DWI": "{p} DWI B1000",
        },
        _SHORT[0],
        " 3D",
    ),
    (
        {"T1": "{p} T1 SE", "T2": "{p} T2", "FLAIR": "{p} FLAIR", "T1C": "{p} T1 GD", "DWI": "DWI b1000"},
        _SHORT[0],
        " MPR",
    ),
    (
        {
            "T1": "t1_se_{p}",
            "T2": "t2_tse_{p}",
            "FLAIR": "t2_tirm_{p}_dark-fluid",
            "T1C": "t1_se_{p}_KM",
            "DWI": "ep2d_diff_trace_{p}_b1000",
        },
        _SHORT[1],
        "_p2_iso",
    ),
    (
        {
            "T1": "T1W_SE_{p}",
            "T2": "T2W_TSE_{p}",
            "FLAIR": "FLAIR_{p}",
            "T1C": "T1W_GD_{p}",
            "DWI": "sDWI_{p}_b1000",
        },
        _SHORT[0],
        "_3D",
    ),
    (
        {"T1": "T1 {p}", "T2": "T2 {p}", "FLAIR": "FLAIR {p}", "T1C": "T1 GD {p}", "DWI": "DWI {p} b 1000"},
        _SHORT[1],
        " 3D",
    ),
)


@dataclass(frozen=True)
class SeriesPlan:
    """How one series is acquired, in head coordinates.

    spacing_mm    (between slices, rows, columns)
    thickness_mm  of the excited slice; less than the distance where there is a gap
    tilt_deg      rotations about x, y and z
    centre_mm     of the volume
    """

    sequence: str
    description: str
    plane: str
    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    thickness_mm: float
    tilt_deg: tuple[float, float, float]
    centre_mm: tuple[float, float, float]
    echo_ms: float
    repetition_ms: float
    inversion_ms: float = 0.0

    @property
    def is_3d(self) -> bool:
        """Acquired as a volume, with thin slices."""
        return self.spacing_mm[0] <= 2.0

    @property
    def affine_lps(self) -> NDArray[np.float64]:
        """(4, 4) voxel index (k, j, i, 1) -> head millimetres."""
        axes = rotation(self.tilt_deg) @ np.array(_AXES[self.plane], float).T
        affine = np.eye(4)
        affine[:3, :3] = axes * np.array(self.spacing_mm)
        affine[:3, 3] = np.array(self.centre_mm) - affine[:3, :3] @ ((np.array(self.shape) - 1) / 2)
        return affine


def rotation(angles_deg: Sequence[float]) -> NDArray[np.float64]:
    """(3, 3) rotation about x, then y, then z."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(np.radians(angles_deg)), np.sin(np.radians(angles_deg))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    turned: NDArray[np.float64] = about_z @ about_y @ about_x
    return turned


def draw_protocol(
    rng: np.random.Generator, wanted: Sequence[str | SeriesPlan] | None, pixel_mm: tuple[float, float]
) -> tuple[SeriesPlan, ...]:
    """The series of one study, in the order of acquisition; `wanted` names sequences or gives whole plans."""
    style = int(rng.integers(len(_STYLES)))
    chosen = wanted if wanted is not None else _draw_sequences(rng)
    for name in chosen:
        if isinstance(name, str) and name not in SEQUENCES:
            raise ValueError(f"no sequence {name!r}; there are {', '.join(SEQUENCES)}")
    return tuple(_draw_series(rng, s, style, pixel_mm) if isinstance(s, str) else s for s in chosen)


def isotropic_plan(sequence: str = "T1", *, side: int = 256, spacing_mm: float = 1.0) -> SeriesPlan:
    """A sagittal 3-D series with as many slices as rows and columns."""
    (te, _), (tr, _), ti = _TIMES_MS[sequence]
    return SeriesPlan(
        sequence=sequence,
        description=_name(sequence, "sagittal", 2, True),
        plane="sagittal",
        shape=(side, side, side),
        spacing_mm=(spacing_mm, spacing_mm, spacing_mm),
        thickness_mm=spacing_mm,
        tilt_deg=(0.0, 0.0, 0.0),
        centre_mm=_CENTRE_MM["sagittal"],
        echo_ms=te,
        repetition_ms=tr,
        inversion_ms=ti,
    )


def _draw_sequences(rng: np.random.Generator) -> tuple[str, ...]:
    """1 to 6 of them; contrast after the plain series; independent of any disease."""
    count = int(rng.choice([1, 2, 3, 4, 5, 6], p=[0.03, 0.05, 0.12, 0.28, 0.40, 0.12]))
    chosen = list(rng.permutation(SEQUENCES)[:count])
    if count > len(SEQUENCES):
        chosen.append(str(rng.choice(["T1", "T2", "T1C", "FLAIR"])))
    return tuple(str(s) for s in sorted(chosen, key=lambda s: s == "T1C"))


def _draw_series(
    rng: np.random.Generator, sequence: str, style: int, pixel_mm: tuple[float, float]
) -> SeriesPlan:
    plane = "axial" if sequence == "DWI" else str(rng.choice(PLANES, p=[0.78, 0.13, 0.09]))
    volumetric = sequence in ("T1", "T1C", "FLAIR") and rng.random() < 0.1
    spacing = float(rng.uniform(1.5, 2.0) if volumetric else rng.uniform(4.0, 6.0))
    shape, pixel = _draw_matrix(rng, sequence, pixel_mm)
    low, high = _COVER_MM[plane]
    cover = float(rng.uniform(low, high))
    partial = rng.random() < 0.08
    slices = int(np.clip(cover * (rng.uniform(0.6, 0.8) if partial else 1.0) / spacing, 12, 256))
    te, tr, ti = _TIMES_MS[sequence]
    gap = 1.0 if volumetric else float(rng.uniform(0.8, 1.0))
    return SeriesPlan(
        sequence=sequence,
        description=_name(sequence, plane, style, volumetric),
        plane=plane,
        shape=(slices, *shape),
        spacing_mm=(spacing, pixel, pixel),
        thickness_mm=spacing * gap,
        tilt_deg=_draw_tilt(rng),
        centre_mm=_draw_centre(rng, plane, partial),
        echo_ms=round(float(rng.uniform(*te)), 1),
        repetition_ms=round(float(rng.uniform(*tr))),
        inversion_ms=ti,
    )


def _draw_matrix(
    rng: np.random.Generator, sequence: str, pixel_mm: tuple[float, float]
) -> tuple[tuple[int, int], float]:
    """((rows, columns), pixel size); fields of 224 to 250 mm, echo-planar series coarser."""
    pixel = float(rng.uniform(*pixel_mm)) * (1.4 if sequence == "DWI" else 1.0)
    side = 8 * round(float(rng.uniform(224, 250)) / pixel / 8)
    return (side, side), pixel


def _draw_tilt(rng: np.random.Generator) -> tuple[float, float, float]:
    """Half of all series are straight but for a degree or two; the others follow some anatomy."""
    tilt = rng.normal(0, 1.5, 3)
    if rng.random() < 0.5:
        tilt[0] += rng.uniform(-20, 20)
    return float(tilt[0]), float(tilt[1]), float(tilt[2])


def _draw_centre(rng: np.random.Generator, plane: str, partial: bool) -> tuple[float, float, float]:
    centre = np.array(_CENTRE_MM[plane]) + rng.normal(0, 3, 3)
    if partial:
        axis = {"axial": 2, "sagittal": 0, "coronal": 1}[plane]
        centre[axis] += rng.choice([-1, 1]) * rng.uniform(8, 18)
    return float(centre[0]), float(centre[1]), float(centre[2])


def _name(sequence: str, plane: str, style: int, volumetric: bool) -> str:
    names, planes, suffix = _STYLES[style]
    return names[sequence].format(p=planes[plane]) + (suffix if volumetric else "")
