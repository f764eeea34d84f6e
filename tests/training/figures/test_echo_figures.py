"""Figures of Echo from made-up patients: every number drawn is in a sheet, and signs are kept."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from inference.errors import WeightsError
from inference.models.echo_physiology import echo_targets
from training.echo_cases import NAMES
from training.echo_recipe import VARIANTS
from training.evaluate import Interval
from training.figures.drawing import numbers_in, write_figure
from training.figures.echo import ANALYSES
from training.figures.echo_agreement import bland_altman, heteroscedasticity
from training.figures.echo_decisions import class_confusion, rocs
from training.figures.echo_neighbours import neighbours
from training.figures.echo_results import CLASSES, EchoResults, classes_of, read_results
from training.figures.echo_studies import ablation, folds
from training.figures.echo_values import correlations, patients_sheet
from training.figures.learning import Stage, learning_curves, stages_of
from training.phantoms.echo import echo_case

THRESHOLDS = np.array([target.threshold for target in echo_targets()])


@pytest.fixture(scope="module")
def results():
    rng = np.random.default_rng(0)
    truth = THRESHOLDS * rng.uniform(0.5, 1.8, (40, 9))
    predicted = truth + 0.1 * THRESHOLDS * rng.normal(size=truth.shape)
    without = {"A4C": Interval(0.5, 0.4, 0.6)}
    return EchoResults(tuple(f"II-{n}" for n in range(40)), truth, predicted, without, (), {}, {})


def kept(variants):
    figures = {"value": 0.5, "low": 0.4, "high": 0.6}
    entry = {"patients": 8, "mean": figures, "values": dict.fromkeys(NAMES, figures), "says": "so",
             "behind_full": {"value": -0.1, "low": -0.2, "high": 0.1}, "hypertensive": 0.7}  # fmt: skip
    return dict.fromkeys(variants, entry)


def held_in(sheets):
    return np.array(sorted({
        float(cell) for sheet in sheets for row in sheet.rows for cell in row
        if isinstance(cell, int | float) and np.isfinite(cell)
    }))  # fmt: skip


def missing_from(drawn, *more):
    held = held_in((*drawn.sheets, *more))
    numbers = np.array([x for x in numbers_in(drawn.figure) if np.isfinite(x)])
    places = held[np.clip(np.searchsorted(held, numbers), 0, len(held) - 1)]
    before = held[np.clip(np.searchsorted(held, numbers) - 1, 0, len(held) - 1)]
    off = np.minimum(np.abs(places - numbers), np.abs(before - numbers))
    return Counter(numbers[off > 1e-9 * np.maximum(1, np.abs(numbers))].tolist())


@pytest.mark.parametrize("analysis", [a for a in ANALYSES if a is not neighbours])
def test_every_number_in_a_figure_is_in_a_sheet(results, analysis):
    ranks = {float(n) for n in range(12)}  # rows of a dot plot stand for no number
    assert set(missing_from(analysis(results), patients_sheet(results))) <= ranks


def test_ablation_and_folds_are_in_their_sheets():
    ranks = {float(n) for n in range(12)}
    for drawn in (ablation(kept(VARIANTS)), folds(kept(("fold 1", "fold 2", "all folds")))):
        assert set(missing_from(drawn)) <= ranks


def test_an_inverted_value_has_a_negative_correlation(results):
    flipped = results.predicted.copy()
    flipped[:, 0] = -flipped[:, 0]
    rows = correlations(replace(results, predicted=flipped)).sheets[0].rows
    assert rows[0][1] < -0.9
    assert rows[1][1] > 0.9


def test_low_output_and_index_are_abnormal_in_the_curves(results):
    own = [row for row in rocs(results).sheets[0].rows if row[1] == "abnormal value"]
    said = {row[0]: row[2][0] for row in own}
    assert {name for name, sign in said.items() if sign == "<"} == {"CO", "CI"}
    assert all(row[5] > 0.9 for row in own)


def test_good_predictions_lie_on_the_diagonal_of_the_classes(results):
    same = replace(results, predicted=results.truth)
    counts = np.array([row[1:] for row in class_confusion(same).sheets[0].rows])
    assert counts.sum() == np.trace(counts) == 40


def test_classes_are_those_of_the_guideline():
    values = dict(zip(NAMES, THRESHOLDS, strict=True))
    rows = [{"mpap": 15}, {"mpap": 30, "pcwp": 10, "pvr": 5}, {"mpap": 30, "pcwp": 20, "pvr": 1},
            {"mpap": 30, "pcwp": 20, "pvr": 5}, {"mpap": 21, "pcwp": 10, "pvr": 1}]  # fmt: skip
    table = np.array([[{**values, **row}[name] for name in NAMES] for row in rows], float)
    assert classes_of(table).tolist() == [0, 1, 2, 3, 4]
    assert len(CLASSES) == 5


def test_phantoms_have_a_class_of_the_guideline():
    truth = echo_case(3).truth
    assert classes_of(np.array([[truth.values[name] for name in NAMES]], float))[0] in range(5)


def test_limits_and_spread_of_all_nine_values_are_told(results):
    assert len(bland_altman(results).sheets[0].rows) == 9
    assert len(heteroscedasticity(results).sheets[0].rows) == 9


@pytest.mark.slow
def test_neighbours_are_found_in_predictions_alone(results):
    one = neighbours(results).sheets[0].rows
    other = neighbours(replace(results, truth=results.truth[::-1])).sheets[0].rows
    assert one == other


def test_figures_are_the_same_bytes_again(results, tmp_path):
    first = [path.read_bytes() for path in write_figure(correlations(results), tmp_path / "a")]
    again = [path.read_bytes() for path in write_figure(correlations(results), tmp_path / "b")]
    assert first == again
    assert [data[:4] for data in first] == [b"%!PS", b"\x89PNG", b"II*\x00"]


def test_figures_need_no_window_and_leave_no_state():
    import sys

    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


def test_steps_that_were_gone_over_again_are_drawn_once(tmp_path):
    lines = [
        {"stage": "heads", "step": s, "loss": v, "time": 0.0}
        for s, v in ((1, 4), (2, 3), (3, 9), (2, 2), (3, 1))
    ]
    (tmp_path / "log.jsonl").write_text("\n".join(json.dumps(line) for line in lines) + '\n{"stage": "he')
    (stage,) = stages_of(tmp_path)
    assert stage == Stage("heads", (1, 2, 3), {"loss": (4.0, 2.0, 1.0)})
    assert len(learning_curves((stage,)).sheets[0].rows) == 3


def test_a_folder_that_is_no_run_gets_a_sentence(tmp_path):
    with pytest.raises(WeightsError, match="no run of an echo model"):
        read_results(tmp_path)
