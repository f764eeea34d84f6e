"""How well the ventricle is outlined in patients that the network never saw, and what the pump is by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage, stats

from inference.models.ventricle import VentricleModel
from inference.models.ventricle_crops import crops_of, on_picture
from inference.models.ventricle_grid import NOMINAL_PIXEL_MM, Maps
from inference.models.ventricle_masks import LIMIT, largest_piece
from training.evaluate import DRAWS, Interval
from training.ventricle_cases import Labelled, by_patient, diastole_of

FEWEST = 5  # patients from which an interval is told
SPACING = (NOMINAL_PIXEL_MM, NOMINAL_PIXEL_MM)


@dataclass(frozen=True)
class PatientMeasure:
    """Overlap with the experts' outlines of one patient, and the ejection fraction of either.

    dice       mean over the pictures; `diastole`, `systole`: of one phase; `volume`: of all pictures at once
    ef, truth  in %, from the areas of the slices that the experts drew in either phase
    edv, esv   volume by the experts' outlines over that by ours, same slices
    """

    patient: str
    pictures: int
    dice: float
    diastole: float
    systole: float
    volume: float
    ef: float
    truth: float
    edv: float
    esv: float


@dataclass(frozen=True)
class Measures:
    """Held-out figures over patients with 95 % intervals by drawing patients; the rows they come from."""

    dice: Interval
    diastole: Interval
    systole: Interval
    volume: Interval
    ef_error: Interval  # mean absolute difference, points
    ef_bias: Interval
    patients: tuple[PatientMeasure, ...]

    def summary(self) -> str:
        """What to print at the end."""
        worst = min(self.patients, key=lambda p: p.dice)
        return (
            f"{len(self.patients)} held-out patients: Dice {self.dice}, diastole {self.diastole}, systole "
            f"{self.systole}, whole ventricle {self.volume}; worst {worst.patient} {worst.dice:.3f}; "
            f"LVEF mean error {self.ef_error} points, bias {self.ef_bias}; one more patient: "
            f"{reach_of(self.patients)}"
        )


def measured_on(model: VentricleModel, cases: Sequence[Labelled], seed: int = 0) -> Measures:
    """Outline every picture of every patient and compare."""
    rows = tuple(measure_patient(model, own) for own in by_patient(cases).values())
    differences = np.array([row.ef - row.truth for row in rows])
    return Measures(
        dice=mean_interval([row.dice for row in rows], seed),
        diastole=mean_interval([row.diastole for row in rows], seed),
        systole=mean_interval([row.systole for row in rows], seed),
        volume=mean_interval([row.volume for row in rows], seed),
        ef_error=mean_interval(np.abs(differences), seed),
        ef_bias=mean_interval(differences, seed),
        patients=rows,
    )


def measure_patient(model: VentricleModel, cases: Sequence[Labelled]) -> PatientMeasure:
    """Figures of one patient."""
    crop = _crop(model, cases)
    made = [_outlined(model, case, crop) for case in cases]
    first = diastole_of(cases)
    early = np.array([case.phase == first for case in cases])
    overlaps = np.array([dice(mask, case.mask) for mask, case in zip(made, cases, strict=True)])
    areas = np.array([mask.sum() for mask in made])
    drawn = np.array([case.mask.sum() for case in cases])
    return PatientMeasure(
        patient=cases[0].patient,
        pictures=len(cases),
        dice=float(overlaps.mean()),
        diastole=float(overlaps[early].mean()),
        systole=float(overlaps[~early].mean()),
        volume=dice(np.stack(made), np.stack([case.mask for case in cases])),
        ef=_ef(areas, early),
        truth=_ef(drawn, early),
        edv=_ratio(drawn[early], areas[early]),
        esv=_ratio(drawn[~early], areas[~early]),
    )


def reach_of(patients: Sequence[PatientMeasure]) -> dict[str, tuple[float, float]] | None:
    """Where the experts' value of one more patient lies in 95 of 100 cases, by Student's distribution.

    Factors of either volume, points around the ejection fraction; None for fewer than five patients.
    """
    rows = [p for p in patients if min(p.edv, p.esv) > 0 and np.isfinite([p.edv, p.esv, p.ef, p.truth]).all()]
    if len(rows) < FEWEST:
        return None
    volumes = {name: np.log([getattr(row, name) for row in rows]) for name in ("edv", "esv")}
    found = {f"lv{name}": np.exp(_one_more(values)) for name, values in volumes.items()}
    found["lvef"] = _one_more(np.array([row.truth - row.ef for row in rows]))
    return {name: (round(float(low), 4), round(float(high), 4)) for name, (low, high) in found.items()}


def _one_more(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(low, high) of the next of independent normal values, at 95 %."""
    count = len(values)
    half = stats.t.ppf(0.975, count - 1) * values.std(ddof=1) * np.sqrt(1 + 1 / count)
    return np.asarray(values.mean() + np.array([-half, half]))


def _ratio(drawn: NDArray[np.int64], made: NDArray[np.int64]) -> float:
    return float(drawn.sum() / made.sum()) if made.sum() else float("nan")


def dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Twice what is shared over the sum of both; 1 where both are empty."""
    total = int(one.sum() + other.sum())
    return 2 * int((one & other).sum()) / total if total else 1.0


def mean_interval(values: ArrayLike, seed: int = 0, draws: int = DRAWS) -> Interval:
    """The mean of independent values, and the middle 95 % of the means of as many drawn from them."""
    given = np.asarray(values, float)
    rng = np.random.default_rng(seed)
    means = given[rng.integers(0, len(given), (draws, len(given)))].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return Interval(float(given.mean()), float(low), float(high))


def _ef(areas: NDArray[np.int64], early: NDArray[np.bool_]) -> float:
    wide, narrow = float(areas[early].sum()), float(areas[~early].sum())
    return 100 * (wide - narrow) / wide if wide else float("nan")


def _crop(model: VentricleModel, cases: Sequence[Labelled]) -> Maps:
    """Found as in a study, from the positions that were drawn in both phases."""
    loops = {p: [c.picture for c in cases if c.position == p] for p in sorted({c.position for c in cases})}
    frames = np.stack([np.stack(loop) for loop in loops.values() if len(loop) == 2])
    return model.locate(torch.from_numpy(frames), SPACING)


def _outlined(model: VentricleModel, case: Labelled, crop: Maps) -> NDArray[np.bool_]:
    """The largest piece that the network finds in one picture, without holes."""
    rows, columns = case.picture.shape
    crops = crops_of(torch.from_numpy(case.picture)[None, None], crop, model.config)
    found = on_picture(model.probabilities(crops), crop, (0, rows, 0, columns))[0, 0] > LIMIT
    filled: NDArray[np.bool_] = ndimage.binary_fill_holes(largest_piece(found))
    return filled
