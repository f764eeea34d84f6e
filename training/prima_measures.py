"""What a trained Prima is worth on studies it has never seen, and how its scores become probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from inference.networks.prima import Prima
from training.calibration import calibrated, expected_calibration_error, fit_platt
from training.evaluate import Interval, auroc, auroc_interval, best_threshold, known, mean_auroc
from training.prima_batches import LatentStudy, Names
from training.prima_stages import embed_all

HIGHEST_ECE = 0.05  # of what may be called a probability
DRAWS = 300
FOLDS = 8  # of the validation studies, to tell which answers may be called probabilities

Answer = bool | None


@dataclass(frozen=True, eq=False)
class Marks:
    """Scores of some studies beside what is known. Columns: the yes-or-no answers, then the levels."""

    scores: NDArray[np.float64]
    answers: tuple[tuple[Answer, ...], ...]
    levels: tuple[str, ...]  # priority of each study, empty where nobody knows

    def column(self, n: int) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """(truth, score) of one answer, over the studies that know it."""
        return known([row[n] for row in self.answers], self.scores[:, n])


@dataclass(frozen=True)
class AnswerMeasure:
    """One answer: how well it tells apart, when it counts as a finding, and what its score means."""

    name: str
    auroc: Interval
    positives: int
    cases: int
    threshold: float
    calibration: tuple[float, float] | None  # None: must not be called a probability
    ece: float


@dataclass(frozen=True)
class Measures:
    """Held-out figures of one run. `rival` and `gain` compare attention with means on the same studies."""

    answers: tuple[AnswerMeasure, ...]
    diagnoses: Interval  # mean AUROC
    referrals: Interval
    ece: float  # over all answers that are called probabilities
    priority: float  # share of studies with the right level
    retrieval: float  # share of reports' groups found by the nearest embedding
    cases: int
    rival: Interval | None = None
    gain: Interval | None = None

    def summary(self) -> str:
        """The figures in a few lines."""
        lines = [
            f"{a.name:28s} AUROC {a.auroc}  {a.positives} of {a.cases}  ECE {_figure(a.ece)}"
            + ("" if a.calibration else "  (not a probability)")
            for a in self.answers
        ]
        lines.append(
            f"mean AUROC of diagnoses {self.diagnoses}, of referrals {self.referrals}; "
            f"ECE {_figure(self.ece)}"
        )
        lines.append(
            f"priority right in {_figure(self.priority)}; "
            f"nearest study of the same kind {_figure(self.retrieval)}"
        )
        if self.rival and self.gain:
            lines.append(f"mean pooling {self.rival}; attention is ahead by {self.gain}")
        return "\n".join(lines)


def _figure(value: float) -> str:
    return "cannot be measured" if np.isnan(value) else f"{value:.3f}"


def measured(
    network: Prima,
    names: Names,
    studies: dict[str, list[LatentStudy]],
    *,
    rival: Prima | None = None,
    seed: int = 0,
) -> Measures:
    """Calibrate on the validation studies, measure on the test studies."""
    validation, test = (marks_of(network, names, studies[split]) for split in ("validation", "test"))
    every = (*names.diagnoses, *names.referrals)
    answers = tuple(_measure(name, n, validation, test) for n, name in enumerate(every))
    first, last = slice(0, len(names.diagnoses)), slice(len(names.diagnoses), names.binary)
    beaten = marks_of(rival, names, studies["test"]) if rival is not None else None
    return Measures(
        answers=answers,
        diagnoses=_mean(test, first, seed),
        referrals=_mean(test, last, seed),
        ece=_pooled_ece(answers, test),
        priority=_priority(test, names),
        retrieval=_retrieval(network, studies),
        cases=len(test.scores),
        rival=_mean(beaten, first, seed) if beaten else None,
        gain=paired_gain(test, beaten, first, seed) if beaten else None,
    )


@torch.no_grad()
def marks_of(network: Prima, names: Names, studies: Sequence[LatentStudy]) -> Marks:
    """Score whole studies in full precision, as the product does."""
    scores = network.heads(embed_all(network, studies)).double().cpu().numpy()
    rows = [
        tuple(s.answers.labels.get(n) for n in names.diagnoses)
        + tuple(s.answers.referral.get(n) for n in names.referrals)
        for s in studies
    ]
    return Marks(scores, tuple(rows), tuple(s.answers.priority for s in studies))


def paired_gain(ours: Marks, theirs: Marks, columns: slice, seed: int) -> Interval:
    """How far one mean AUROC lies above another on the same studies; whole studies are drawn."""
    rng = np.random.default_rng(seed)
    size = len(ours.scores)
    draws = [
        _mean_over(ours, columns, r) - _mean_over(theirs, columns, r)
        for r in rng.integers(0, size, (DRAWS, size))
    ]
    everyone = np.arange(size)
    low, high = np.nanpercentile(draws, (2.5, 97.5))
    value = _mean_over(ours, columns, everyone) - _mean_over(theirs, columns, everyone)
    return Interval(value, float(low), float(high))


def _mean_over(marks: Marks, columns: slice, rows: NDArray[np.int64]) -> float:
    found = []
    for n in range(*columns.indices(marks.scores.shape[1])):
        truth, score = known([marks.answers[r][n] for r in rows], marks.scores[rows, n])
        if truth.any() and not truth.all():
            found.append(auroc(truth, score))
    return float(np.mean(found)) if found else float("nan")


def _measure(name: str, n: int, validation: Marks, test: Marks) -> AnswerMeasure:
    truth, score = test.column(n)
    calibration = _platt(*validation.column(n))
    ece = expected_calibration_error(truth, calibrated(score, calibration)) if calibration else float("nan")
    # chosen on the validation studies; the held-out ones may only take the word away again
    trusted = calibration and max(expected_error(*validation.column(n)), ece) <= HIGHEST_ECE
    return AnswerMeasure(
        name=name,
        auroc=auroc_interval(truth, score),
        positives=int(truth.sum()),
        cases=len(truth),
        threshold=_threshold(calibration, *validation.column(n)),
        calibration=calibration if trusted else None,
        ece=ece,
    )


def expected_error(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    """Calibration error to expect of new studies: each fold is calibrated on the others."""
    probability = np.zeros(len(truth))
    folds = np.arange(len(truth)) % FOLDS
    for fold in range(FOLDS):
        calibration = _platt(truth[folds != fold], score[folds != fold])
        if calibration is None:
            return float("inf")
        probability[folds == fold] = calibrated(score[folds == fold], calibration)
    return expected_calibration_error(truth, probability)


def _platt(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> tuple[float, float] | None:
    if not truth.any() or truth.all():
        return None
    slope, intercept = fit_platt(truth, score)
    return (slope, intercept) if slope > 0 else None


def _threshold(
    calibration: tuple[float, float] | None, truth: NDArray[np.bool_], score: NDArray[np.float64]
) -> float:
    """Where a finding becomes more likely than not; without calibration where Youden's index is best."""
    if calibration is not None:
        return -calibration[1] / calibration[0]
    return best_threshold(truth, score) if truth.any() and not truth.all() else 0.0


