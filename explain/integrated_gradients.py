"""Integrated gradients: the score's rise from an input without content, shared out over the volume tokens.

Every gradient on the path also gives the score there, so the true integral between two neighbouring points
is known. The default rule (a cubic spline through all slopes) halves the intervals that miss it most, with
every point used again, until the whole residual is under one per cent and the errors do not merely cancel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal

import numpy as np

from explain import parts
from explain.attribution import Attribution, Check
from explain.frozen import frozen
from explain.maps import Kind, Maps, Subject, answered, attribution
from explain.path import Numbers, Path
from inference.errors import NotApplicableError
from inference.model import Inputs, Model
from inference.progress import Report, share, silent

FIRST_NODES = 9  # what a network does between them shows in its scores, and is looked into
AT_ONCE = 2  # intervals halved before the errors are weighed again
KIND = Kind(
    "integrated gradients",
    "",
    signed=True,
    additive=True,
    remark="Scores add up to the rise of the output over an input without content.",
)


@dataclass(frozen=True)
class GradientOptions:
    """How the path is integrated.

    rule       "adaptive" (certified) or "gausslegendre" (captum's default) with `steps` points
    most       points after which the adaptive rule gives up and the map fails its check
    tolerance  residual over the rise of the score
    local      sum of the errors of all intervals, none cancelling, over the rise
    """

    preset: str = "default"
    rule: Literal["adaptive", "gausslegendre"] = "adaptive"
    steps: int = 50
    most: int = 257
    tolerance: float = 0.01
    local: float = 0.08
    seed: int = 0


PRESETS: Mapping[str, GradientOptions] = {
    "default": GradientOptions(),
    "captum": GradientOptions("captum", "gausslegendre"),
}


def integrated_gradients(
    model: Model,
    inputs: Inputs,
    target: str,
    *,
    options: GradientOptions = PRESETS["default"],
    report: Report = silent,
) -> Attribution:
    """Explain by gradients gathered on the straight path from an input without content."""
    answered(model.card, target)
    if not model.attributed:
        raise NotApplicableError(
            f"{model.card.title} names no input that gradients could reach.", hint="Use LIME instead."
        )
    with frozen(model.network):
        path = Path(model, inputs, target)
        found = (_adaptive if options.rule == "adaptive" else _gauss_legendre)(path, options, report)
    scores = parts.by_unit(found.values, inputs.places)
    totals = [float(np.sum(s)) for s in scores]
    maps = Maps(scores, totals, checks=(found.check,), baseline_score=found.start)
    subject = Subject(model.card, inputs.study_uid, inputs.places, target, found.end)
    parameters: dict[str, str | int | float | bool] = {
        k: v for k, v in asdict(options).items() if k != "seed"
    }
    parameters["evaluations"] = path.evaluations
    made = attribution(subject, KIND, maps, seed=options.seed, parameters=parameters)
    return replace(made, evidence=replace(made.evidence, forwards=path.evaluations))


@dataclass(frozen=True, eq=False)
class _Integral:
    """Score of every element, what is missing, and the model's scores at both ends."""

    values: Numbers
    check: Check
    start: float
    end: float


def _adaptive(path: Path, options: GradientOptions, report: Report) -> _Integral:
    """Halve the worst intervals until the errors are small, wherever they are."""
    points = path.points(np.linspace(0.0, 1.0, FIRST_NODES), share(report, 0.0, FIRST_NODES / options.most))
    start, end = float(points.scores[0]), float(points.scores[-1])
    scale = _scale(start, end)
    while True:
        errors, known = points.local_errors, len(points.alphas)
        total, local = abs(float(errors.sum())) / scale, float(np.abs(errors).sum()) / scale
        good = total < options.tolerance and local < options.local
        report(known / options.most, f"residual {total:.1%}")
        fresh = points.middles(errors, min(AT_ONCE, options.most - known))
        if good or not len(fresh):
            break
        stretch = share(report, known / options.most, (known + len(fresh)) / options.most)
        points = points.merged(path.points(fresh, stretch))
    values = points.weights @ points.slopes
    return _Integral(values, _completeness(total, local, good, end - start), start, end)


def _gauss_legendre(path: Path, options: GradientOptions, report: Report) -> _Integral:
    """captum's default rule, and what it misses."""
    start, end = path.ends()
    nodes, weights = np.polynomial.legendre.leggauss(options.steps)
    values = weights / 2 @ path.points((1.0 + nodes) / 2, report).slopes
    residual = abs(float(values.sum()) - (end - start)) / _scale(start, end)
    check = _completeness(residual, None, residual < options.tolerance, end - start)
    return _Integral(values, check, start, end)


def _completeness(residual: float, local: float | None, good: bool, rise: float) -> Check:
    said = f"{residual:.2%} of the rise by {rise:+.2f} is missing"
    if good:
        return Check("completeness", residual, "pass", said)
    if local is None and residual < 0.05:
        return Check("completeness", residual, "amber", f"{said}: read small differences with care")
    if local is not None:
        said += f" and single steps err by {local:.1%}"
    return Check("completeness", residual, "fail", f"{said}: do not use this map")


def _scale(start: float, end: float) -> float:
    """The rise; not under one per cent of the scores themselves, below which a rise is none."""
    return max(abs(end - start), 0.01 * max(1.0, abs(start), abs(end)))
