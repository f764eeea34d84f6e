"""Attention rollout: how much of what is read out flowed from each volume token, through all layers.

Only one row of the product of all layers is needed, so it is carried down from the last layer to the first,
in a series' encoder and in the network that joins the series alike: a token's share is the share of its
series times its share within the series. Shares say where a model looked, not whether that spoke for or
against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import torch
from torch import Tensor

from explain.attention_rows import PRESETS, RolloutOptions, readout_row, rolled_out
from explain.attribution import Attribution, Check
from explain.encodings import finite
from explain.explicit import ExplicitAttention
from explain.frozen import frozen
from explain.maps import Kind, Maps, Subject, answered, attribution
from explain.taps import Tapped, last_stack, recorded
from inference.errors import NotApplicableError
from inference.model import Inputs, UnitModel
from inference.progress import Report, silent

KIND = Kind(
    "attention rollout",
    "share of attention",
    signed=False,
    additive=True,
    remark="Attention does not say whether a block spoke for or against.",
)


def rollout(
    model: UnitModel,
    inputs: Inputs,
    target: str,
    *,
    options: RolloutOptions = PRESETS["default"],
    report: Report = silent,
) -> Attribution:
    """Explain by attention: of each token its share in what the model reads out of the study."""
    answered(model.card, target)
    follow = _by_gradient if options.gradient else _by_attention
    series, study, score = follow(_Question(model, inputs, target, options), report)
    maps = _maps(model, inputs, series, study)
    kind = replace(KIND, unit="share of relevance") if options.gradient else KIND
    subject = Subject(model.card, inputs.study_uid, inputs.places, target, score)
    parameters = {k: v for k, v in asdict(options).items() if k != "seed"}
    made = attribution(subject, kind, maps, seed=options.seed, parameters=parameters)
    return replace(made, evidence=replace(made.evidence, forwards=1))


@dataclass(frozen=True, eq=False)
class _Question:
    model: UnitModel
    inputs: Inputs
    target: str
    options: RolloutOptions


Answer = tuple[list[Tensor], Tensor, float]  # the row of every series, the row of the study, the score


def _by_attention(question: _Question, report: Report) -> Answer:
    model, inputs, options = question.model, question.inputs, question.options
    rows, encodings = [], []
    with torch.no_grad(), frozen(model.network), recorded(model.network) as seen:
        for unit, place in enumerate(inputs.places):
            report(unit / len(inputs.places), f"following attention in {place.title}")
            encodings.append(model.encode(inputs, unit))
            layers = _over_elements(seen, model.unit_specials + len(place))
            rows.append(_row(layers, model.unit_readout, model.unit_specials, options))
        scores = model.join(inputs, torch.stack(encodings, 1))
        layers = _joining(seen, model, len(rows))
        study = _all_in(model, rows)
        if layers:
            study = _row(layers, model.join_readout, model.join_specials, options)
    report(1.0, "")
    return rows, study, float(finite(scores)[0, model.card.index(question.target)])


def _over_elements(seen: list[Tapped], positions: int) -> list[Tapped]:
    """The stack that ran last, and an empty list for the next; it must be over elements, not over a text."""
    if not seen or seen[-1].q.shape[2] != positions:
        raise NotApplicableError(
            "This model does not attend to the blocks of its series, so there is no attention to follow.",
            hint="Use LIME or integrated gradients instead.",
        )
    layers = last_stack(seen)
    seen.clear()
    return layers


def _joining(seen: list[Tapped], model: UnitModel, units: int) -> list[Tapped]:
    """The layers that join the units; none where a single unit is all there is and nothing had to attend."""
    return _over_elements(seen, model.join_specials + units) if seen or units > 1 else []


def _all_in(model: UnitModel, rows: Sequence[Tensor]) -> Tensor:
    """Everything that is read out comes from the one unit."""
    study = torch.zeros(model.join_specials + 1, dtype=rows[0].dtype, device=rows[0].device)
    study[-1] = 1.0
    return study


def _row(layers: Sequence[Tapped], readout: int, specials: int, options: RolloutOptions) -> Tensor:
    q = layers[-1].q
    return rolled_out(layers, readout_row(q.shape[2], readout, specials, q), specials, options)


def _by_gradient(question: _Question, report: Report) -> Answer:
    """Attention weighed by the gradient of the score: positive products only."""
    model, inputs = question.model, question.inputs
    column = model.card.index(question.target)
    stacks, encodings = [], []
    with (
        frozen(model.network),
        torch.enable_grad(),
        ExplicitAttention() as explicit,
        recorded(model.network) as seen,
    ):
        for unit, place in enumerate(inputs.places):
            report(0.6 * unit / len(inputs.places), f"following attention in {place.title}")
            encodings.append(model.encode(inputs, unit))
            stacks.append(explicit.take(len(_over_elements(seen, model.unit_specials + len(place)))))
        scores = model.join(inputs, torch.stack(encodings, 1))
        joining = len(_joining(seen, model, len(encodings)))
        stacks.append(explicit.take(joining) if joining else [])
    report(0.6, "weighing attention by the gradient")
    weighed = _weighed(scores[0, column], stacks)
    series = [_relevance(stack, model.unit_readout, model.unit_specials) for stack in weighed[:-1]]
    study = _all_in(model, series)
    if joining:
        study = _relevance(weighed[-1], model.join_readout, model.join_specials)
    report(1.0, "")
    return series, study, float(finite(scores)[0, column])


def _weighed(score: Tensor, stacks: Sequence[Sequence[Tensor]]) -> list[list[Tensor]]:
    """(n, n) per layer: mean over the heads of what is positive in gradient times attention."""
    gradients = iter(torch.autograd.grad(score, [matrix for stack in stacks for matrix in stack]))
    return [[(next(gradients) * a).clamp(min=0).mean(1)[0].detach() for a in stack] for stack in stacks]


def _relevance(layers: Sequence[Tensor], readout: int, specials: int) -> Tensor:
    """(n,) shares of the relevance gathered over the layers, less what never left the read-out."""
    start = row = readout_row(layers[-1].shape[-1], readout, specials, layers[-1])
    for matrix in reversed(layers):
        row = row + row @ matrix
    gathered = row - start
    return gathered / gathered.sum().clamp(min=torch.finfo(row.dtype).tiny)


def _maps(model: UnitModel, inputs: Inputs, series: Sequence[Tensor], study: Tensor) -> Maps:
    """Multiply the two levels; what fell on registers, names and the description is context."""
    shares = study[model.join_specials :].cpu().double()
    context = dict.fromkeys(("registers", "series name", "description"), 0.0)
    context["registers"] = float(study[: model.join_readout].sum())
    context["description"] = float(study[model.join_readout : model.join_specials].sum())
    scores = []
    for share, row, place in zip(shares, series, inputs.places, strict=True):
        whole = row.cpu().double() * share
        context["registers"] += float(whole[: model.unit_readout].sum())
        context["series name"] += float(whole[model.unit_readout : model.unit_specials].sum())
        scores.append(whole[model.unit_specials : model.unit_specials + len(place)].numpy())
    totals = [float(s.sum()) for s in scores]
    return Maps(scores, totals, checks=(whole_check(sum(totals) + sum(context.values())),), context=context)


def whole_check(total: float) -> Check:
    """Shares have to add up to one: none was lost on the way, none made up."""
    missing = abs(1.0 - total)
    held = missing < 1e-4
    text = "all shares add up to one" if held else f"shares add up to {total:.3f} instead of one: do not use"
    return Check("completeness", missing, "pass" if held else "fail", text)
