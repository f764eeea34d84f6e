"""Integrated gradients: the score's rise from an input without content, shared out over the volume tokens.

Every gradient on the path also gives the score there, so the true integral between two neighbouring points
is known. The default rule (Simpson's, on panels of three points) halves the panel that misses it most, with
every point used again, until the whole residual is under one per cent and the errors do not merely cancel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explain import parts
from explain.attribution import Attribution, Check
from explain.encodings import finite
from explain.frozen import frozen
from explain.maps import Kind, Maps, Subject, answered, attribution
from explain.pace import Pace
from inference.errors import NotApplicableError
from inference.model import Inputs, Model
from inference.progress import Report, share, silent

Numbers = NDArray[np.float64]

FIRST_NODES = 17  # eight panels: with fewer, what a network does between two points goes unseen
SIMPSON = (1 / 6, 4 / 6, 1 / 6)
LARGEST_CHUNK = 64
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
    local      sum of the panels' errors over the rise
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


@dataclass(frozen=True, eq=False)
class Points:
    """Scores and directional derivatives, per element, at points of the path in ascending order.

    Points 0, 1, 2 are the first panel, 2, 3, 4 the second and so on; the middle one halves its panel.
    """

    alphas: Numbers  # (points,)
    scores: Numbers  # (points,)
    slopes: Numbers  # (points, elements)

    def merged(self, other: Points) -> Points:
        """Both sets of points in ascending order."""
        alphas = np.concatenate((self.alphas, other.alphas))
        order = np.argsort(alphas, kind="stable")
        scores = np.concatenate((self.scores, other.scores))
        slopes = np.concatenate((self.slopes, other.slopes))
        return Points(alphas[order], scores[order], slopes[order])

    @property
    def widths(self) -> Numbers:
        """(panels,) share of the path that each covers."""
        return np.asarray(np.diff(self.alphas[::2]))

    @property
    def local_errors(self) -> Numbers:
        """(panels,) Simpson's rule less the true integral."""
        slope = self.slopes.sum(1)
        panels = np.stack((slope[:-2:2], slope[1::2], slope[2::2]), axis=1)
        return np.asarray(self.widths * (panels @ SIMPSON) - np.diff(self.scores[::2]))

    @property
    def weights(self) -> Numbers:
        """(points,) of Simpson's rule on every panel."""
        weights = np.zeros(len(self.alphas))
        for first, share_of_panel in zip((0, 1, 2), SIMPSON, strict=True):
            weights[first : len(weights) - 2 + first : 2] += self.widths * share_of_panel
        return weights

    def quarters(self, panel: int) -> Numbers:
        """(2,) the points that make two panels of one."""
        left, middle, right = self.alphas[2 * panel : 2 * panel + 3]
        return np.array(((left + middle) / 2, (middle + right) / 2))


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


