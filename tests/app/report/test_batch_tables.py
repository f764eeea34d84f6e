"""How a batch ended is told in three states that nobody can mix up."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

from app.actions.exporting import exit_code, summary
from app.report.batch import BatchResult, Outcome
from app.report.batch_tables import by_reason, unanswered_in, write_studies
from app.report.manifest import Entry, Manifest
from app.report.tables import findings_json
from app.terminal import Exit
from inference.imaging.study import Scan
from inference.prediction import State, findings_without_scores
from tests.app.report.answers import card, review, study

WHY = "not eligible: no MR series of the brain"
NOT_READ = Entry("unanswered", "1", "a", reason=WHY, hint="Echo may read it: --model echo.")
BROKEN = Entry("failed", "2", "b", reason="The file is cut short.", hint="Copy it again.")


def test_a_study_without_an_answer_is_neither_written_like_the_others_nor_failed():
    assert Outcome("1", {"report.pdf": "0"}).event == "done"
    assert Outcome("1", {"report.pdf": "0"}, WHY).event == "unanswered"
    assert Outcome("1", {}, "The file is cut short.").event == "failed"


def test_the_states_stand_apart_in_the_table_with_their_reasons(tmp_path):
    manifest = Manifest(tmp_path)
    for entry in (NOT_READ, BROKEN, Entry("done", "3", "c")):
        manifest.add(entry)
    write_studies(tmp_path, manifest, Scan(tuple(study(uid=uid) for uid in "123")))
    with (tmp_path / "studies.csv").open(encoding="utf-8-sig") as file:
        rows = [(r["state"], r["reason"], r["folder"]) for r in csv.DictReader(file)]
    assert rows == [
        ("written without a model's answer", WHY, "a"),
        ("failed", "The file is cut short.", ""),
        ("written", "", "c"),
    ]


def test_a_study_without_an_answer_is_not_done_again(tmp_path):
    manifest = Manifest(tmp_path)
    manifest.add(NOT_READ)
    assert manifest.is_done("1")


def test_the_last_line_counts_each_state_and_the_exit_code_follows():
    result = BatchResult(1, 0, (NOT_READ,), (BROKEN,), ())
    assert "1 study written, 1 written without a model's answer, 1 failed" in summary(result, Path("out"))
    assert exit_code(result) == Exit.IN_PART
    assert exit_code(replace(result, failed=())) == Exit.DONE
    assert exit_code(replace(result, done=0, failed=())) == Exit.NOT_APPLICABLE
    assert exit_code(replace(result, done=0, unanswered=())) == Exit.BAD_INPUT


def test_reasons_are_told_once_with_how_many_studies_they_hold_for():
    other = replace(NOT_READ, reason="failed: out of memory", hint="")
    assert by_reason([other, NOT_READ, NOT_READ])[0] == (WHY, NOT_READ.hint, 2)


def test_a_report_found_on_disk_says_itself_whether_it_has_an_answer(tmp_path):
    answered = review()
    (tmp_path / "answered.json").write_bytes(findings_json(answered))
    silent = findings_without_scores(card(), State.NOT_ELIGIBLE, "no MR series of the brain")
    unread = replace(answered, prediction=replace(answered.prediction, findings=silent))
    (tmp_path / "unread.json").write_bytes(findings_json(unread))
    (tmp_path / "cut.json").write_text(json.dumps({}))
    found = [unanswered_in(tmp_path / f"{name}.json") for name in ("answered", "unread", "cut")]
    assert found == ["", WHY, ""]
    assert unread.prediction.unanswered == WHY
    assert answered.prediction.unanswered == ""
