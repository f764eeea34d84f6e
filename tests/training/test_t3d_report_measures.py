"""Figures of reports are kept by name, so that a run that leaves them alone can hand them on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inference.errors import WeightsError
from inference.models.t3d_untrained import blank_card
from inference.networks.t3d_config import bundled
from training.evaluate import Interval
from training.t3d_pairs import Pairing
from training.t3d_partners import Partners
from training.t3d_report_measures import NAMES, OF_REPORTS, Retrieval, known_metrics, report_metrics, said

SOME = Interval(0.5, 0.4, 0.6)
RANKS = Retrieval(np.array([1, 2, 1, 9]), np.array([3, 1, 1, 1]))
FIGURES = report_metrics(
    RANKS, Pairing(SOME, SOME, SOME, Interval(-0.1, -0.2, 0.0), SOME, 0.1), Partners(SOME, SOME, SOME, 0.2)
)


def test_every_figure_stands_under_its_own_name():
    held = {figure.name: figure for figure in FIGURES}
    assert tuple(held) == NAMES
    assert held[OF_REPORTS].value == 0.5
    assert held["Study of a report, R@1"].value == 0.75
    assert held["R@1 by chance"].value == 0.25
    assert held["Restoration, right less another's report"].high == 0.0
    assert held["Sub-volumes of one patient found, by chance"].value == 0.2


def test_figures_are_handed_on_as_they_were():
    card = replace(blank_card(bundled(11, 12, 40)), metrics=(*FIGURES[3:], *FIGURES[:3]))
    assert known_metrics(card) == FIGURES


def test_a_card_that_lacks_a_figure_is_refused():
    card = replace(blank_card(bundled(11, 12, 40)), metrics=FIGURES[1:])
    with pytest.raises(WeightsError, match=OF_REPORTS):
        known_metrics(card)


def test_a_figure_is_printed_with_its_interval_where_it_has_one():
    assert said(FIGURES[4]) == "R@1 by chance: 0.25000"
    assert said(FIGURES[5]).endswith("0.50000 (0.40000 to 0.60000)")
