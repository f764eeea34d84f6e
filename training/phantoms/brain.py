"""Synthetic brain studies with known answers: anatomy, lesions, series, labels, report, all from one seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inference.imaging.volume import Volume
from training.cases import Case, CaseSeries
from training.phantoms.acquisition import acquire
from training.phantoms.anatomy import Build, draw_build, render, warp_of
from training.phantoms.canvas import Canvas
from training.phantoms.findings import labels_of, priority_of, referral_of
from training.phantoms.lesions import KINDS, Lesion, draw_lesion, into_build, resected, scaled
from training.phantoms.painting import paint
from training.phantoms.protocol import SeriesPlan, draw_protocol, rotation
from training.phantoms.reports import report_of
from training.phantoms.signal import SEQUENCES, draw_signals, tissue_signal

CHANGES = ("grown", "shrunk", "resected", "new", "stable")
PIXEL_MM = (0.9, 1.3)
_NORMAL_SHARE = 0.28
_SECOND_SHARE = 0.25
_SOLE = frozenset({"hydrocephalus", "atrophy", "subdural"})  # each shapes the whole head: one per head
_MIDLINE_MM = ((0.0, -30.0, 16.0), (0.0, -8.0, 14.0), (0.0, 14.0, 20.0))  # front to back, in the atlas


@dataclass(frozen=True, eq=False)
class PhantomSeries:
    """One rendered series. `plan` holds how it was acquired."""

    plan: SeriesPlan
    volume: Volume

    @property
    def description(self) -> str:
        """What the scanner calls it."""
        return self.plan.description

    @property
    def sequence(self) -> str:
        """One of SEQUENCES."""
        return self.plan.sequence

    @property
    def plane(self) -> str:
        """axial, sagittal or coronal."""
        return self.plan.plane


@dataclass(frozen=True, eq=False)
class BrainCase:
    """One study of one synthetic patient.

    masks     one per lesion, in their order, on the head's grid: 1 the lesion, 2 oedema around it
    pose      (4, 4) head -> patient, LPS millimetres; two cases of one subject differ by their poses
    shift_mm  how far the midline was pushed to the left (negative: right)
    """

    seed: int
    patient: str
    series: tuple[PhantomSeries, ...]
    lesions: tuple[Lesion, ...]
    masks: tuple[Volume, ...]
    labels: dict[str, bool]
    referral: dict[str, bool]
    priority: str
    report: str
    age: int
    build: Build
    pose: NDArray[np.float64]
    shift_mm: float


@dataclass(frozen=True)
class Head:
    """A subject before any scan: build and lesions."""

    seed: int
    age: int
    build: Build
    lesions: tuple[Lesion, ...]


def brain_case(
    seed: int,
    *,
    lesions: Sequence[str] | None = None,
    series: Sequence[str | SeriesPlan] | None = None,
    pixel_mm: tuple[float, float] = PIXEL_MM,
) -> BrainCase:
    """The study of one seed. `lesions` forces kinds, () a normal brain; `series` sequences or plans.

    `pixel_mm` is the range of in-plane pixel sizes: larger pixels render faster.
    """
    head = draw_head(seed, lesions)
    return scan_head(head, np.random.default_rng((seed, 1)), series=series, pixel_mm=pixel_mm)


def brain_pair(
    seed: int,
    change: str,
    *,
    lesions: Sequence[str] = ("high-grade glioma",),
    series: Sequence[str | SeriesPlan] | None = SEQUENCES,
    pixel_mm: tuple[float, float] = PIXEL_MM,
) -> tuple[BrainCase, BrainCase]:
    """Two studies of one subject; the lesions of the second have changed, and the head lies differently."""
    if change not in CHANGES:
        raise ValueError(f"no change {change!r}; there are {', '.join(CHANGES)}")
    before = draw_head(seed, lesions)
    after = _changed(before, change, np.random.default_rng((seed, 2)))
    pre, post = (
        scan_head(head, np.random.default_rng((seed, stream)), series=series, pixel_mm=pixel_mm)
        for head, stream in ((before, 1), (after, 3))
    )
    return pre, post


def rigid_between(fixed: BrainCase, moving: BrainCase) -> NDArray[np.float64]:
    """(4, 4) patient millimetres of `fixed` -> those of `moving`, for two cases of one subject."""
    truth: NDArray[np.float64] = moving.pose @ np.linalg.inv(fixed.pose)
    return truth


def as_case(case: BrainCase, split: str = "train") -> Case:
    """A phantom in the shape that training consumes."""
    return Case(
        study_uid=f"phantom-{case.seed}",
        patient=case.patient,
        report=case.report,
        labels=dict(case.labels),
        referral=dict(case.referral),
        priority=case.priority,
        split=split,
        series=tuple(CaseSeries(s.description, s.volume, s.plane, s.sequence) for s in case.series),
    )


def draw_head(seed: int, kinds: Sequence[str] | None) -> Head:
    """Who is scanned, and what they have."""
    rng = np.random.default_rng((seed, 0))
    age = int(rng.integers(20, 86))
    build = draw_build(rng, age=age)
    warp = warp_of(build)
    chosen = _draw_kinds(rng) if kinds is None else tuple(kinds)
    return Head(seed, age, build, tuple(draw_lesion(kind, rng, warp) for kind in chosen))


def scan_head(
    head: Head,
    rng: np.random.Generator,
    *,
    series: Sequence[str | SeriesPlan] | None = None,
    pixel_mm: tuple[float, float] = PIXEL_MM,
) -> BrainCase:
    """Render a head, lay it into a scanner and run a protocol."""
    build = head.build
    for lesion in head.lesions:
        build = into_build(build, lesion)
    plans = draw_protocol(rng, series, pixel_mm)
    pose = _draw_pose(rng)
    signal, masks, grid = _painted(build, head.lesions, rng)
    volumes = [acquire(signal[SEQUENCES.index(p.sequence)], grid, p, pose, rng) for p in plans]
    shift_mm = midline_shift_mm(head.build, build)
    labels = labels_of(head.lesions, shift_mm=shift_mm, ventricle_mm=build.ventricle_mm)
    return BrainCase(
        seed=head.seed,
        patient=f"PHANTOM-{head.seed:06d}",
        series=tuple(PhantomSeries(p, v) for p, v in zip(plans, volumes, strict=True)),
        lesions=head.lesions,
        masks=tuple(Volume(m, pose @ grid) for m in masks),
        labels=labels,
        referral=referral_of(head.lesions, labels),
        priority=priority_of(head.lesions, labels),
        report=report_of(head.lesions, labels, [p.sequence for p in plans], rng),
        age=head.age,
        build=build,
        pose=pose,
        shift_mm=shift_mm,
    )


def midline_shift_mm(before: Build, after: Build) -> float:
    """How far the midline was pushed to the left (negative: right) where it was pushed farthest."""
    if not (after.pushes or after.crescents):
        return 0.0
    first, second = warp_of(before), warp_of(after)
    shifts = [second.from_atlas(point)[0] - first.from_atlas(point)[0] for point in _MIDLINE_MM]
    return max(shifts, key=abs)


def _painted(
    build: Build, lesions: Sequence[Lesion], rng: np.random.Generator
) -> tuple[NDArray[np.float32], list[NDArray[np.uint8]], NDArray[np.float64]]:
    """(sequence, k, j, i) signal with its lesions, their masks, and the grid's affine in head coordinates."""
    subject = render(build)
    signals = draw_signals(rng)
    canvas = Canvas(subject, tissue_signal(subject.tissues, signals), signals)
    return canvas.signal, [paint(canvas, lesion) for lesion in lesions], subject.warp.atlas.affine_lps


