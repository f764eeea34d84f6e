"""What a report says about loops: views left out, contours that the reader changed, views that were named."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pypdf import PdfReader

from app.contours import EditedVolumes, edited_findings
from app.report.content import Review, left_out_words
from app.report.naming import views_asked
from app.report.pdf import review_pdf
from app.report.tables import findings_csv, findings_json
from inference.errors import FileError
from inference.imaging.study import Patient, Series, Study
from inference.models.ventricle import TARGETS
from inference.prediction import Prediction, findings_from_scores
from tests.app.panels.test_view_bars import two_views
from tests.app.report.answers import card
from tests.app.viewer.layers.test_moments import shown_set

STUDY = Study("study", Patient("Doe, A", "1"), "2026-01-05", "", "Cine", "", "", ())


@pytest.fixture
def review():
    model = replace(card(), targets=TARGETS)
    answer = Prediction("study", model, findings_from_scores(model, (150.0, 60.0, 60.0)))
    edited = edited_findings(answer, EditedVolumes(160.0, 80.0, 3, 200))
    return Review(STUDY, answer, (), (), (), "2026-01-05T10:00:00+00:00", edited)


def test_edited_measures_stand_beside_those_of_the_model_in_every_format(review, tmp_path):
    plain = json.loads(findings_json(review))
    assert [f["score"] for f in plain["findings"]] == [150.0, 60.0, 60.0]
    assert [f["score"] for f in plain["edited_by_reader"]] == [160.0, 80.0, 50.0]
    assert plain["edited_by_reader"][0]["reason"].startswith("edited by reader: 3 of 200 contours")
    rows = findings_csv(review).decode("utf-8-sig").splitlines()
    assert len(rows) == 7
    assert sum("edited by reader" in row for row in rows) == 3
    path = tmp_path / "report.pdf"
    path.write_bytes(review_pdf(review))
    words = " ".join(page.extract_text() for page in PdfReader(path).pages)
    assert "Edited by reader" in words
    assert "160 mL" in words.replace("\n", " ")


def test_the_answer_without_each_view_is_said():
    assert left_out_words(two_views()) == (
        "With one view left out: without 4CH 43.00 %, without SAX 48.00 %."
    )
    bare = two_views()
    units = tuple(replace(unit, left_out=None) for unit in bare.units)
    assert left_out_words(replace(bare, units=units)) == ""


def test_a_command_names_loops_by_title_and_is_told_what_there_is():
    shown = replace(shown_set("loop"), modality="US", title="Loop 3")
    series = Series("series", "study", 1, "US", "Loop 3", "", "", shown.instances, (shown,))
    study = replace(STUDY, series=(series,))
    assert views_asked(study, [("Loop 3", "a4c")]) == {"loop": "A4C"}
    assert views_asked(study, [("series", "none")]) == {"loop": "none"}
    with pytest.raises(FileError, match="no loop called 'Loop 4'") as refused:
        views_asked(study, [("Loop 4", "A4C")])
    assert "Loop 3" in refused.value.hint
    with pytest.raises(FileError, match="no view 'A9C'") as refused:
        views_asked(study, [("loop", "A9C")])
    assert "PLAX" in refused.value.hint
