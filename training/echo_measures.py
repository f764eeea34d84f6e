"""What a trained Echo is worth on patients it has never seen: signed correlations, errors, intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.models.echo_physiology import MPAP, echo_targets
from inference.models.echo_views import VIEWS
from inference.networks.echo_config import Scaling
from inference.networks.echo_vit import EchoViT, in_units
from training.echo_cases import NAMES, Patients, tensors_of
from training.echo_stages import answers_from, encoded
from training.evaluate import Interval, auroc_interval

Values = NDArray[np.float64]
DRAWS = 1000
COVERAGE = 0.95


@dataclass(frozen=True)
class ValueMeasure:
    """One value: correlation with its sign, mean error in its unit, bias, and how often the interval held."""

    name: str
    correlation: Interval
    error: Interval
    bias: float
    covered: float


@dataclass(frozen=True)
class Measures:
    """Held-out figures of one run."""

    values: tuple[ValueMeasure, ...]
    mean: Interval  # of the nine signed correlations
    hypertension: Interval  # AUROC of the predicted mean pressure
    cases: int
    gates: Mapping[str, float]
    without: Mapping[str, float]  # mean correlation with one view left out
    half_widths: Mapping[str, tuple[float, ...]]  # by number of views, on the scale of the network
    rival: Interval | None = None
    gain: Interval | None = None

    def summary(self) -> str:
        """The figures in a few lines."""
        units = {t.name: t.unit for t in echo_targets()}
        lines = [
            f"{v.name:5s} r {v.correlation}  mean error {v.error.value:.2f} {units[v.name]}  "
            f"bias {v.bias:+.2f}  interval held {v.covered:.0%}"
            for v in self.values
        ]
        lines.append(f"mean r {self.mean}; PH AUROC {self.hypertension}; {self.cases} patients")
        lines.append("gates " + ", ".join(f"{k} {v:.2f}" for k, v in self.gates.items()))
        lines.append("mean r without " + ", ".join(f"{k} {v:.3f}" for k, v in self.without.items()))
        if self.rival and self.gain:
            lines.append(f"uniform attention: mean r {self.rival}; learned attention is ahead by {self.gain}")
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class Cohort:
    """Patients, encoded once by one network."""

    network: EchoViT
    patients: Patients
    features: Tensor
    tensors: dict[str, Tensor]

    @classmethod
    @torch.no_grad()
    def of(cls, network: EchoViT, patients: Patients) -> Cohort:
        """Encode all frames; whatever is asked later only joins them."""
        tensors = tensors_of(patients)
        del tensors["frames"]
        return cls(network, patients, encoded(network, patients), tensors)

    @torch.no_grad()
    def normalised(self, hidden: NDArray[np.bool_] | None = None) -> Tensor:
        """(n, 9) between 0 and 1; `hidden` (n, views) leaves views out."""
        tensors = dict(self.tensors)
        if hidden is not None:
            tensors["frame_mask"] = tensors["frame_mask"] & ~torch.from_numpy(hidden)[..., None]
        self.network.eval()
        return answers_from(self.network, self.features, tensors)

    def predicted(self, hidden: NDArray[np.bool_] | None = None) -> Values:
        """(n, 9) in the targets' units."""
        return in_units(self.normalised(hidden), self.network.config.scaling).double().numpy()

    @property
    def truth(self) -> Values:
        """(n, 9)."""
        return self.patients.values.astype(np.float64)


def measured(
    network: EchoViT, validation: Patients, held_out: Patients, rival: EchoViT | None = None, seed: int = 0
) -> Measures:
    """Intervals from the validation patients, figures from cohort II."""
    judge, cohort = Cohort.of(network, validation), Cohort.of(network, held_out)
    widths = half_widths(judge, seed)
    predicted = cohort.predicted()
    other = Cohort.of(rival, held_out).predicted() if rival is not None else None
    return Measures(
        values=tuple(
            _measure(n, cohort, predicted, widths[str(len(VIEWS))], seed) for n in range(len(NAMES))
        ),
        mean=mean_correlation(cohort.truth, predicted, seed),
        hypertension=auroc_interval(held_out.hypertensive, predicted[:, NAMES.index(MPAP)]),
        cases=len(held_out),
        gates={
            "frames": float(network.temporal_attention.gate_weight.detach().sigmoid()),
            "views": float(network.fusion_gate_weight.detach().sigmoid()),
        },
        without={
            v: _mean_r(cohort.truth, cohort.predicted(_hide(len(held_out), [n]))) for n, v in enumerate(VIEWS)
        },
        half_widths=widths,
        rival=None if other is None else mean_correlation(cohort.truth, other, seed),
        gain=None if other is None else gain_in_correlation(cohort.truth, predicted, other, seed),
    )


