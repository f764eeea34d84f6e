"""The straight line from an input without content to a study: scores and slopes on it, and their integral."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from torch import Tensor

from explain import parts
from explain.encodings import finite
from explain.pace import Pace
from inference.model import Inputs, Model
from inference.progress import Report, silent

Numbers = NDArray[np.float64]

NARROWEST = 2.0**-20  # share of the path; inputs in single precision are the same at both ends of less
LARGEST_CHUNK = 64


@dataclass(frozen=True, eq=False)
class Points:
    """Scores and directional derivatives, per element, at points of the path in ascending order.

    Between the points slopes follow the cubic spline through them.
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
    def local_errors(self) -> Numbers:
        """(points - 1,) integral of the spline less the true one, which the scores tell."""
        spline = CubicSpline(self.alphas, self.slopes.sum(1)).antiderivative()
        return np.asarray(np.diff(spline(self.alphas)) - np.diff(self.scores))

    @property
    def weights(self) -> Numbers:
        """(points,) of each slope in the integral of its spline."""
        return np.asarray(CubicSpline(self.alphas, np.eye(len(self.alphas))).integrate(0.0, 1.0))

    def middles(self, errors: Numbers, most: int) -> Numbers:
        """(at most `most`,) middles of the intervals that err most; none is halved without end."""
        wide = np.flatnonzero(np.diff(self.alphas) > NARROWEST)
        worst = wide[np.argsort(-np.abs(errors[wide]), kind="stable")[:most]]
        return np.asarray(np.sort((self.alphas[worst] + self.alphas[worst + 1]) / 2))


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
