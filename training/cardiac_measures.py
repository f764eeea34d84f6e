"""What a trained cardiac model is worth on unseen studies, and how its numbers get their intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from inference.models.cardiac_views import VIEWS
from inference.networks.cardiac_config import CardiacConfig
from inference.networks.cardiac_mvit import Fusion
from training.calibration import calibrated, expected_calibration_error, fit_platt
from training.cardiac_stages import Embedded
from training.evaluate import Interval, Stratum, auroc_interval, strata_table
from training.phantoms.heart import GROUPS, MEASURES

Array = NDArray[np.float64]
COVERED = 0.95
DRAWS = 500
LOW_EF = 50.0


@dataclass(frozen=True, eq=False)
class Answers:
    """Scores of one split beside the truth: measures in units, conditions as logits."""

    measures: Array
    spread: Array
    logits: Array
    shares: Array  # (studies, units) of attention
    truth: Array
    conditions: NDArray[np.bool_]


@dataclass(frozen=True)
class MeasureFigures:
    """One number: its mean absolute error, that of saying the mean, bias, and what its interval holds."""

    name: str
    error: Interval
    of_the_mean: float
    bias: float
    correlation: float
    reach: float
    covered: float
    width: float


@dataclass(frozen=True)
class ConditionFigures:
    """One condition: how well it is told apart, and what its score means."""

    name: str
    auroc: Interval
    positives: int
    calibration: tuple[float, float]
    ece: float


@dataclass(frozen=True)
class ViewShare:
    """Attention on one view: share of a clip times the number of clips is 1 where none is preferred."""

    view: str
    clips: int
    relative_share: float


@dataclass(frozen=True)
class Attending:
    """How attention is spread over clips; entropy is 1 where all clips count alike."""

    views: tuple[ViewShare, ...]
    entropy: float
    spoilt: float  # relative share of spoilt clips
    sound: float


@dataclass(frozen=True)
class CardiacMeasures:
    """Held-out figures of one run.

    gains        how much less the error of LVEF is than with another pooling, same studies
    few_labels   error of LVEF by share of the labels
    zero_shot    AUROC by prompt, no label seen
    """

    measures: tuple[MeasureFigures, ...]
    conditions: tuple[ConditionFigures, ...]
    attending: Attending
    cases: int
    gains: Mapping[str, Interval]
    rivals: Mapping[str, float]
    few_labels: Mapping[str, float]
    zero_shot: Mapping[str, Interval]
    sites: tuple[Stratum, ...]
    strata_errors: Mapping[str, tuple[int, float]]

    def summary(self) -> str:
        """The figures in a few lines."""
        lines = [
            f"{m.name:8s} MAE {m.error}  saying the mean {m.of_the_mean:.2f}  bias {m.bias:+.2f}"
            f"  r {m.correlation:.3f}  95 % interval holds {m.covered:.3f}, width {m.width:.1f}"
            for m in self.measures
        ]
        lines += [
            f"{c.name:12s} AUROC {c.auroc}  {c.positives} of {self.cases}  ECE {c.ece:.3f}"
            for c in self.conditions
        ]
        lines += [
            f"gain over {name}: {gain} points of LVEF (its MAE {self.rivals[name]:.2f})"
            for name, gain in self.gains.items()
        ]
        lines += [
            f"LVEF MAE with {name} of the labels, encoder before tuning: {value:.2f}"
            for name, value in self.few_labels.items()
        ]
        lines += [f"zero-shot {name}: AUROC {value}" for name, value in self.zero_shot.items()]
        lines += [
            f"attention on {v.view}: {v.relative_share:.3f} ({v.clips} clips)" for v in self.attending.views
        ]
        lines.append(
            f"attention entropy {self.attending.entropy:.3f}; on spoilt clips {self.attending.spoilt:.3f}, "
            f"on sound ones {self.attending.sound:.3f}"
        )
        lines += [f"site {s.name}: LVEF below {LOW_EF:g}, AUROC {s.auroc or s.refused}" for s in self.sites]
        lines += [f"LVEF MAE, {name}: {value:.2f} ({n})" for name, (n, value) in self.strata_errors.items()]
        return "\n".join(lines)


@torch.no_grad()
def answers_of(fusion: Fusion, config: CardiacConfig, data: Embedded) -> Answers:
    """Whole studies, nothing left out."""
    fusion.eval()
    answers, spread = fusion(data.vectors, data.views, data.present)
    shares = fusion.weights(data.vectors, data.views, data.present)
    scale, centre = np.array(config.scale), np.array(config.centre)
    return Answers(
        measures=answers[:, : config.measures].double().numpy() * scale + centre,
        spread=spread.double().numpy() * scale,
        logits=answers[:, config.measures :].double().numpy(),
        shares=shares.double().numpy(),
        truth=data.measures.double().numpy(),
        conditions=data.conditions.bool().numpy(),
    )


def reach_of(validation: Answers) -> tuple[float, ...]:
    """Half-width of each measure's interval in predicted spreads: it holds the truth as often as said."""
    ratio = np.abs(validation.measures - validation.truth) / validation.spread
    level = min(
        1.0, COVERED * (1 + 1 / len(ratio))
    )  # the finite-sample correction of split conformal intervals
    return tuple(np.quantile(ratio, level, axis=0, method="higher").round(4).tolist())


