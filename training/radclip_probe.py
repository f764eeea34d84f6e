"""Linear probe: how much of the answer lies open in frozen features. Logistic regression by folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from training.evaluate import Interval, auroc
from training.radclip_measures import mean_of

FOLDS = 5
RIDGE = 1e-3
_STEPS = 60


@dataclass(frozen=True, eq=False)
class Probe:
    """Weights of a logistic regression on standardised features."""

    mean: Tensor
    spread: Tensor
    weight: Tensor  # (classes, d)
    bias: Tensor  # (classes,)

    def chances(self, features: Tensor) -> NDArray[np.float64]:
        """(n, classes)."""
        x = (features.double() - self.mean) / self.spread
        found: NDArray[np.float64] = (x @ self.weight.T + self.bias).softmax(1).numpy()
        return found


@dataclass(frozen=True)
class ProbeMeasures:
    """Over all folds, each case scored by a probe that never saw its patient."""

    accuracy: Interval
    macro_auroc: float
    macro_f1: float
    chance: float  # of the accuracy: the share of the commonest class
    cases: int

    def __str__(self) -> str:
        return (
            f"linear probe, {FOLDS} folds: accuracy {self.accuracy}, macro AUROC {self.macro_auroc:.3f}, "
            f"macro F1 {self.macro_f1:.3f}; chance {self.chance:.3f} (AUROC 0.500), n {self.cases}"
        )


def fitted(
    features: Tensor,
    kind: NDArray[np.int64],
    *,
    classes: int = 0,
    ridge: float = RIDGE,
    balanced: bool = False,
) -> Probe:
    """Multinomial logistic regression; `balanced` weighs classes alike however many cases they have.

    classes  how many there are, where the highest may be missing among these cases
    """
    x, truth = features.double(), torch.from_numpy(kind)
    mean, spread = x.mean(0), x.std(0).clamp(min=1e-6)
    x = (x - mean) / spread
    classes = max(classes, int(truth.max()) + 1)
    counts = torch.bincount(truth, minlength=classes).double().clamp(min=1)
    weights = counts.sum() / counts / classes if balanced else torch.ones(classes, dtype=torch.float64)
    weight = torch.zeros(classes, x.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        found = cross_entropy(x @ weight.T + bias, truth, weight=weights) + ridge * weight.square().sum()
        found.backward()  # type: ignore[no-untyped-call]  # torch does not annotate it
        return found

    optimiser.step(loss)  # type: ignore[no-untyped-call]  # torch does not annotate it
    return Probe(mean, spread, weight.detach(), bias.detach())


def cross_validated(
    features: Tensor, kind: NDArray[np.int64], patients: Sequence[int], seed: int = 0
) -> ProbeMeasures:
    """Stratified by class; all cases of a patient lie in one fold."""
    fold = folds_of(kind, np.asarray(patients), seed)
    names, classes = np.unique(kind, return_inverse=True)
    chances = np.zeros((len(kind), len(names)))
    for n in range(FOLDS):
        own = fold == n
        probe = fitted(features[torch.from_numpy(~own)], classes[~own], classes=len(names))
        chances[own] = probe.chances(features[torch.from_numpy(own)])
    right = chances.argmax(1) == classes
    areas = [auroc(classes == c, chances[:, c]) for c in range(len(names))]
    return ProbeMeasures(
        accuracy=mean_of(right, seed, list(patients)),
        macro_auroc=float(np.mean(areas)),
        macro_f1=macro_f1(classes, chances.argmax(1)),
        chance=float(np.bincount(classes).max() / len(classes)),
        cases=len(kind),
    )


def folds_of(kind: NDArray[np.int64], patients: NDArray[np.int64], seed: int = 0) -> NDArray[np.int64]:
    """Fold of every case: patients of each class are dealt out in turn."""
    rng = np.random.default_rng((seed, 9))
    fold = np.zeros(len(kind), np.int64)
    people, first = np.unique(patients, return_index=True)
    turn = 0
    for k in np.unique(kind):
        for person in rng.permutation(people[kind[first] == k]):
            fold[patients == person] = turn % FOLDS
            turn += 1
    return fold


def macro_f1(truth: NDArray[np.int64], found: NDArray[np.int64]) -> float:
    """Mean over classes of the harmonic mean of precision and recall."""
    scores = []
    for c in np.unique(truth):
        both = int(((truth == c) & (found == c)).sum())
        total = int((truth == c).sum() + (found == c).sum())
        scores.append(2 * both / total if total else 0.0)
    return float(np.mean(scores))
