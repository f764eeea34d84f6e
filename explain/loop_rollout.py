"""Attention rollout for models of loops: back from the answer to the views, their moments and their tiles.

Views, and pictures where a model reads them one by one, are joined by shares that add up to one (the gates
of the mixture included); within a picture or a clip attention is rolled out through the layers. The share of
a tile is the product of both. It is the same for every target: it says where the model looked, not what for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from explain.attention import KIND, whole_check
from explain.attention_rows import PRESETS, RolloutOptions, readout_row, rolled_out
from explain.attribution import Attribution
from explain.encodings import finite
from explain.frozen import frozen
from explain.maps import Maps, Subject, answered, attribution
from explain.pooled import Grid, pooled_layers, rolled_out_pooled
from explain.taps import Tapped, recorded
from inference.errors import NotApplicableError
from inference.model import Inputs, UnitModel
from inference.place import Place
from inference.progress import Report, silent

Numbers = NDArray[np.float64]
POOLED = "Poolings are followed by the size of their kernels, an approximation."
SAME_FOR_ALL = "The same for every target of this model."


@dataclass(frozen=True, eq=False)
class Seen:
    """What passed the taps and the shares of a network, in the order in which it did."""

    attention: list[Tapped]
    shares: list[Tensor]  # (1, n) each, rows sum to one

    def clear(self) -> None:
        """Forget, before the next unit."""
        self.attention.clear()
        self.shares.clear()


@dataclass(frozen=True, eq=False)
class Followed:
    """Shares of one unit, one together: `grid` (k, j, i) of its tiles, `classes` of its class tokens."""

    grid: Numbers
    classes: float


def rollout_of_loops(
    model: UnitModel,
    inputs: Inputs,
    target: str,
    *,
    options: RolloutOptions = PRESETS["default"],
    report: Report = silent,
) -> Attribution:
    """Explain by attention: of each tile its share in what the model reads out of the study."""
    answered(model.card, target)
    if options.gradient:
        raise NotApplicableError(
            "Attention cannot be weighed by gradients in a model of loops.",
            hint="Use attention rollout as it is, or integrated gradients.",
        )
    if model.attention == "pooled" and options.discard:
        raise NotApplicableError(
            "Weak attention cannot be discarded where keys are pooled.", hint="Leave `discard` at 0."
        )
    followed, views, score = _follow(model, inputs, target, options, report)
    subject = Subject(model.card, inputs.study_uid, inputs.places, target, score)
    parameters = {k: v for k, v in asdict(options).items() if k != "seed"}
    remarks = (KIND.remark, SAME_FOR_ALL, *([POOLED] if model.attention == "pooled" else []))
    kind = replace(KIND, remark=" ".join(remarks))
    maps = _maps(inputs.places, followed, views)
    made = attribution(subject, kind, maps, seed=options.seed, parameters=parameters)
    return replace(made, evidence=replace(made.evidence, forwards=1))


@contextmanager
def watched(network: nn.Module) -> Iterator[Seen]:
    """Collect attention and shares inside the block; nothing stays hooked after it."""
    shares: list[Tensor] = []
    modules = (module for name, module in network.named_modules() if _is_share(name, module))
    handles = [m.register_forward_hook(lambda _m, _i, out: shares.append(out.detach())) for m in modules]
    try:
        with recorded(network) as attention:
            yield Seen(attention, shares)
    finally:
        for handle in handles:
            handle.remove()


def _is_share(name: str, module: nn.Module) -> bool:
    return name.split(".")[-1] == "shares" and isinstance(module, nn.Identity)


def _follow(
    model: UnitModel, inputs: Inputs, target: str, options: RolloutOptions, report: Report
) -> tuple[list[Followed], Numbers, float]:
    """What was followed in every unit, the shares of the units, and the score."""
    found, encodings = [], []
    with torch.no_grad(), frozen(model.network), watched(model.network) as seen:
        for unit, place in enumerate(inputs.places):
            report(unit / len(inputs.places), f"following attention in {place.title}")
            encodings.append(model.observed(inputs, unit))
            found.append(_FOLLOW[model.attention](model.network, seen, place.shape, options))
            seen.clear()
        scores = model.join(inputs, torch.stack(encodings, 1))
        views = seen.shares[-1][0].cpu().double().numpy()
    report(1.0, "")
    return found, views, float(finite(scores)[0, model.card.index(target)])


def _frames(_network: nn.Module, seen: Seen, grid: Grid, options: RolloutOptions) -> Followed:
    """Pictures read one by one: attention within each, times the picture's share."""
    shares = seen.shares[-1][0]
    rows = torch.stack([_picture(seen.attention, n, options) for n in range(len(shares))])  # (t, 1 + tiles)
    weighed = (rows * shares[:, None]).cpu().double().numpy()
    return Followed(weighed[:, 1:].reshape(grid), float(weighed[:, 0].sum()))


def _picture(layers: list[Tapped], number: int, options: RolloutOptions) -> Tensor:
    """(1 + tiles,) shares within one picture, whose tiles are all read out and whose class token is not."""
    one = slice(number, number + 1)
    own = [replace(layer, q=layer.q[one], k=layer.k[one], key_mask=None) for layer in layers]
    q = own[-1].q
    return rolled_out(own, readout_row(q.shape[2], 0, 1, q), 1, options)


def _pooled(network: nn.Module, seen: Seen, grid: Grid, options: RolloutOptions) -> Followed:
    """A clip read at once, through a grid that is pooled; the class token is read out."""
    row = rolled_out_pooled(pooled_layers(network, seen.attention, grid), options).cpu().double().numpy()
    return Followed(row[1:].reshape(grid), float(row[0]))


_FOLLOW = {"frames": _frames, "pooled": _pooled}


def _maps(places: tuple[Place, ...], followed: list[Followed], views: Numbers) -> Maps:
    """Shares of elements; what fell on class tokens and beyond the elements is context."""
    context = {"class token": 0.0, "outside the sector": 0.0}
    scores, totals = [], []
    for share, one, place in zip(views, followed, places, strict=True):
        own = share * one.grid[tuple(place.index.T)]
        scores.append(own)
        totals.append(float(own.sum()))
        context["class token"] += float(share * one.classes)
        context["outside the sector"] += float(share * one.grid.sum() - own.sum())
    known: Mapping[str, float] = {name: value for name, value in context.items() if value > 1e-9}
    return Maps(scores, totals, checks=(whole_check(sum(totals) + sum(context.values())),), context=known)
