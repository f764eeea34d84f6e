"""Patients of the echo phantoms: nine numbers that obey physiology, and the loops that follow from them.

The numbers are drawn first (groups of ESC/ERS 2022, identities among pressures, flow and resistance hold
exactly), the heart is drawn after them: chamber sizes, walls, motion and the septum follow the numbers with
the scatter of living patients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.imaging.ultrasound import Region, UltrasoundFacts
from inference.imaging.volume import Cine
from inference.models.echo_physiology import CI, CO, DPAP, MPAP, PCWP, PVR, RAP, SPAP, SVRI
from inference.models.echo_views import VIEWS
from training.phantoms.echo_heart import Heart
from training.phantoms.echo_render import Scan, loop_of

GROUPS = ("none", "pre-capillary", "isolated post-capillary", "combined")
_CHANCES = (0.30, 0.30, 0.20, 0.20)


@dataclass(frozen=True)
class EchoTruth:
    """What is known of one patient. `values` go by the names of the targets, in their units."""

    group: str
    values: Mapping[str, float]
    heart_rate_bpm: float
    height_m: float
    weight_kg: float

    @property
    def surface_m2(self) -> float:
        """Body surface after Mosteller."""
        return float((self.height_m * 100 * self.weight_kg / 3600) ** 0.5)

    @property
    def stroke_ml(self) -> float:
        """What each beat moves."""
        return 1000 * self.values[CO] / self.heart_rate_bpm


@dataclass(frozen=True, eq=False)
class EchoCase:
    """One patient with a loop per view. `quality`: 1 good, towards 0 poor; `phases` (time,) 0..1."""

    seed: int
    truth: EchoTruth
    loops: Mapping[str, Cine]
    quality: Mapping[str, float]
    phases: Mapping[str, NDArray[np.float64]]

    @property
    def facts(self) -> UltrasoundFacts:
        """What the headers would say of every loop."""
        cine = next(iter(self.loops.values()))
        rows, columns = cine.frames.shape[1:3]
        region = Region(1, 1, (0, 0, rows, columns), cine.pixel_spacing_mm)
        truth = self.truth
        return UltrasoundFacts((region,), None, truth.height_m, truth.weight_kg)


def echo_case(seed: int, *, pixel_mm: float = 1.1, beats: float = 1.3, frames_per_beat: int = 14) -> EchoCase:
    """The phantom of one seed: the same numbers and the same heart at any pixel size."""
    rng = np.random.default_rng((seed, 1))
    truth = echo_truth(rng)
    heart = Heart.of(truth.values, truth.stroke_ml, truth.surface_m2, rng)
    step_ms = 60000 / truth.heart_rate_bpm / frames_per_beat
    count = round(beats * frames_per_beat)
    loops, quality, drawn = {}, {}, {}
    for n, view in enumerate(VIEWS):
        scan = Scan.of(np.random.default_rng((seed, 2, n)), pixel_mm=pixel_mm, count=count)
        phases = drawn[view] = (np.arange(count) / frames_per_beat + scan.start) % 1.0
        times = np.arange(count, dtype=np.float64) * step_ms
        loops[view] = Cine(loop_of(heart, view, phases, scan), times, "Frame Time", (pixel_mm, pixel_mm))
        quality[view] = scan.quality
    return EchoCase(seed, truth, loops, quality, drawn)


def echo_truth(rng: np.random.Generator) -> EchoTruth:
    """Draw one patient; mean = wedge + resistance x flow, index = flow / surface, and so on, exactly."""
    group = GROUPS[int(rng.choice(len(GROUPS), p=_CHANCES))]
    while True:
        truth = _drawn(group, rng)
        if _possible(truth):
            return truth


def _drawn(group: str, rng: np.random.Generator) -> EchoTruth:
    height = float(rng.normal(1.70, 0.09))
    weight = float(rng.normal(24.5, 3.5)) * height**2
    surface = (height * 100 * weight / 3600) ** 0.5
    pcwp, pvr = _wedge_and_resistance(group, rng)
    index = float(rng.normal(2.9 - 0.12 * max(pvr - 2, 0) - 0.015 * max(pcwp - 12, 0), 0.5))
    flow = index * surface
    mean = pcwp + pvr * flow
    pulse = mean * float(rng.normal(1.0, 0.12))
    rap = 4 + 0.18 * max(mean - 18, 0) + 0.15 * max(pcwp - 10, 0) + float(rng.normal(0, 2))
    systemic = float(rng.normal(88, 9))
    values = {
        RAP: max(rap, 0.5),
        SPAP: mean + 2 * pulse / 3,
        DPAP: mean - pulse / 3,
        MPAP: mean,
        PCWP: pcwp,
        CO: flow,
        CI: index,
        SVRI: (systemic - max(rap, 0.5)) * 80 / index,
        PVR: pvr,
    }
    return EchoTruth(group, values, float(np.clip(rng.normal(74, 12), 48, 118)), height, weight)


def _wedge_and_resistance(group: str, rng: np.random.Generator) -> tuple[float, float]:
    if group == "none":
        return float(rng.normal(9, 2.5)), float(rng.normal(1.4, 0.4))
    if group == "pre-capillary":
        return float(rng.normal(10, 2.5)), float(rng.lognormal(np.log(6.5), 0.35))
    if group == "isolated post-capillary":
        return float(rng.normal(21, 3.5)), float(rng.normal(1.5, 0.3))
    return float(rng.normal(23, 4)), float(rng.lognormal(np.log(4.5), 0.3))


def _possible(truth: EchoTruth) -> bool:
    v = truth.values
    return (
        2 < v[PCWP] < 40
        and 0.4 < v[PVR] < 20
        and 1.2 < v[CI] < 5.0
        and 9 < v[MPAP] < 75
        and 28 < truth.stroke_ml < 125
        and 30 < truth.weight_kg < 140
        and v[DPAP] > 3
    )
