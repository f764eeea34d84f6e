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
from explain.effects import Ask, Estimate, from_all_masks, from_blocks, from_masks
from explain.encodings import Encoder, EncodingCache
from explain.groups import boxes, split
from explain.maps import Kind, Maps, Subject, answered, attribution
from explain.shapley import by_unit
from explain.stability import top_stability
from inference.model import Inputs, UnitModel
from inference.progress import Report, share, silent

Numbers = NDArray[np.float64]

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
    finest        most elements of a series that are hidden one by one by "hadamard": beyond, boxes of
                  neighbours come first, and only the strongest are taken apart
    alone         leave the other units out of the study, as Prima's own script does
    refill        replace masks that hide everything by masks that hide nothing
    """

    preset: str = "default"
    design: Literal["hadamard", "antithetic", "bernoulli", "exact"] = "hadamard"
    runs: int = 1000
    blocks: int = 4
    finest: int = 256
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

    def grouped(self, labels: NDArray[np.int64]) -> Ask:
        """Answers to masks of groups: elements with one label are hidden together."""
        return lambda masks, report: self.answers(masks[:, labels], report)


def _estimate(unit: _Unit, report: Report) -> Estimate:
    options, elements = unit.options, unit.elements
    if options.design == "bernoulli":
        masks = designs.bernoulli(elements, options.runs, options.seed, refill=options.refill)
    elif options.design == "antithetic":
        masks = designs.antithetic(elements, options.runs, options.seed, unit.stream)
    elif options.design == "exact" or 1 << elements <= 4 * options.blocks * designs.SMALLEST_ORDER:
        return from_all_masks(unit.answers, elements, report)
    elif elements > options.finest:
        return _from_coarse_to_fine(unit, report)
    else:
        return from_blocks(unit.answers, elements, (options.seed, unit.stream), options.blocks, report)
    return from_masks(unit.answers, masks, options.alpha, options.kernel_width, report)


def _from_coarse_to_fine(unit: _Unit, report: Report) -> Estimate:
    """Hide boxes of neighbours first, then the elements of the strongest boxes beside the other boxes."""
    options, place = unit.options, unit.encoder.inputs.places[unit.number]
    labels = boxes(place, options.finest // 2)
    groups, named = int(labels.max()) + 1, (options.seed, unit.stream)
    coarse = from_blocks(unit.grouped(labels), groups, named, 2, share(report, 0.0, 0.3))
    strengths = np.abs(coarse.effects)
    if unit.encoder.model.moves or unit.encoder.model.together:
        strengths = _strengths(unit, labels)
    labels = split(labels, strengths, options.finest, place if unit.encoder.model.together else None)
    fine = from_blocks(
        unit.grouped(labels),
        int(labels.max()) + 1,
        (options.seed, unit.stream + 1),
        options.blocks,
        share(report, 0.3, 1.0),
    )
    return fine.spread(labels, coarse.runs + fine.runs)


def _strengths(unit: _Unit, labels: NDArray[np.int64]) -> Numbers:
    """(boxes,) what they do to all targets together: then every target shares the masks of all stages.

    The encodings are there already; the joining network is small.
    """
    total = np.zeros(int(labels.max()) + 1)
    for target in unit.encoder.model.card.targets:
        asked = replace(unit, target=target.name)
        named = (unit.options.seed, unit.stream)
        effects = np.abs(from_blocks(asked.grouped(labels), len(total), named, 2, silent).effects)
        total += effects / max(float(effects.max()), 1e-12)
    return total


def _checks(estimates: list[Estimate]) -> tuple[Check, ...]:
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
