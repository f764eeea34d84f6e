"""What T3D's towers and reports decide together: retrieval, restoration with reports, pointing.

These figures stay when only small things and answers are learnt anew, as the weights behind them stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from inference.card import Card, Metric
from inference.errors import WeightsError
from training.evaluate import Interval
from training.t3d_pairs import Pairing
from training.t3d_partners import Partners
from training.ventricle_measures import mean_interval

OF_REPORTS, OF_STUDIES, CHANCE = "Report of a study, R@1", "Study of a report, R@1", "R@1 by chance"
HELPS = "Restoration, right less another's report"
NAMES = (
    OF_REPORTS,
    "Report of a study, R@5",
    OF_STUDIES,
    "Study of a report, R@5",
    CHANCE,
    "Restoration, L1 with the right report",
    "Restoration, L1 with another patient's report",
    "Restoration, L1 without a report",
    HELPS,
    "Words of a finding point into it",
    "Words of a finding point into it, by chance",
    "Sub-volumes of one patient found, picture and report",
    "Sub-volumes of one patient found, picture alone",
    "Sub-volumes of one patient found, report alone",
    "Sub-volumes of one patient found, by chance",
)


@dataclass(frozen=True, eq=False)
class Retrieval:
    """Rank of the right partner of each study among the held-out reports, and of each report; best is 1."""

    of_reports: NDArray[np.int64]
    of_studies: NDArray[np.int64]

    def recall(self, ranks: NDArray[np.int64], within: int, seed: int = 0) -> Interval:
        """Share of queries whose partner is among the first few."""
        return mean_interval((ranks <= within).astype(float), seed)

    @property
    def chance(self) -> float:
        """Recall at 1 by guessing."""
        return 1.0 / len(self.of_reports)


def report_metrics(r: Retrieval, p: Pairing, partners: Partners) -> tuple[Metric, ...]:
    """The figures in the order of `NAMES`."""
    cases = len(r.of_reports)
    values: tuple[Interval | float, ...] = (
        r.recall(r.of_reports, 1),
        r.recall(r.of_reports, 5),
        r.recall(r.of_studies, 1),
        r.recall(r.of_studies, 5),
        r.chance,
        p.right,
        p.shuffled,
        p.silent,
        p.difference,
        p.pointing,
        p.chance,
        partners.both,
        partners.picture,
        partners.report,
        partners.chance,
    )
    return tuple(metric(name, value, cases) for name, value in zip(NAMES, values, strict=True))


def metric(name: str, value: Interval | float, cases: int) -> Metric:
    """A figure as a card has it."""
    if isinstance(value, float):
        return Metric(name, round(value, 4), cases=cases)
    number, low, high = (round(v, 5) for v in (value.value, value.low, value.high))
    return Metric(name, number, low, high, cases)


def known_metrics(card: Card) -> tuple[Metric, ...]:
    """The same figures from the card of a finished model; WeightsError where it lacks one."""
    held = {m.name: m for m in card.metrics}
    if missing := [name for name in NAMES if name not in held]:
        raise WeightsError(
            f"The card of {card.title} does not say “{missing[0]}”.", hint="Train without --towers."
        )
    return tuple(held[name] for name in NAMES)


def said(m: Metric) -> str:
    """A figure as a line to print."""
    interval = "" if m.low is None else f" ({m.low:.5f} to {m.high:.5f})"
    return f"{m.name}: {m.value:.5f}{interval}"


def retrieval(images: torch.Tensor, texts: torch.Tensor) -> Retrieval:
    """Both ways, from embeddings (n, d) in the same order."""
    cosines = (images @ texts.T).double().numpy()
    return Retrieval(_ranks(cosines), _ranks(cosines.T))


def _ranks(cosines: NDArray[np.float64]) -> NDArray[np.int64]:
    own = np.diag(cosines)[:, None]
    ranks: NDArray[np.int64] = (cosines >= own).sum(1)  # ties count against us
    return ranks