def half_widths(cohort: Cohort, seed: int = 0) -> dict[str, tuple[float, ...]]:
    """Split-conformal: by number of views, the half width that holds 95 % of the validation patients."""
    rng = np.random.default_rng((seed, 5))
    goal = _unclipped(cohort.truth, cohort.network.config.scaling)
    found = {}
    for count in range(1, len(VIEWS) + 1):
        order = rng.random((len(goal), len(VIEWS))).argsort(1)
        off = np.abs(cohort.normalised(order >= count).numpy() - goal)
        rank = min(1.0, np.ceil((len(goal) + 1) * COVERAGE) / len(goal))
        widths = np.quantile(off, rank, axis=0, method="higher")
        found[str(count)] = tuple(round(float(w), 4) for w in widths)
    return found


def correlation(truth: Values, predicted: Values) -> Interval:
    """Pearson's r with its sign, and Fisher's interval."""
    r = _r(truth, predicted)
    half = 1.959964 / np.sqrt(max(len(truth) - 3, 1))
    return Interval(
        r, *(float(np.tanh(np.arctanh(np.clip(r, -0.999999, 0.999999)) + s * half)) for s in (-1, 1))
    )


def mean_correlation(truth: Values, predicted: Values, seed: int = 0) -> Interval:
    """Mean of the signed correlations of all columns; whole patients are drawn."""
    draws = [_mean_r(truth[rows], predicted[rows]) for rows in _rows(len(truth), seed)]
    low, high = np.percentile(draws, (2.5, 97.5))
    return Interval(_mean_r(truth, predicted), float(low), float(high))


def _measure(n: int, cohort: Cohort, predicted: Values, widths: Sequence[float], seed: int) -> ValueMeasure:
    truth, made = cohort.truth[:, n], predicted[:, n]
    error = np.abs(made - truth)
    low, high = np.percentile([error[rows].mean() for rows in _rows(len(error), seed)], (2.5, 97.5))
    goal = _unclipped(cohort.truth, cohort.network.config.scaling)[:, n]
    held = np.abs(cohort.normalised().numpy()[:, n] - goal) <= widths[n]
    return ValueMeasure(
        name=NAMES[n],
        correlation=correlation(truth, made),
        error=Interval(float(error.mean()), float(low), float(high)),
        bias=float((made - truth).mean()),
        covered=float(held.mean()),
    )


def gain_in_correlation(truth: Values, ours: Values, theirs: Values, seed: int = 0) -> Interval:
    """How far our mean correlation is ahead of theirs on the same patients; whole patients are drawn."""
    rows = _rows(len(truth), seed)
    draws = [_mean_r(truth[r], ours[r]) - _mean_r(truth[r], theirs[r]) for r in rows]
    low, high = np.percentile(draws, (2.5, 97.5))
    return Interval(_mean_r(truth, ours) - _mean_r(truth, theirs), float(low), float(high))


def _unclipped(values: Values, scaling: Scaling) -> Values:
    """To the scale of the network without winsorising: held-out values are judged as they are."""
    found = np.empty_like(values)
    for n, (low, high, bends) in enumerate(zip(scaling.low, scaling.high, scaling.logarithm, strict=True)):
        a, b, v = (np.log1p(x) if bends else x for x in (low, high, values[:, n]))
        found[:, n] = (v - a) / (b - a)
    return found


def _rows(count: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng((seed, 9)).integers(0, count, (DRAWS, count))


def _mean_r(truth: Values, predicted: Values) -> float:
    return float(np.mean([_r(truth[:, n], predicted[:, n]) for n in range(truth.shape[1])]))


def _r(truth: Values, predicted: Values) -> float:
    a, b = truth - truth.mean(), predicted - predicted.mean()
    return float((a @ b) / max(np.sqrt((a @ a) * (b @ b)), 1e-12))


def _hide(count: int, views: Sequence[int]) -> NDArray[np.bool_]:
    hidden = np.zeros((count, len(VIEWS)), bool)
    hidden[:, list(views)] = True
    return hidden
