"""Numbers are written and drawn in their own unit, by one rule per quantity."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from app.report.measures import is_measure, measure_words, scale_of, value_words
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
