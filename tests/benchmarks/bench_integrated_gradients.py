"""Integrated gradients beside captum: the same steps, and how many steps a certified map takes."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable

import numpy as np
from torch import Tensor

from explain.attribution import Attribution
from explain.integrated_gradients import PRESETS, integrated_gradients
from explain.path import Path
from inference.model import Inputs
from tests.benchmarks.row import Row
from tests.benchmarks.subject import one_thread, origin, phantom, prima, repeated, seconds, strongest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # captum touches deprecated parts of torch when it is imported
    from captum.attr import IntegratedGradients

DEFAULT = 50
RULES = (
    9,
    17,
    33,
    50,
    65,
    97,
    129,
    193,
    257,
)  # points of Gauss-Legendre that are tried, as many as ours may take
LESIONS = ("high-grade glioma", "meningioma", "stroke")


def rows() -> list[Row]:
    """Time and agreement at 50 steps; evaluations for a residual under one per cent."""
    with one_thread():
        studies = [phantom(n, lesion)[1] for n, lesion in enumerate(LESIONS)]
        return [_same_steps(studies[0]), _evaluations(studies)]


def _same_steps(study: Inputs) -> Row:
    model, target = prima(), strongest(study)
    baseline = model.baseline(study)["tokens"]
    package = IntegratedGradients(_forward(study, model.card.index(target)))

    def theirs() -> Tensor:
        found, _residual = package.attribute(  # with its residual, which ours has too
            study.tensors["tokens"], baselines=baseline, n_steps=50, return_convergence_delta=True
        )
        return found

    def ours() -> Attribution:
        return integrated_gradients(model, study, target, options=PRESETS["captum"])

    expected = theirs().detach()[study.tensors["token_mask"]].sum(-1).numpy()
    found = np.concatenate([unit.scores for unit in ours().units])
    apart = float(np.abs(found - expected).max() / np.abs(expected).max())
    mine, captum = seconds(ours, theirs)
    return Row(
        what="integrated gradients, 50 steps",
        ours=f"{mine:.2f} s",
        peer=f"captum {captum:.2f} s",
        ratio=mine / captum,
        hold="<= 1.0x, same map to 1e-5",
        holds=mine <= captum and apart <= 1e-5,
        note=f"maps differ by {apart:.1e} of the largest score",
    )


def _evaluations(studies: list[Inputs]) -> Row:
    fixed = [_gauss_legendre(study) for study in studies]
    counts = [(_adaptive(study), needed) for study, (needed, _) in zip(studies, fixed, strict=True)]
    mine, theirs = (float(np.median(column)) for column in zip(*counts, strict=True))
    ratios = float(np.median([a / b for a, b in counts]))
    at_default = ", ".join(f"{left:.1%}" for _, left in fixed)
    return Row(
        what="integrated gradients, gradients for a residual < 1 %",
        ours=f"{mine:.0f} (certified)",
        peer=f"Gauss-Legendre, captum's rule {theirs:.0f} (best in hindsight)",
        ratio=ratios,
        hold="<= 0.5x",
        holds=ratios <= 0.5,
        note=f"medians over {len(studies)} held-out phantoms; {counts}; captum's default of {DEFAULT} points "
        f"leaves {at_default}; {origin()}",
    )


def _adaptive(study: Inputs) -> int:
    return integrated_gradients(prima(), study, strongest(study)).evidence.forwards


def _gauss_legendre(study: Inputs) -> tuple[int, float]:
    """Least number of points that leaves less than one per cent, as the next larger rule does too.

    Beside it what the package's default leaves, which a user who does not look again would live with.
    """
    path = Path(prima(), study, strongest(study))
    start, end = path.ends()
    left = {}
    for count in RULES:
        nodes, weights = np.polynomial.legendre.leggauss(count)
        total = float(weights @ path.points((1 + nodes) / 2).slopes.sum(1)) / 2
        left[count] = abs(total - (end - start)) / abs(end - start)
    good = (one for one, after in itertools.pairwise(RULES) if max(left[one], left[after]) < 0.01)
    return next(good, RULES[-1]), left[DEFAULT]


def _forward(study: Inputs, column: int) -> Callable[[Tensor], Tensor]:
    others = {name: t for name, t in study.tensors.items() if name != "tokens"}

    def forward(tokens: Tensor) -> Tensor:
        rows = {name: repeated(t, len(tokens)) for name, t in others.items()}
        return prima().scores({"tokens": tokens, **rows})[:, column]

    return forward
