"""Numbers are written and drawn in their own unit, by one rule per quantity."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from app.report.content import ordered
from app.report.measures import (
    change_between,
    is_measure,
    measure_words,
    outcome_words,
    scale_of,
    value_words,
)
from app.report.pdf import review_pdf
from app.report.tables import findings_csv
from inference.card import Target
from inference.prediction import Finding, State
from tests.app.report.answers import prediction, review

LVEF = Target("lvef", "LVEF", unit="%", threshold=50.0, group="measure", below=True)
PVR = Target("pvr", "PVR", unit="WU", threshold=2.0, group="measure")


def low_ef() -> Finding:
    return Finding(LVEF, State.FINDING, 47.2, interval=(41.0, 53.4))


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (low_ef(), "47 % (41 to 53), cut-off 50 %"),
        (Finding(PVR, State.FINDING, 3.14), "3.1 WU, cut-off 2.0 WU"),
        (Finding(LVEF, State.FAILED, reason="x"), ""),
    ],
)
def test_a_measure_is_written_with_unit_interval_and_cut_off(finding, words):
    assert measure_words(finding) == words


def test_a_logit_is_no_measure():
    assert not is_measure(Target("a", "A"))
    assert value_words(Finding(LVEF, State.NO_FINDING, 61.0)) == "61 %"


def test_the_cut_off_is_the_middle_of_the_scale_until_a_value_lies_outside():
    assert scale_of(low_ef()).share(50.0) == 0.5
    wide = scale_of(Finding(PVR, State.FINDING, 9.0))
    assert 0 < wide.share(2.0) < 0.5
    assert wide.share(9.0) < 1


def with_measure():
    found = replace(prediction(), findings=(low_ef(), *prediction().findings))
    return replace(review(), prediction=found)


def test_the_report_writes_the_measure_in_its_unit():
    pages = PdfReader(io.BytesIO(review_pdf(with_measure()))).pages
    text = " ".join(" ".join(page.extract_text().split()) for page in pages)
    assert "47 % (41 to 53), cut-off 50 %" in text
    assert "LVEF" in text


def test_the_table_has_the_interval_and_the_side_of_the_cut_off():
    rows = list(csv.DictReader(io.StringIO(findings_csv(with_measure()).decode("utf-8-sig"))))
    assert (rows[0]["low_95"], rows[0]["high_95"], rows[0]["finding_is_below"]) == ("41.0", "53.4", "True")
    assert rows[1]["low_95"] == ""


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (low_ef(), "finding, below cut-off"),
        (Finding(LVEF, State.NO_FINDING, 61.0), "no finding, above cut-off"),
        (Finding(PVR, State.FINDING, 3.1), "finding, above cut-off"),
        (Finding(PVR, State.NO_FINDING, 1.1), "no finding, below cut-off"),
        (Finding(PVR, State.NOT_ELIGIBLE, reason="no loop"), "not eligible"),
    ],
)
def test_a_measure_lies_on_one_side_of_its_cut_off(finding, words):
    assert outcome_words(finding) == words


def test_pressures_share_one_decimal_rule():
    low, high = (Target("p", "P", "mmHg", cut_off, "measure") for cut_off in (8.0, 40.0))
    assert value_words(Finding(low, State.FINDING, 13.04)) == "13 mmHg"
    assert value_words(Finding(high, State.FINDING, 82.5)) == "82 mmHg"


def test_two_values_that_differ_are_not_written_alike():
    assert change_between(64.46, 64.12, LVEF) == "64.5 → 64.1"
    assert change_between(64.4, 61.2, LVEF) == "64 → 61"


def test_measures_stand_together_in_the_order_of_the_card():
    logit = Target("a", "A", "logit", 0.0)
    found = (
        Finding(PVR, State.NO_FINDING, 1.0),
        Finding(logit, State.FINDING, 0.2),
        Finding(LVEF, State.FINDING, 30.0),
        Finding(replace(logit, name="b"), State.NO_FINDING, -3.0),
    )
    assert [f.target.name for f in ordered(found)] == ["a", "pvr", "lvef", "b"]
