"""Whether T3D uses the report: restoration with the right one and another's, and where words point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from inference.models.t3d import T3DModel
from training.evaluate import Interval
from training.phantoms.chest_findings import FINDINGS
from training.t3d_batches import Crop, Reading, Restoring, crop_of, hidden_of, reading_of, restoring_of
from training.t3d_cases import TrainCase
from training.t3d_recipe import T3DRecipe
from training.t3d_stages import read, watched
from training.ventricle_measures import mean_interval

SUB_VOLUMES = 4  # of each patient, so that chance of one hole says less


@dataclass(frozen=True, eq=False)
class Pairing:
    """Mean distance in hidden parts by report; how often a finding's words point into it.

    difference  right less another patient's, on the same hidden parts: below zero the report helps
    chance      share of supervoxels that findings take up where they were pointed at
    """

    right: Interval
    shuffled: Interval
    silent: Interval
    difference: Interval
    pointing: Interval
    chance: float


@dataclass(frozen=True, eq=False)
class _Trial:
    right: float
    shuffled: float
    silent: float
    hits: list[float]
    shares: list[float]


def paired(model: T3DModel, cases: Sequence[TrainCase], recipe: T3DRecipe) -> Pairing:
    """Some sub-volumes of each patient, hidden as in training, read with three reports.

    A patient counts once: distances are means over his sub-volumes.
    """
    trials = [[_trial(model, cases, n, k, recipe) for k in range(SUB_VOLUMES)] for n in range(len(cases))]
    right, shuffled, silent = (
        np.array([[getattr(trial, name) for trial in own] for own in trials]).mean(1)
        for name in ("right", "shuffled", "silent")
    )
    hits = [hit for own in trials for trial in own for hit in trial.hits]
    shares = [share for own in trials for trial in own for share in trial.shares]
    return Pairing(
        right=mean_interval(right, recipe.seed),
        shuffled=mean_interval(shuffled, recipe.seed),
        silent=mean_interval(silent, recipe.seed),
        difference=mean_interval(right - shuffled, recipe.seed),
        pointing=mean_interval(hits, recipe.seed) if hits else Interval(np.nan, np.nan, np.nan),
        chance=float(np.mean(shares)) if shares else float("nan"),
    )


def _trial(model: T3DModel, cases: Sequence[TrainCase], number: int, place: int, recipe: T3DRecipe) -> _Trial:
    rng = np.random.default_rng((recipe.seed, 77, number, place))
    case, other = cases[number], cases[(number + 1) % len(cases)]
    c = model.config
    crop = crop_of(case, c, recipe.draw, rng)
    hidden = hidden_of(crop, recipe.hiding, rng)
    noise = int(rng.integers(1 << 30))
    readings = [reading_of([said], c) for said in (case.spoken, other.spoken, ())]
    right, shuffled, silent = (_distance(model, crop, hidden, reading, noise) for reading in readings)
    hits, shares = _pointed(model, crop, readings[0])
    return _Trial(right, shuffled, silent, hits, shares)


def _distance(model: T3DModel, crop: Crop, hidden: NDArray[np.bool_], reading: Reading, noise: int) -> float:
    r: Restoring = restoring_of([crop.grey], [hidden], reading, np.random.default_rng(noise))
    with torch.inference_mode():
        made = model.network.restored(r.corrupted, read(model.network, r.reading)).float()
    return float((made - r.grey).abs()[r.hidden].mean())


def _pointed(model: T3DModel, crop: Crop, reading: Reading) -> tuple[list[float], list[float]]:
    """For each finding in the picture and in the report: whether its words' strongest place shows it."""
    network = model.network
    x = torch.from_numpy(crop.grey)[None, None]
    with torch.inference_mode(), watched(network.interactor.cross_attn.weights) as seen:
        network.interactor(network.pyramid(x), read(network, reading))
    codes = crop.codes.reshape(-1)
    attention = seen[0][0, :, : codes.size].mean(0).float().numpy()[:, len(network.silence) :]
    hits, shares = [], []
    for bit in range(len(FINDINGS)):
        words = reading.topics[0] == bit
        inside = ((codes >> np.uint32(bit)) & 1).astype(bool)
        if words.any() and inside.any():
            hits.append(float(inside[int(attention[:, words].sum(1).argmax())]))
            shares.append(float(inside.mean()))
    return hits, shares
