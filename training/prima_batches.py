"""Encoded studies in memory, and the batches that are drawn from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.models.prima_tokens import StudyTokens, assembled, collate
from inference.networks.prima_config import PrimaConfig
from inference.networks.text import UNNAMED
from training.cases import PRIORITIES
from training.prima_cases import Answers
from training.recipe import Recipe


@dataclass(frozen=True)
class Names:
    """The answers of a run, in the order of the model's scores."""

    diagnoses: tuple[str, ...]
    referrals: tuple[str, ...]
    priorities: tuple[str, ...] = PRIORITIES

    @property
    def binary(self) -> int:
        """Number of answers that are yes or no."""
        return len(self.diagnoses) + len(self.referrals)


@dataclass(frozen=True, eq=False)
class LatentSeries:
    """One series after the tokenizer."""

    name: str
    latents: Tensor  # (n, 256) half
    position: NDArray[np.float32]  # (n, 3)
    orientation: int
    marks: Tensor  # (n, labels) bool


@dataclass(frozen=True, eq=False)
class LatentStudy:
    """One study after the tokenizer."""

    answers: Answers
    series: tuple[LatentSeries, ...]


@dataclass(frozen=True, eq=False)
class Truth:
    """What is known about some studies, in the order of the scores; `known` is 0 where nobody knows."""

    binary: Tensor  # (b, diagnoses + referrals)
    binary_known: Tensor
    priority: Tensor  # (b, levels)
    priority_known: Tensor  # (b,)


def names_of(studies: Sequence[Answers]) -> Names:
    """Every label and referral that at least one study knows, in the order of their first appearance."""
    labels = dict.fromkeys(n for s in studies for n, v in s.labels.items() if v is not None)
    referrals = dict.fromkeys(n for s in studies for n, v in s.referral.items() if v is not None)
    levels = PRIORITIES if any(s.priority for s in studies) else ()
    return Names(tuple(labels), tuple(referrals), levels)


def truth_of(studies: Sequence[Answers], names: Names) -> Truth:
    """The answers of some studies as tensors."""
    rows = [
        [s.labels.get(n) for n in names.diagnoses] + [s.referral.get(n) for n in names.referrals]
        for s in studies
    ]
    levels = [[float(s.priority == level) for level in names.priorities] for s in studies]
    priority = torch.tensor(levels).reshape(len(studies), len(names.priorities))
    return Truth(
        binary=torch.tensor([[float(bool(v)) for v in row] for row in rows]),
        binary_known=torch.tensor([[float(v is not None) for v in row] for row in rows]),
        priority=priority,
        priority_known=priority.sum(1),
    )


def moved(truth: Truth, device: torch.device) -> Truth:
    """The same on another device."""
    return Truth(
        *(t.to(device) for t in (truth.binary, truth.binary_known, truth.priority, truth.priority_known))
    )


def picked(truth: Truth, rows: Tensor) -> Truth:
    """Some rows of it."""
    return Truth(
        truth.binary[rows], truth.binary_known[rows], truth.priority[rows], truth.priority_known[rows]
    )


def same_content(studies: Sequence[Answers], truth: Truth) -> Tensor:
    """(b, b) bool: pairs of studies whose reports say the same, word by word or label by label."""
    texts = np.array([s.report for s in studies])
    equal = torch.from_numpy(texts[:, None] == texts[None, :])
    known = truth.binary_known.bool()
    both = (known[:, None] & known[None, :]).all(2)
    alike = (truth.binary[:, None] == truth.binary[None, :]).all(2)
    return equal | (alike & both)


def tensors_of(studies: Sequence[LatentStudy], c: PrimaConfig) -> dict[str, Tensor]:
    """A padded batch of whole studies, as the model's own preparation would make it."""
    return collate(
        [
            StudyTokens(
                [assembled(s.latents.float(), s.position, s.orientation, c) for s in study.series],
                [s.name for s in study.series],
                study.answers.description,
            )
            for study in studies
        ]
    )


def thinned(study: LatentStudy, recipe: Recipe, rng: np.random.Generator) -> LatentStudy:
    """A study as another scanner might have sent it: fewer series, another order, tokens or names missing."""
    order = rng.permutation(len(study.series))
    if rng.random() < recipe.series_drop:
        order = order[: rng.integers(1, len(order) + 1)]
    return replace(study, series=tuple(_thinned(study.series[n], recipe, rng) for n in order))


def drawn(count: int, batch: int, seed: int, step: int) -> list[int]:
    """The studies of one step, by number: each once before any comes again."""
    per_round = max(1, count // batch)
    order = np.random.default_rng((seed, step // per_round)).permutation(count)
    start = step % per_round * batch
    return [int(n) for n in order[start : start + batch]]


def alike_rows(lengths: NDArray[np.int64], batch: int, seed: int, step: int) -> list[int]:
    """The same for series, those of one step of similar length: little of it is padding."""
    per_round = max(1, len(lengths) // batch)
    rng = np.random.default_rng((seed, 7, step // per_round))
    order = rng.permutation(len(lengths))[: per_round * batch]
    shelves = [order[n : n + 8 * batch] for n in range(0, len(order), 8 * batch)]
    order = np.concatenate([shelf[np.argsort(lengths[shelf], kind="stable")] for shelf in shelves])
    start = int(rng.permutation(per_round)[step % per_round]) * batch
    return [int(n) for n in order[start : start + batch]]


def chunks(studies: Sequence[LatentStudy], size: int) -> Iterator[Sequence[LatentStudy]]:
    """The studies in order, some at a time."""
    for start in range(0, len(studies), size):
        yield studies[start : start + size]


def _thinned(series: LatentSeries, recipe: Recipe, rng: np.random.Generator) -> LatentSeries:
    keep = rng.random(len(series.latents)) >= recipe.token_drop * rng.random() * 2
    keep[rng.integers(len(keep))] = True
    return LatentSeries(
        name=UNNAMED if rng.random() < recipe.name_drop else series.name,
        latents=series.latents[torch.from_numpy(keep)],
        position=series.position[keep],
        orientation=series.orientation,
        marks=series.marks[torch.from_numpy(keep)],
    )
