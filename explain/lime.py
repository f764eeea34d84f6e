"""LIME over the elements (volume tokens) of every unit (series) of a study.

Elements are truly dropped, one unit at a time, while all other units stay in the study as they are: only the
unit in question is encoded again, and its encodings are kept, so that a second target costs no encoding.
A coefficient is the average change of the score when a block is visible rather than hidden, while half of
the other blocks of its series are hidden. It is no share and no probability; the coefficients do not add up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from explain import designs, ridge
from explain.attribution import Attribution, Check
from explain.encodings import Encoder, EncodingCache
from explain.maps import Kind, Maps, Subject, answered, attribution
from explain.shapley import by_unit
from explain.stability import top_stability
from inference.model import Inputs, UnitModel
from inference.progress import Report, share, silent

Numbers = NDArray[np.float64]

SIGNIFICANT = 2.6  # standard errors: under 1 % of blocks without effect pass
SETTLED = 0.05  # of the largest effect: no standard error needs to be smaller
PRIOR = 8  # degrees of freedom lent by all blocks of a unit to the variance of one
KIND = Kind(
    "LIME",
    "",
    signed=True,
    additive=False,
    remark="A block's score is the average change when it is visible rather than hidden.",
)


@dataclass(frozen=True)
class LimeOptions:
    """How masks are drawn and how the linear model is fitted.

    design        "hadamard", "antithetic", "bernoulli" or "exact"; a unit of few elements is done exactly
    runs          masks per unit for "bernoulli" and "antithetic"
    blocks        most fold-over blocks per unit for "hadamard"; at least two are run
    alpha         ridge penalty; None takes the one that foretells left-out runs best
    kernel_width  of the cosine kernel of `lime`; None weighs all runs alike
    alone         leave the other units out of the study, as Prima's own script does
    refill        replace masks that hide everything by masks that hide nothing
    """

    preset: str = "default"
    design: Literal["hadamard", "antithetic", "bernoulli", "exact"] = "hadamard"
    runs: int = 1000
    blocks: int = 4
    alpha: float | None = None
    kernel_width: float | None = None
    alone: bool = False
    refill: bool = True
    seed: int = 0


PRESETS: Mapping[str, LimeOptions] = {
    "default": LimeOptions(),
    "prima": LimeOptions("prima", "bernoulli", alpha=1.0, alone=True),
    "lime": LimeOptions("lime", "bernoulli", alpha=1.0, kernel_width=0.25, refill=False),
}


@dataclass(frozen=True, eq=False)
class _Estimate:
    """Effects of one unit's elements, with the fit that they come from."""

    fit: ridge.Fit
    replicates: Numbers  # (replicates, elements): effects from parts of the runs, for the stability of ranks
    runs: int

    @property
    def effects(self) -> Numbers:
        return self.fit.coefficients

    @property
    def significant(self) -> NDArray[np.bool_]:
        least = SIGNIFICANT * self.fit.standard_error + 1e-7 * np.max(np.abs(self.effects), initial=0.0)
        return np.asarray(np.abs(self.effects) > least)


def lime(
    model: UnitModel,
    inputs: Inputs,
    target: str,
    *,
    options: LimeOptions = PRESETS["default"],
    cache: EncodingCache | None = None,
    report: Report = silent,
) -> Attribution:
    """Explain `target` by a linear model of what hiding blocks does to its score, series by series."""
    answered(model.card, target)
    encoder = Encoder(model, inputs, cache)
    whole = encoder.whole(share(report, 0.0, 0.02))
    score = float(encoder.scores(whole[None], target)[0])
    estimates = []
    for unit, place in enumerate(inputs.places):
        start, end = (0.02 + 0.97 * (unit + n) / encoder.units for n in (0, 1))
        report(start, f"hiding blocks of {place.title}")
        estimates.append(_estimate(_Unit(encoder, unit, target, options), share(report, start, end)))
    totals, nothing = by_unit(encoder, target, seed=options.seed)
    maps = Maps(
        scores=[e.effects for e in estimates],
        totals=totals.tolist(),
        standard_errors=[e.fit.standard_error for e in estimates],
        significant=[e.significant for e in estimates],
        checks=_checks(estimates),
        baseline_score=nothing,
    )
    subject = Subject(model.card, inputs.study_uid, inputs.places, target, score)
    parameters = {k: v for k, v in asdict(options).items() if v is not None and k != "seed"}
    parameters["masks"] = sum(e.runs for e in estimates)
    made = attribution(subject, KIND, maps, seed=options.seed, parameters=parameters)
    return replace(made, evidence=replace(made.evidence, forwards=encoder.forwards))


