"""Figures of the cardiac family from made-up studies whose answers are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from inference.errors import WeightsError
from inference.models.cardiac_views import VIEWS
from tests.training.figures.test_echo_figures import missing_from
from training.cardiac_measures import Answers
from training.cardiac_stages import Embedded
from training.figures.cardiac_places import ALL, attention, attention_table, embeddings
from training.figures.cardiac_results import CardiacResults, Studies, read_results
from training.figures.cardiac_values import (
    agreement,
    by_prompt,
    conditions,
    few_labels,
    subgroup_table,
    subgroups,
)
from training.figures.drawing import write_figure

COUNT, UNITS = 40, 4
RANKS = {float(n) for n in range(40)}  # rows of a dot plot stand for no number


def answers(seed):
    rng = np.random.default_rng(seed)
    truth = rng.uniform(30, 200, (COUNT, 5))
    truth[:, 0] = np.linspace(30, 70, COUNT)
    sick = rng.random((COUNT, 7)) < 0.4
    shares = np.tile([0.4, 0.2, 0.2, 0.2], (COUNT, 1))
    return Answers(
        truth + rng.normal(0, 4, truth.shape), np.full(truth.shape, 4.0), 4.0 * sick - 2, shares, truth, sick
    )


@pytest.fixture(scope="module")
def results():
    rng = np.random.default_rng(5)
    data = Embedded(
        torch.from_numpy(rng.normal(size=(COUNT, UNITS, 8))).float(), torch.arange(UNITS).expand(COUNT, -1),
        torch.ones(COUNT, UNITS, dtype=torch.bool), torch.zeros(COUNT, UNITS, dtype=torch.bool),
        torch.zeros(COUNT, 5), torch.zeros(COUNT, 7),
    )  # fmt: skip
    names = ["north", "south"] * (COUNT // 2)
    studies = Studies(
        ("hcm", "dcm") * (COUNT // 2), tuple(names), ("F", "M") * (COUNT // 2), np.full(COUNT, 45)
    )
    truth = np.arange(COUNT) < 20
    prompts = {"hcm": (truth, truth.astype(float)), "dcm": (truth, -truth.astype(float))}
    errors = {"1 %": np.full(COUNT, 9.0), "100 %": np.full(COUNT, 4.0)}
    return CardiacResults(answers(0), answers(1), data, studies, errors, prompts, ())


@pytest.mark.parametrize("analysis", [agreement, conditions, attention, subgroups, by_prompt, few_labels])
def test_every_number_in_a_figure_is_in_a_sheet(results, analysis):
    assert set(missing_from(analysis(results))) <= RANKS


def test_attention_on_a_view_is_its_weight_times_the_clips(results):
    rows = {(row[0], row[1]): row[3] for row in attention_table(results).rows}
    assert rows[ALL, VIEWS[0]] == pytest.approx(1.6)
    assert rows[ALL, VIEWS[1]] == pytest.approx(0.8)
    entropy = -(0.4 * np.log(0.4) + 0.6 * np.log(0.2)) / np.log(4)
    assert rows["hcm", "entropy"] == pytest.approx(entropy)


def test_subgroups_have_their_own_error_and_bias(results):
    shifted = results.test.measures.copy()
    shifted[::2, 0] = results.test.truth[::2, 0] + 10  # the northern site
    shifted[1::2, 0] = results.test.truth[1::2, 0] - 2
    table = subgroup_table(replace(results, test=replace(results.test, measures=shifted)))
    by_site = {row[1]: row for row in table.rows if row[0] == "site"}
    assert by_site["north"][3] == pytest.approx(10)
    assert by_site["south"][6] == pytest.approx(-2)
    assert by_site["north"][2] == by_site["south"][2] == COUNT // 2
    assert by_site["north"][10] == 1.0  # low ejection fractions are told by low answers


def test_a_prompt_that_speaks_against_has_an_auroc_below_half(results):
    rows = {row[0]: row[2] for row in by_prompt(results).sheets[0].rows}
    assert (rows["hcm"], rows["dcm"]) == (1.0, 0.0)


def test_errors_by_share_of_labels_are_their_means(results):
    assert [row[2] for row in few_labels(results).sheets[0].rows] == [9.0, 4.0]


def test_calibration_comes_from_the_validation_studies_alone(results):
    other = replace(results.test, conditions=~results.test.conditions)
    before, after = (conditions(r).sheets[0].rows for r in (results, replace(results, test=other)))
    assert [row[6:8] for row in before] == [row[6:8] for row in after]


@pytest.mark.slow
def test_clips_are_placed_by_their_vectors_alone(results, tmp_path):
    drawn = embeddings(results)
    strange = replace(results, test=replace(results.test, truth=results.test.truth[::-1]))
    assert [row[5:] for row in drawn.sheets[0].rows] == [
        row[5:] for row in embeddings(strange).sheets[0].rows
    ]
    assert len(write_figure(drawn, tmp_path)) == 3


def test_a_folder_that_is_no_run_gets_a_sentence(tmp_path):
    with pytest.raises(WeightsError, match="no run of a cardiac model"):
        read_results(tmp_path)
