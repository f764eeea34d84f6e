"""Whether a map tells the truth about its model: hide what it points at and see what the score does.

Hiding is always the true dropping of elements, never black paint. Random orders are encoded once per study
and serve every method and every target, for deletion and (read backwards) for insertion alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from explain import parts
from explain.attribution import Attribution, Check, Top
from explain.designs import Masks
from explain.encodings import Encoder, EncodingCache
from inference.model import Inputs, UnitModel
from inference.progress import Report, share, silent

Numbers = NDArray[np.float64]
Order = NDArray[np.int64]

ORDERS = 20
STEPS = 16
LETTERS = 3
POLARITY = 10


@dataclass(frozen=True, eq=False)
class Trial:
    """One attribution before its model: scores under any choice of kept elements."""

    encoder: Encoder
    attribution: Attribution
    seed: int = 0

    @property
    def steps(self) -> int:
        """In how many steps everything is hidden: fewer where one encoding is slow."""
        return STEPS // 2 if self.encoder.model.together else STEPS

    @property
    def values(self) -> Numbers:
        """(elements of all units,) scores of the map."""
        return np.concatenate([unit.scores for unit in self.attribution.units]).astype(float)

    def answers(self, keep: Masks, report: Report = silent) -> Numbers:
        """(rows,) scores of the model with only the elements of each row of `keep` (rows, all elements)."""
        encodings = []
        masks = parts.by_unit(keep, self.encoder.inputs.places)
        for unit, mask in enumerate(masks):
            distinct, back = np.unique(mask, axis=0, return_inverse=True)
            stretch = share(report, unit / len(masks), (unit + 1) / len(masks))
            found = self.encoder.masked(unit, distinct.astype(bool), stretch)
            encodings.append(found[torch.from_numpy(back.reshape(-1)).to(found.device)])
        return self.encoder.scores(torch.stack(encodings, 1), self.attribution.target.name)

    def without(self, hidden: Sequence[Sequence[int]]) -> Numbers:
        """(rows,) scores with each row's elements hidden."""
        keep = np.ones((len(hidden), len(self.values)), bool)
        for row, elements in enumerate(hidden):
            keep[row, list(elements)] = False
        return self.answers(keep)


def with_evidence(
    model: UnitModel,
    inputs: Inputs,
    made: Attribution,
    *,
    cache: EncodingCache | None = None,
    report: Report = silent,
) -> Attribution:
    """The same attribution with what hiding shows about it: checks and the sentence for the reader."""
    trial = Trial(Encoder(model, inputs, cache), made, made.seed)
    if not trial.values.size:
        return made
    report(0.0, "hiding blocks in the order of the map")
    deletion, insertion = against_chance(trial, share(report, 0.0, 0.8))
    confirmation, sentence = confirmed(trial)
    checks = (deletion, insertion, confirmation, polarity(trial))
    evidence = replace(
        made.evidence,
        checks=made.evidence.checks + checks,
        sentence=sentence,
        forwards=made.evidence.forwards + trial.encoder.forwards,
    )
    return replace(made, evidence=evidence)


def against_chance(trial: Trial, report: Report = silent) -> tuple[Check, Check]:
    """Deletion and insertion of the map's order, each beside 20 random orders."""
    best_first = np.argsort(-trial.values, kind="stable")
    steps = [share(report, n / ORDERS, (n + 1) / ORDERS) for n in range(ORDERS)]
    chance = [areas(trial, order, step) for order, step in zip(_random(trial), steps, strict=True)]
    kept_last = areas(trial, best_first)  # of the curve that loses the best elements first
    kept_first = areas(trial, best_first[::-1])
    lower = sum(kept_last < area for area in chance)
    higher = sum(kept_first > area for area in chance)
    report(1.0, "")
    hiding = "hiding the strongest blocks first lowers the score faster"
    showing = "showing the strongest blocks first raises the score faster"
    return (
        _rank("deletion against chance", lower, hiding, least=0.5),
        _rank("insertion against chance", higher, showing, least=0.1),
    )


def areas(trial: Trial, hidden_first: Order, report: Report = silent) -> float:
    """Mean score while elements are hidden in the given order, from none to all."""
    answers = trial.answers(shrinking(hidden_first, trial.steps), report)
    return float(np.mean((answers[1:] + answers[:-1]) / 2))


def shrinking(hidden_first: Order, steps: int = STEPS) -> Masks:
    """(steps + 1, elements): everything kept, then ever less of it in equal steps, then nothing."""
    count = len(hidden_first)
    rank = np.empty(count, np.int64)
    rank[hidden_first] = np.arange(count)
    hidden = np.round(np.linspace(0, count, steps + 1)).astype(np.int64)
    return np.asarray(rank[None, :] >= hidden[:, None])


def confirmed(trial: Trial) -> tuple[Check, str]:
    """Hide the lettered blocks together: what the score does, beside hiding as many at random."""
    made = trial.attribution
    tops = _standing_out(made)
    hidden = [parts.label_of(top.unit, top.element, trial.encoder.inputs.places) for top in tops]
    generator = np.random.default_rng((trial.seed, 1))
    draws = [generator.choice(len(trial.values), len(hidden), replace=False) for _ in range(ORDERS)]
    after = float(trial.without([hidden])[0])
    better = int((trial.without([list(map(int, draw)) for draw in draws]) > after).sum())
    drop = made.score - after
    verdict = "fail" if drop <= 0 else "pass" if better >= 0.9 * ORDERS else "amber"
    sentence = _sentence(tops, made, after)
    text = f"{sentence}; more than {better} / {ORDERS} random choices of as many blocks"
    return Check("confirmation", drop, verdict, text), sentence


def polarity(trial: Trial) -> Check:
    """Hide each of the strongest blocks on its own: does the score move the way the map says?"""
    strongest = np.argsort(-np.abs(trial.values), kind="stable")[:POLARITY]
    drops = trial.attribution.score - trial.without([[int(e)] for e in strongest])
    agree = float(np.mean(np.sign(drops) == np.sign(trial.values[strongest])))
    text = f"{agree:.0%} of the strongest blocks move the score the way the map says"
    return Check("polarity", agree, "pass" if agree >= 0.8 else "amber", text)


def _standing_out(made: Attribution) -> tuple[Top, ...]:
    """The lettered blocks, without those that are not significant unless none is."""
    tops = made.top(LETTERS)
    return tuple(top for top in tops if top.significant is not False and top.score > 0) or tops


def _sentence(tops: Sequence[Top], made: Attribution, after: float) -> str:
    letters = " + ".join(top.letter for top in tops)
    verb = "lowers" if after < made.score else "does not lower"
    unit = "" if made.target.unit == "logit" else f" {made.target.unit}"
    digits = next((n for n in (1, 2, 3) if f"{after:.{n}f}" != f"{made.score:.{n}f}"), 3)
    return f"Hiding {letters} {verb} the score {made.score:.{digits}f} → {after:.{digits}f}{unit}"


def _random(trial: Trial) -> list[Order]:
    generator = np.random.default_rng((trial.seed, 0))
    return [generator.permutation(len(trial.values)) for _ in range(ORDERS)]


def _rank(name: str, better: int, meaning: str, *, least: float) -> Check:
    part = better / ORDERS
    verdict = "pass" if part >= 0.9 else "amber" if part >= least else "fail"
    than = f"than with {better} / {ORDERS} random orders"
    text = f"{meaning} {than}" if verdict != "fail" else f"{meaning} {than} only: do not use this map"
    return Check(name, part, verdict, text)