@dataclass(frozen=True, eq=False)
class _Unit:
    """One unit of a study, whose elements are hidden while the others stay."""

    encoder: Encoder
    number: int
    target: str
    options: LimeOptions

    @property
    def elements(self) -> int:
        return len(self.encoder.inputs.places[self.number])

    @property
    def stream(self) -> int:
        """Names the random stream, so that the masks of a series do not depend on its place in the study."""
        return crc32(self.encoder.inputs.places[self.number].display_set_uid.encode())

    def answers(self, masks: designs.Masks, report: Report) -> Numbers:
        encodings = self.encoder.masked(self.number, masks, report)
        return self.encoder.scores_of_unit(self.number, encodings, self.target, alone=self.options.alone)


def _estimate(unit: _Unit, report: Report) -> _Estimate:
    options, elements = unit.options, unit.elements
    if options.design == "hadamard" and 1 << elements > 4 * options.blocks * designs.SMALLEST_ORDER:
        return _hadamard(unit, report)
    if options.design == "bernoulli":
        masks = designs.bernoulli(elements, options.runs, options.seed, refill=options.refill)
    elif options.design == "antithetic":
        masks = designs.antithetic(elements, options.runs, options.seed, unit.stream)
    else:
        return _exact(unit, report)
    return _fitted(unit, masks, report)


def _fitted(unit: _Unit, masks: designs.Masks, report: Report) -> _Estimate:
    """Weighted ridge on the given masks."""
    answers, seen = unit.answers(masks, report), masks.astype(float)
    width = unit.options.kernel_width
    weights = np.ones(len(masks)) if width is None else ridge.cosine_weights(seen, width)
    fit = ridge.fit(seen, answers, weights, unit.options.alpha)
    halves = [ridge.fit(seen[n::2], answers[n::2], weights[n::2], fit.alpha).coefficients for n in (0, 1)]
    return _Estimate(fit, np.array(halves), len(masks))


def _exact(unit: _Unit, report: Report) -> _Estimate:
    """All masks there are: the effects are the averages themselves, without an error of sampling."""
    masks = designs.exact(unit.elements)
    answers = unit.answers(masks, report)
    effects = np.array([answers[m].mean() - answers[~m].mean() for m in masks.T])
    residual = answers - answers.mean() - (masks - 0.5) @ effects
    fit = ridge.Fit(
        coefficients=effects,
        intercept=float(answers.mean() - effects.sum() / 2),
        standard_error=np.zeros(unit.elements),
        left_out=residual,
        weights=np.ones(len(masks)),
        spread=float(np.sum((answers - answers.mean()) ** 2)),
    )
    return _Estimate(fit, effects[None], len(masks))


def _hadamard(unit: _Unit, report: Report) -> _Estimate:
    """Blocks until what stands out has settled, at least two."""
    blocks: list[designs.HadamardBlock] = []
    answers: list[Numbers] = []
    history: list[tuple[int, ...]] = []
    most = max(2, unit.options.blocks)
    for n in range(most):
        block = designs.hadamard_block(unit.elements, unit.options.seed, unit.stream, n)
        blocks.append(block)
        answers.append(unit.answers(block.masks, share(report, n / most, (n + 1) / most)))
        if n == 0:
            continue
        estimate = _from_blocks(blocks, answers)
        history.append(_standing_out(estimate))
        report((n + 1) / most, f"{len(history[-1])} blocks stand out after {estimate.runs} masks")
        if _settled(estimate, history):
            break
    return estimate


