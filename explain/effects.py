"""Effects of single features (elements or groups of them) from the answers to masks. Free of torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from explain import ridge
from explain.designs import HadamardBlock, Masks, exact, hadamard_block
from inference.progress import Report, share

Numbers = NDArray[np.float64]
Ask = Callable[[Masks, Report], Numbers]
"""(runs, features) masks -> (runs,) scores; may raise Cancelled."""

SIGNIFICANT = 2.6  # standard errors: under 1 % of features without effect pass
SETTLED = 0.05  # of the largest effect: no standard error needs to be smaller
PRIOR = 8  # degrees of freedom lent by all features to the variance of one


@dataclass(frozen=True, eq=False)
class Estimate:
    """Effects of the features of one unit, with the fit that they come from.

    replicates  (replicates, features): effects from parts of the runs, for the stability of ranks
    """

    fit: ridge.Fit
    replicates: Numbers
    runs: int

    @property
    def effects(self) -> Numbers:
        """(features,) average change of the score when a feature is visible rather than hidden."""
        return self.fit.coefficients

    @property
    def significant(self) -> NDArray[np.bool_]:
        """(features,) effects that masks alone do not explain."""
        least = SIGNIFICANT * self.fit.standard_error + 1e-7 * np.max(np.abs(self.effects), initial=0.0)
        return np.asarray(np.abs(self.effects) > least)

    def spread(self, labels: NDArray[np.int64], runs: int) -> Estimate:
        """The same for elements: those that were hidden together have equal shares of their effect."""
        part = 1.0 / np.bincount(labels)[labels]
        fit = replace(
            self.fit,
            coefficients=self.effects[labels] * part,
            standard_error=self.fit.standard_error[labels] * part,
        )
        return Estimate(fit, self.replicates[:, labels] * part, runs)


def from_masks(
    ask: Ask, masks: Masks, alpha: float | None, kernel_width: float | None, report: Report
) -> Estimate:
    """Weighted ridge on given masks; replicates are fits to every other run."""
    answers, seen = ask(masks, report), masks.astype(float)
    weights = np.ones(len(masks)) if kernel_width is None else ridge.cosine_weights(seen, kernel_width)
    fit = ridge.fit(seen, answers, weights, alpha)
    halves = [ridge.fit(seen[n::2], answers[n::2], weights[n::2], fit.alpha).coefficients for n in (0, 1)]
    return Estimate(fit, np.array(halves), len(masks))


def from_all_masks(ask: Ask, features: int, report: Report) -> Estimate:
    """Every mask there is: the effects are the averages themselves, without an error of sampling."""
    masks = exact(features)
    answers = ask(masks, report)
    effects = np.array([answers[m].mean() - answers[~m].mean() for m in masks.T])
    return Estimate(_fit(masks, answers, effects, np.zeros(features), 0.0), effects[None], len(masks))


def from_blocks(ask: Ask, features: int, named: tuple[int, int], most: int, report: Report) -> Estimate:
    """Fold-over blocks of the (seed, stream) `named`, until what stands out has settled; at least two."""
    blocks: list[HadamardBlock] = []
    answers: list[Numbers] = []
    history: list[tuple[int, ...]] = []
    most = max(2, most)
    for n in range(most):
        blocks.append(hadamard_block(features, *named, block=n))
        answers.append(ask(blocks[-1].masks, share(report, n / most, (n + 1) / most)))
        if n == 0:
            continue
        estimate = _averaged(blocks, answers)
        history.append(_standing_out(estimate))
        report((n + 1) / most, f"{len(history[-1])} blocks stand out after {estimate.runs} masks")
        if _settled(estimate, history):
            break
    return estimate


def _averaged(blocks: list[HadamardBlock], answers: list[Numbers]) -> Estimate:
    """Least squares over orthogonal blocks: plain averages."""
    replicates = np.array([b.effects(y) for b, y in zip(blocks, answers, strict=True)])
    masks, responses = np.concatenate([b.masks for b in blocks]), np.concatenate(answers)
    effects, leverage = replicates.mean(0), (1 + replicates.shape[1]) / len(responses)
    fit = _fit(masks, responses, effects, _standard_errors(blocks, answers, replicates), leverage)
    return Estimate(fit, _jackknife(replicates), len(responses))


def _fit(masks: Masks, answers: Numbers, effects: Numbers, errors: Numbers, leverage: float) -> ridge.Fit:
    mean = float(answers.mean())
    return ridge.Fit(
        coefficients=effects,
        intercept=mean - float(effects.sum()) / 2,
        standard_error=errors,
        left_out=(answers - mean - (masks - 0.5) @ effects) / (1 - leverage),
        weights=np.ones(len(masks)),
        spread=float(np.sum((answers - mean) ** 2)),
    )


def _standard_errors(blocks: list[HadamardBlock], answers: list[Numbers], replicates: Numbers) -> Numbers:
    """Scatter over blocks, steadied by what columns without a feature show of the noise."""
    count, order = len(blocks), blocks[0].order
    power = sum(float(np.sum(b.contrasts(y) ** 2)) for b, y in zip(blocks, answers, strict=True))
    freedom = count * order - replicates.shape[1]
    pooled = max(power - count * float(np.sum(replicates.mean(0) ** 2)), 0.0) / freedom
    own = replicates.var(0, ddof=1)
    variance = (PRIOR * pooled + (count - 1) * own) / (PRIOR + count - 1)
    return np.asarray(np.sqrt(variance / count))


def _jackknife(replicates: Numbers) -> Numbers:
    """(blocks, features): the average without each block in turn."""
    return np.asarray((replicates.sum(0) - replicates) / (len(replicates) - 1))


def _standing_out(estimate: Estimate, count: int = 3) -> tuple[int, ...]:
    """The strongest significant features, best first."""
    strongest = np.argsort(-estimate.effects, kind="stable")[:count]
    return tuple(int(e) for e in strongest if estimate.significant[e])


def _settled(estimate: Estimate, history: list[tuple[int, ...]]) -> bool:
    largest = float(np.max(np.abs(estimate.effects), initial=0.0))
    if float(np.max(estimate.fit.standard_error, initial=0.0)) < SETTLED * largest:
        return True
    return len(history) > 2 and len(set(history[-3:])) == 1