def measure_figures(
    validation: Answers, test: Answers, saying_mean: Sequence[float]
) -> tuple[MeasureFigures, ...]:
    """Every measure on the test studies; intervals from the validation studies."""
    reach = reach_of(validation)
    found = []
    for n, name in enumerate(MEASURES):
        wrong = test.measures[:, n] - test.truth[:, n]
        half = reach[n] * test.spread[:, n]
        found.append(
            MeasureFigures(
                name=name,
                error=_drawn(np.abs(wrong), np.mean),
                of_the_mean=float(np.abs(test.truth[:, n] - saying_mean[n]).mean()),
                bias=float(wrong.mean()),
                correlation=float(np.corrcoef(test.measures[:, n], test.truth[:, n])[0, 1]),
                reach=reach[n],
                covered=float((np.abs(wrong) <= half).mean()),
                width=float(2 * half.mean()),
            )
        )
    return tuple(found)


def condition_figures(validation: Answers, test: Answers) -> tuple[ConditionFigures, ...]:
    """Every condition on the test studies; Platt's calibration from the validation studies."""
    found = []
    for n, name in enumerate(GROUPS):
        calibration = _platt(validation.conditions[:, n], validation.logits[:, n])
        truth, score = test.conditions[:, n], test.logits[:, n]
        ece = expected_calibration_error(truth, calibrated(score, calibration))
        found.append(ConditionFigures(name, auroc_interval(truth, score), int(truth.sum()), calibration, ece))
    return tuple(found)


def gain_over(ours: Answers, theirs: Answers) -> Interval:
    """How much less the absolute error of LVEF is than theirs, on the same studies."""
    less = np.abs(theirs.measures[:, 0] - theirs.truth[:, 0]) - np.abs(ours.measures[:, 0] - ours.truth[:, 0])
    return _drawn(less, np.mean)


def lvef_error(answers: Answers) -> float:
    """Mean absolute error in points."""
    return float(np.abs(answers.measures[:, 0] - answers.truth[:, 0]).mean())


def attending(answers: Answers, data: Embedded) -> Attending:
    """Shares by view, spoilt or sound, and how even they are."""
    present = data.present.numpy()
    count = present.sum(1, keepdims=True)
    relative = answers.shares * count
    views, poor = data.views.numpy(), data.poor.numpy()
    rows = tuple(
        ViewShare(view, int(chosen.sum()), float(relative[chosen].mean()))
        for n, view in enumerate(VIEWS)
        if (chosen := present & (views == n)).any()
    )
    several = count[:, 0] > 1
    entropy = [
        normalised_entropy(row[there])
        for row, there in zip(answers.shares[several], present[several], strict=True)
    ]
    return Attending(
        rows, float(np.median(entropy)), _mean(relative[present & poor]), _mean(relative[present & ~poor])
    )


def normalised_entropy(shares: Array) -> float:
    """1 where all shares are equal, 0 where one has all."""
    kept = shares[shares > 0]
    return float(-(kept * np.log(kept)).sum() / np.log(len(shares))) if len(shares) > 1 else 1.0


def site_strata(answers: Answers, sites: Sequence[str]) -> tuple[Stratum, ...]:
    """Low ejection fraction told apart, site by site."""
    low = answers.truth[:, 0] < LOW_EF
    return strata_table(low, -answers.measures[:, 0], list(sites), threshold=-LOW_EF)


def errors_by(answers: Answers, names: Sequence[str]) -> dict[str, tuple[int, float]]:
    """Studies and mean absolute error of LVEF by stratum."""
    wrong, strata = np.abs(answers.measures[:, 0] - answers.truth[:, 0]), np.array(names)
    return {n: (int((strata == n).sum()), float(wrong[strata == n].mean())) for n in sorted(set(names))}


def _platt(truth: NDArray[np.bool_], score: Array) -> tuple[float, float]:
    if truth.all() or not truth.any():
        return (1.0, 0.0)
    return fit_platt(truth, score)


def _drawn(values: Array, figure: Callable[[Array], np.floating]) -> Interval:
    rng = np.random.default_rng(0)
    draws = [float(figure(values[rows])) for rows in rng.integers(0, len(values), (DRAWS, len(values)))]
    low, high = np.percentile(draws, (2.5, 97.5))
    return Interval(float(figure(values)), float(low), float(high))


def _mean(values: Array) -> float:
    return float(values.mean()) if values.size else float("nan")
