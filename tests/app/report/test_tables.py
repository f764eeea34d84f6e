"""findings.json and findings.csv say the same as the review, and nothing in them runs."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from app.report.tables import csv_bytes, findings_csv, findings_json
from inference.prediction import State, findings_without_scores
from tests.app.report.answers import HOSTILE, card, prediction, review


def test_every_target_has_its_state_score_and_threshold():
    content = json.loads(findings_json(review()))
    first = content["findings"][0]
    assert first["state"] == "finding"
    assert (first["score"], first["threshold"]) == (1.9, 0.4)
    assert len(content["findings"]) == len(card().targets)


def test_a_target_without_a_score_says_why():
    silent = replace(
        prediction(), findings=findings_without_scores(card(), State.NOT_ELIGIBLE, "no diffusion series")
    )
    content = json.loads(findings_json(replace(review(), prediction=silent)))
    assert {f["reason"] for f in content["findings"]} == {"no diffusion series"}
    assert all(f["score"] is None for f in content["findings"])


def test_only_a_calibrated_target_has_a_probability():
    findings = {f["target"]: f for f in json.loads(findings_json(review()))["findings"]}
    assert findings["mass_effect"]["probability"] is None
    assert findings["stroke"]["probability"] == pytest.approx(0.198, abs=1e-3)


def test_every_answer_carries_origin_and_notice():
    content = json.loads(findings_json(review()))
    assert "trained on phantoms · not for diagnostic use" in content["notice"]
    assert content["model"]["weights_sha256"] == card().weights_sha256


def test_text_that_a_spreadsheet_would_run_is_quoted():
    rows = list(csv.reader(io.StringIO(csv_bytes(("a", "b"), [[HOSTILE, -1.5]]).decode("utf-8-sig"))))
    assert rows[1] == ["'" + HOSTILE, "-1.5"]


def test_the_table_has_one_row_per_target():
    rows = list(csv.DictReader(io.StringIO(findings_csv(review()).decode("utf-8-sig"))))
    assert [row["target"] for row in rows] == [t.name for t in card().targets]
    assert float(rows[0]["score"]) == 1.9