def draw_kinds(rng: np.random.Generator, shares: Sequence[float]) -> tuple[str, ...]:
    """Diseases of one head; `shares` says how often there are none, one, two ... of them."""
    count = int(rng.choice(len(shares), p=np.asarray(shares) / sum(shares)))
    chosen: list[str] = []
    for kind in map(str, rng.permutation(list(KINDS))):
        if len(chosen) < count and not (kind in _SOLE and _SOLE & set(chosen)):
            chosen.append(kind)
    return tuple(chosen)


def _draw_kinds(rng: np.random.Generator) -> tuple[str, ...]:
    """Nothing in a good quarter of heads, one disease in most others, now and then two."""
    if rng.random() < _NORMAL_SHARE:
        return ()
    first, second = (str(kind) for kind in rng.choice(list(KINDS), 2, replace=False))
    both = rng.random() < _SECOND_SHARE and not {first, second} <= _SOLE
    return (first, second) if both else (first,)


def _draw_pose(rng: np.random.Generator) -> NDArray[np.float64]:
    pose = np.eye(4)
    pose[:3, :3] = rotation(rng.normal(0, (4.0, 3.0, 4.0)).tolist())
    pose[:3, 3] = rng.normal(0, 8, 3)
    return pose


def _changed(head: Head, change: str, rng: np.random.Generator) -> Head:
    factors: Mapping[str, tuple[float, float]] = {"grown": (1.35, 1.6), "shrunk": (0.45, 0.65)}
    if change in factors:
        factor = float(rng.uniform(*factors[change]))
        return replace(head, lesions=tuple(scaled(lesion, factor) for lesion in head.lesions))
    if change == "resected":
        return replace(
            head, lesions=tuple(resected(lesion, rng) if lesion.foci else lesion for lesion in head.lesions)
        )
    if change == "new":
        kind = str(rng.choice(["metastases", "stroke", "haemorrhage", "abscess"]))
        return replace(head, lesions=(*head.lesions, draw_lesion(kind, rng, warp_of(head.build))))
    return head
