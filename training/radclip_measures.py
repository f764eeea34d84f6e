"""How well pictures, volumes and words find each other on held-out patients; chance stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.networks.radclip import RadCLIP
from training.calibration import expected_calibration_error, fit_platt
from training.evaluate import DRAWS, Interval
from training.phantoms.radclip import KINDS
from training.radclip_cases import Pictures, Volumes

Kinds = NDArray[np.int64]
Scores = NDArray[np.float32]
DEPTHS = (1, 5, 10, 50)


@dataclass(frozen=True)
class Figure:
    """A figure with its interval, and what guessing would reach."""

    name: str
    value: Interval
    chance: float
    cases: int

    def __str__(self) -> str:
        return f"{self.name}: {self.value}, chance {self.chance:.3f}, n {self.cases}"


@dataclass(frozen=True)
class Retrieval:
    """Of a gallery, for queries whose true items are known: means over queries.

    precision, recall  at each depth: share of the first k that are true; whether any of them is
    chance             share of true items in the gallery: what a random order has as precision
    """

    queries: int
    precision: dict[int, Interval]
    recall: dict[int, float]
    average: Interval
    median_rank: float
    chance: float

    def lines(self, name: str) -> list[str]:
        """What to print."""
        at = "  ".join(f"P@{k} {v}" for k, v in self.precision.items())
        hit = "  ".join(f"R@{k} {v:.3f}" for k, v in self.recall.items())
        return [
            f"{name}: {at}",
            f"{name}: {hit}  mAP {self.average}  median rank {self.median_rank:.0f}  "
            f"chance {self.chance:.3f}  queries {self.queries}",
        ]


def retrieval(scores: Scores, true: NDArray[np.bool_], seed: int = 0) -> Retrieval:
    """`scores` and `true` (queries, gallery); every query has one true item at least."""
    order = np.argsort(-scores, axis=1, kind="stable")
    hits = np.take_along_axis(true, order, axis=1)
    ranks = np.arange(1, hits.shape[1] + 1)
    average = ((hits.cumsum(1) / ranks) * hits).sum(1) / hits.sum(1)
    depths = [k for k in DEPTHS if k <= hits.shape[1]]
    return Retrieval(
        queries=len(hits),
        precision={k: mean_of(hits[:, :k].mean(1), seed) for k in depths},
        recall={k: float(hits[:, :k].any(1).mean()) for k in depths},
        average=mean_of(average, seed),
        median_rank=float(np.median(hits.argmax(1) + 1)),
        chance=float(true.mean()),
    )


def mean_of(
    values: NDArray[np.floating] | NDArray[np.bool_], seed: int = 0, cases: Sequence[int] | None = None
) -> Interval:
    """A mean and its 95 % interval by drawing cases (patients) with what belongs to them."""
    given = np.asarray(values, float)
    _, group = np.unique(np.arange(len(given)) if cases is None else np.asarray(cases), return_inverse=True)
    sums, counts = np.bincount(group, given), np.bincount(group)
    drawn = np.random.default_rng(seed).integers(0, len(sums), (DRAWS, len(sums)))
    low, high = np.percentile(sums[drawn].sum(1) / counts[drawn].sum(1), (2.5, 97.5))
    return Interval(float(given.mean()), float(low), float(high))


@dataclass(frozen=True)
class PictureMeasures:
    """Pictures against captions."""

    top1: Figure
    top5: Figure
    by_text: Retrieval
    by_picture: Retrieval

    def lines(self, name: str) -> list[str]:
        """What to print."""
        return [
            f"{name}: {self.top1}",
            f"{name}: {self.top5}",
            *self.by_text.lines(f"{name}, text to picture"),
            *self.by_picture.lines(f"{name}, picture to picture"),
        ]


def measure_pictures(features: Tensor, words: Tensor, cases: Pictures, seed: int = 0) -> PictureMeasures:
    """`features` (n, d) of the pictures, `words` (kinds, d) of all captions."""
    cosines = (features @ words.T).numpy()
    n, kinds = cosines.shape
    people = cases.patient.tolist()
    rank = (cosines > cosines[np.arange(n), cases.kind][:, None]).sum(1)
    present = np.unique(cases.kind)
    between = (features @ features.T).numpy()
    np.fill_diagonal(between, -2.0)
    same = cases.kind[:, None] == cases.kind[None]
    np.fill_diagonal(same, False)
    usable = same.any(1)
    return PictureMeasures(
        top1=Figure("picture to caption, top 1", mean_of(rank < 1, seed, people), 1 / kinds, n),
        top5=Figure("picture to caption, top 5", mean_of(rank < 5, seed, people), 5 / kinds, n),
        by_text=retrieval(cosines.T[present], cases.kind[None] == present[:, None], seed),
        by_picture=retrieval(between[usable], same[usable], seed),
    )


def measure_volumes(pooled: Tensor, words: Tensor, cases: Volumes, seed: int = 0) -> Figure:
    """Top 1 of volumes among the captions that volumes have."""
    deep = np.array([n for n, kind in enumerate(KINDS) if not kind.is_flat])
    found = deep[(pooled @ words[torch.from_numpy(deep)].T).argmax(1).numpy()]
    right = mean_of(found == cases.kind, seed, cases.patient.tolist())
    return Figure("volume to caption, top 1", right, 1 / len(deep), len(cases))


def top_slice_hits(network: RadCLIP, features: Tensor, cases: Volumes, seed: int = 0) -> Figure:
    """Of the volumes with a finding: how often the slice with the most attention shows it."""
    n, slices = cases.lesion.shape
    with torch.no_grad():
        where = torch.arange(slices).expand(n, -1)
        shares = network.shares(features, where, torch.ones(n, slices, dtype=torch.bool)).numpy()
    ill = cases.lesion.any(1)
    hit = cases.lesion[np.arange(n), shares.argmax(1)][ill]
    chance = float(cases.lesion[ill].mean())
    return Figure("top slice shows the finding", mean_of(hit, seed), chance, int(ill.sum()))


def calibration(cosines: Scores, kind: Kinds) -> tuple[float, float]:
    """(slope, intercept) of the chance that a caption is true, from all pairs of pictures and captions."""
    true = kind[:, None] == np.arange(cosines.shape[1])[None]
    return fit_platt(true.ravel(), cosines.ravel())


def calibration_error(cosines: Scores, kind: Kinds, platt: tuple[float, float]) -> float:
    """Expected calibration error over all pairs."""
    true = kind[:, None] == np.arange(cosines.shape[1])[None]
    probability = 1 / (1 + np.exp(-(platt[0] * cosines + platt[1])))
    return expected_calibration_error(true.ravel(), probability.ravel())
