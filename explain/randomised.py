"""Does the map depend on what the model has learned? Forget weights from the top down and ask again."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr
from torch import nn

from explain.attribution import Attribution, Check
from inference.model import Model

AnyModel = TypeVar("AnyModel", bound=Model)
ALIKE, HARDLY_CHANGED = 0.3, 0.6


def randomised_weights(
    model: AnyModel,
    made: Attribution,
    again: Callable[[AnyModel], Attribution],
    *,
    shares: tuple[float, ...] = (1.0,),
    seed: int = 0,
) -> Check:
    """Rank correlation of the map with those of models that forgot a share of their layers.

    again   explains a model the same way; it must not reuse encodings of the true one
    shares  of the layers, from the top down; the verdict is about the last
    """
    correlations = [similarity(made, again(forgetful(model, part, seed))) for part in shares]
    last = correlations[-1]
    said = ", ".join(f"{c:+.2f} without {part:.0%}" for c, part in zip(correlations, shares, strict=True))
    if abs(last) < ALIKE:
        text = f"the map is lost with the weights: {said} of the layers"
        return Check("randomised weights", last, "pass", text)
    text = f"the map looks alike without the learned weights ({said} of the layers): do not use this method"
    return Check("randomised weights", last, "fail" if abs(last) > HARDLY_CHANGED else "amber", text)


def forgetful(model: AnyModel, part: float, seed: int = 0) -> AnyModel:
    """A copy of the model in which `part` of the layers, from the top down, start anew."""
    forgetting = copy.deepcopy(model)
    layers = [m for m in forgetting.network.modules() if any(True for _ in m.parameters(recurse=False))]
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        for layer in layers[::-1][: round(part * len(layers))]:
            _start_anew(layer)
    return forgetting


def similarity(one: Attribution, other: Attribution) -> float:
    """Spearman's rank correlation over all elements; 0 where a map is constant."""
    a, b = _values(one), _values(other)
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return float(spearmanr(a, b).statistic)


def _start_anew(layer: nn.Module) -> None:
    reset = getattr(layer, "reset_parameters", None)
    if callable(reset):
        reset()
        return
    for parameter in layer.parameters(recurse=False):
        parameter.normal_(0.0, 0.02)


def _values(made: Attribution) -> NDArray[np.float32]:
    return np.concatenate([unit.scores for unit in made.units])