def _mean(marks: Marks, columns: slice, seed: int) -> Interval:
    rows = [row[columns] for row in marks.answers]
    return mean_auroc(rows, marks.scores[:, columns], seed=seed)


def _pooled_ece(answers: Sequence[AnswerMeasure], test: Marks) -> float:
    truths, probabilities = [], []
    for n, answer in enumerate(answers):
        if answer.calibration is not None:
            truth, score = test.column(n)
            truths.append(truth)
            probabilities.append(calibrated(score, answer.calibration))
    if not truths:
        return float("nan")
    return expected_calibration_error(np.concatenate(truths), np.concatenate(probabilities))


def _priority(test: Marks, names: Names) -> float:
    chosen = test.scores[:, names.binary :]
    right = [
        names.priorities[int(np.argmax(row))] == level
        for row, level in zip(chosen, test.levels, strict=True)
        if level and names.priorities
    ]
    return float(np.mean(right)) if right else float("nan")


@torch.no_grad()
def _retrieval(network: Prima, studies: dict[str, list[LatentStudy]]) -> float:
    """Share of test studies whose nearest training study, by the contrast's embedding, has its labels."""
    near, far = (network.project(embed_all(network, studies[split])) for split in ("train", "test"))
    nearest = (far @ near.T).argmax(1).tolist()
    same = [
        studies["train"][n].answers.labels == s.answers.labels
        for n, s in zip(nearest, studies["test"], strict=True)
    ]
    return float(np.mean(same))