def _from_blocks(blocks: list[designs.HadamardBlock], answers: list[Numbers]) -> _Estimate:
    """Least squares over orthogonal blocks: plain averages."""
    replicates = np.array([b.effects(y) for b, y in zip(blocks, answers, strict=True)])
    effects = replicates.mean(0)
    responses = np.concatenate(answers)
    masks = np.concatenate([b.masks for b in blocks])
    residual = responses - responses.mean() - (masks - 0.5) @ effects
    leverage = (1 + len(effects)) / len(responses)
    fit = ridge.Fit(
        coefficients=effects,
        intercept=float(responses.mean() - effects.sum() / 2),
        standard_error=_standard_errors(blocks, answers, replicates),
        left_out=residual / (1 - leverage),
        weights=np.ones(len(responses)),
        spread=float(np.sum((responses - responses.mean()) ** 2)),
    )
    return _Estimate(fit, _jackknife(replicates), len(responses))


def _standard_errors(
    blocks: list[designs.HadamardBlock], answers: list[Numbers], replicates: Numbers
) -> Numbers:
    """Scatter over blocks, steadied by what columns without an element show of the noise."""
    count, order = len(blocks), blocks[0].order
    power = sum(float(np.sum(b.contrasts(y) ** 2)) for b, y in zip(blocks, answers, strict=True))
    freedom = count * order - replicates.shape[1]
    pooled = max(power - count * float(np.sum(replicates.mean(0) ** 2)), 0.0) / freedom
    own = replicates.var(0, ddof=1)
    variance = (PRIOR * pooled + (count - 1) * own) / (PRIOR + count - 1)
    return np.asarray(np.sqrt(variance / count))


def _jackknife(replicates: Numbers) -> Numbers:
    """(blocks, elements): the average without each block in turn."""
    count = len(replicates)
    return np.asarray((replicates.sum(0) - replicates) / (count - 1))


def _standing_out(estimate: _Estimate, count: int = 3) -> tuple[int, ...]:
    """The strongest significant elements, best first."""
    strongest = np.argsort(-estimate.effects, kind="stable")[:count]
    return tuple(int(e) for e in strongest if estimate.significant[e])


def _settled(estimate: _Estimate, history: list[tuple[int, ...]]) -> bool:
    largest = float(np.max(np.abs(estimate.effects), initial=0.0))
    if float(np.max(estimate.fit.standard_error, initial=0.0)) < SETTLED * largest:
        return True
    return len(history) > 2 and len(set(history[-3:])) == 1


def _checks(estimates: list[_Estimate]) -> tuple[Check, ...]:
    r2 = ridge.pooled_r2([e.fit for e in estimates])
    verdict = "pass" if r2 >= 0.2 else "amber" if r2 >= 0.0 else "fail"
    meaning = {
        "pass": "the blocks' effects foretell scores under new masks",
        "amber": "the blocks act together more than apart: read the map as a rough guide",
        "fail": "the blocks' effects do not foretell scores under new masks: do not use this map",
    }[verdict]
    standing = sum(int((e.significant & (e.effects > 0)).sum()) for e in estimates)
    few = "no block raises the score beyond chance" if standing == 0 else f"{standing} blocks raise the score"
    return (
        Check("leave-one-out R2", r2, verdict, f"{r2:.2f}: {meaning}"),
        Check("blocks beyond chance", standing, "pass" if standing else "amber", few),
        top_stability(
            np.concatenate([e.effects for e in estimates]),
            [e.replicates for e in estimates],
            np.concatenate([e.significant for e in estimates]),
        ),
    )
