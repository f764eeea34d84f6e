"""The heart of an echo phantom: sizes in millimetres that follow the nine numbers, and how they move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from inference.models.echo_physiology import CI, DPAP, MPAP, PCWP, PVR, RAP, SPAP, SVRI


@dataclass(frozen=True)
class Heart:
    """Semi-axes and walls in mm.

    lv, lv_long        left ventricle at the end of diastole, across and along
    ejection           share of the left ventricle's volume that a beat moves
    septum             how far the septum bulges to the left: 0 round, 0.6 D-shaped
    """

    lv: float
    lv_long: float
    lv_wall: float
    ejection: float
    rv: float
    rv_long: float
    rv_wall: float
    rv_squeeze: float
    la: float
    ra: float
    outflow: float
    septum: float

    @classmethod
    def of(
        cls, values: Mapping[str, float], stroke_ml: float, surface_m2: float, rng: np.random.Generator
    ) -> Heart:
        """The heart of a patient; each size scatters by a few per cent around what its number asks for."""

        def about(size: float, spread: float = 0.035) -> float:
            return float(size * rng.normal(1.0, spread))

        mean = values[MPAP]
        volume = max(about(118 * surface_m2 / 1.88, 0.08), stroke_ml / 0.76)  # end of diastole, ml
        lv = (volume * 1000 / (4 / 3 * np.pi * 1.75)) ** (1 / 3)
        return cls(
            lv=lv,
            lv_long=1.75 * lv,
            lv_wall=about(7.0 + (values[SVRI] - 1600) / 330 * 0.9, 0.04),
            ejection=stroke_ml / volume,
            rv=about(12 + 0.22 * max(mean - 15, 0) + 0.55 * max(values[PVR] - 1.5, 0)),
            rv_long=about(33 + 0.10 * max(mean - 15, 0)),
            rv_wall=about(2.6 + 0.065 * max(values[SPAP] - 20, 0), 0.05),
            rv_squeeze=float(np.clip(0.46 - 0.030 * (values[PVR] - 1.5) + rng.normal(0, 0.015), 0.08, 0.5)),
            la=about(13 + 0.50 * max(values[PCWP] - 5, 0)),
            ra=about(12 + 0.75 * max(values[RAP] - 2, 0)),
            outflow=about(10 + 0.28 * max(values[DPAP] - 6, 0)),
            septum=float(np.clip((mean - 20) / 45 + 0.05 * (2.9 - values[CI]) + rng.normal(0, 0.03), 0, 0.6)),
        )


def contraction(phase: float) -> float:
    """0 at the end of diastole (phase 0), 1 at the end of systole (0.36), slowly back."""
    if phase < 0.36:
        return float(0.5 - 0.5 * np.cos(np.pi * phase / 0.36))
    rest = (phase - 0.36) / 0.64
    return float((0.5 + 0.5 * np.cos(np.pi * min(1.0, rest * 1.35))) ** 1.2)