class Path:
    """The straight line from the model's input without content to a study."""

    def __init__(self, model: Model, inputs: Inputs, target: str) -> None:
        self.evaluations = 0
        self._model = model
        self._column = model.card.index(target)
        self._tensors = {name: t.to(model.device) for name, t in inputs.tensors.items()}
        self._start = {name: t.to(model.device) for name, t in model.baseline(inputs).items()}
        self._step = {name: self._tensors[name] - start for name, start in self._start.items()}
        self._sum = _Sum(model, inputs)
        self._pace = Pace(model.device, LARGEST_CHUNK)

    def ends(self) -> tuple[float, float]:
        """Scores without content and of the study."""
        with torch.no_grad():
            scores = self._model.scores(self._at(torch.tensor((0.0, 1.0))))
        start, end = finite(scores[:, self._column])
        return float(start), float(end)

    def points(self, alphas: Numbers, report: Report = silent) -> Points:
        """Scores and slopes at each alpha, a chunk at a time."""
        scores, slopes = [], []
        rows = self._rows
        for done in range(0, len(alphas), rows):
            report(done / len(alphas), "")
            score, slope = self._chunk(torch.from_numpy(alphas[done : done + rows]))
            scores.append(score)
            slopes.append(slope)
        self.evaluations += len(alphas)
        return Points(alphas, np.concatenate(scores), np.concatenate(slopes))

    @property
    def _rows(self) -> int:
        """Points in one batch; a point with its gradient takes longer than a forward pass."""
        with torch.no_grad():
            forwards = self._pace.rows("point", lambda: self._model.scores(self._at(torch.ones(1))))
        return max(1, 2 * forwards // 3)

    def _chunk(self, alphas: Tensor) -> tuple[Numbers, Numbers]:
        tensors = self._at(alphas)
        wanted = [tensors[name].requires_grad_() for name in self._start]
        with torch.enable_grad():
            scores = self._model.scores(tensors)[:, self._column]
            gradients = torch.autograd.grad(scores.sum(), wanted)
        found = dict(zip(self._start, gradients, strict=True))
        return finite(scores), self._sum(found, self._step)

    def _at(self, alphas: Tensor) -> dict[str, Tensor]:
        """All tensors with one row per alpha; those that are not attributed repeat without a copy."""
        tensors = {name: t.expand(len(alphas), *t.shape[1:]) for name, t in self._tensors.items()}
        for name, start in self._start.items():
            weight = alphas.to(start).view(-1, *[1] * (start.dim() - 1))
            tensors[name] = torch.addcmul(start, weight, self._step[name])
        return tensors


class _Sum:
    """Adds slopes up by element; one shared label along the channels is added up first."""

    def __init__(self, model: Model, inputs: Inputs) -> None:
        labels = model.parts(inputs)
        self._elements = int(parts.starts(inputs.places)[-1])
        self._labels: dict[str, Tensor] = {}
        self._flat: dict[str, bool] = {}
        for name, label in labels.items():
            channels = inputs.tensors[name].dim() - label.dim()  # axes that one label covers
            shape = inputs.tensors[name].shape
            full = label.reshape(*label.shape, *[1] * channels).expand(shape)
            self._flat[name] = bool((full == full[..., :1]).all())
            label = full[..., 0] if self._flat[name] else full
            self._labels[name] = torch.where(label < 0, self._elements, label).reshape(-1).cpu()

    def __call__(self, gradients: Mapping[str, Tensor], steps: Mapping[str, Tensor]) -> Numbers:
        """(rows, elements) gradients times steps, added up by element."""
        rows = len(next(iter(gradients.values())))
        total = torch.zeros(rows, self._elements + 1, dtype=torch.float64)  # the last column is padding
        for name, label in self._labels.items():
            gradient, step = gradients[name], steps[name][0]
            product = "r...c,...c->r..." if self._flat[name] else "r...,...->r..."
            slope = torch.einsum(product, gradient, step)
            total.index_add_(1, label, slope.reshape(rows, -1).cpu().double())
        return total[:, :-1].numpy()


@dataclass(frozen=True, eq=False)
class _Integral:
    """Score of every element, what is missing, and the model's scores at both ends."""

    values: Numbers
    check: Check
    start: float
    end: float


def _adaptive(path: Path, options: GradientOptions, report: Report) -> _Integral:
    """Halve the worst panel until the errors are small, wherever they are."""
    points = path.points(np.linspace(0.0, 1.0, FIRST_NODES), share(report, 0.0, FIRST_NODES / options.most))
    start, end = float(points.scores[0]), float(points.scores[-1])
    scale = _scale(start, end)
    while True:
        errors, known = points.local_errors, len(points.alphas)
        total, local = abs(float(errors.sum())) / scale, float(np.abs(errors).sum()) / scale
        good = total < options.tolerance and local < options.local
        report(known / options.most, f"residual {total:.1%}")
        if good or known + 2 > options.most:
            break
        fresh = points.quarters(int(np.argmax(np.abs(errors))))
        stretch = share(report, known / options.most, (known + 2) / options.most)
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
