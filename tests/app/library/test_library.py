import os
import shutil
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.orm import DeclarativeBase

from app.desk import Desk
from app.layouts import Layout
from app.library.library import Library
from app.overlays import OverlayMode
from app.verdicts import FindingKey, Verdict
from explain.attribution import Attribution, Check, Evidence, UnitScores
from inference.card import Card, Metric, Target
from inference.errors import LibraryError
from inference.imaging.grouping import studies_from
from inference.imaging.header import Header, read_header
from inference.imaging.study import Window
from inference.place import Place
from inference.prediction import (
    Decision,
    Exclusion,
    Prediction,
    State,
    findings_from_scores,
    findings_without_scores,
)
from tests.app.library.dicom_files import write_file, write_study

TARGETS = (Target("mass", "Mass", calibration=(1.5, 0.25)), Target("bleed", "Bleed", threshold=1.0))
CARD = Card(
    "prima", "Prima", "1", "prima", "bundled", "MR", "brain", "reading", "", "phantoms", "", "", "Apache-2.0",
    ("a",), (), "", TARGETS, (Metric("AUROC", 0.93, 0.9, 0.95, 200),), {"width": 64}, "ab" * 32,
)  # fmt: skip
KEY = FindingKey("1.2.1", "prima", "mass")


def make_prediction(scores=(2.0, -1.0)) -> Prediction:
    return Prediction(
        "1.2.1",
        CARD,
        findings_from_scores(CARD, scores),
        seen=("1.2.1.1",),
        excluded=(Exclusion("1.2.1.2", "T2", "localiser"),),
        warnings=("few slices",),
        device="CPU",
        seconds=1.5,
        created="2026-01-02T03:04:05+00:00",
        versions={"torch": "2.13"},
    )


def make_attribution(score: float = 2.0, seed: int = 0) -> Attribution:
    place = Place("1.2.1.1", "1.2.1.1", "T1", "", (1, 2, 3), np.arange(6).reshape(2, 3), np.eye(4))
    unit = UnitScores(place, np.array([0.5, -0.25], np.float32), 0.25)
    evidence = Evidence((Check("completeness", 0.01, "pass", "1 %"),), "Hiding A lowers the score")
    return Attribution(
        "1.2.1", "prima", "ab" * 32, "phantoms", TARGETS[0], "LIME", "logit", score, None, (unit,), evidence,
        True, True, seed, {"samples": 64},
    )  # fmt: skip


@pytest.fixture
def filled(library, folder):
    library.import_paths(folder)
    return library


def test_a_study_comes_back_as_the_scan_found_it(filled, folder):
    headers = [read_header(path) for path in sorted(folder.rglob("*.dcm"))]
    assert all(isinstance(header, Header) for header in headers)
    assert (filled.study("1.2.1"),) == studies_from(headers)


def test_rows_never_leave(filled):
    filled.save_prediction(make_prediction())
    filled.decide(Verdict(KEY, Decision.ACCEPTED))
    filled.save_attribution(make_attribution())
    out = [
        *filled.entries(), filled.study("1.2.1"), *filled.predictions("1.2.1"), *filled.attributions("1.2.1"),
        *filled.records.decisions("1.2.1"),
    ]  # fmt: skip
    for value in out:
        assert not isinstance(value, DeclarativeBase)
        assert type(value).__dataclass_params__.frozen


def test_the_list_is_newest_first_and_says_what_there_is(filled, tmp_path):
    filled.import_paths(write_study(tmp_path / "later", study=2))
    newest, older = filled.entries()
    assert (newest.uid, older.uid) == ("1.2.2", "1.2.1")
    assert (older.patient.name, older.patient.id, older.date) == ("Doe, Jane", "4711", "2024-01-01")
    assert (older.modalities, older.series, older.files, older.missing) == (("MR",), 2, 6, "")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        *[("", 3), ("doe", 2), ("DOE 4711", 2), ("brain", 3), ("jane nobody", 0)],
        *[("žluťoučký", 1), ("ŽLUŤOUČKÝ", 1), ("2024-01-02", 1), ("1.2.3", 1)],
        *[("%", 0), ("_", 0), ("\\", 0), ("'; DROP TABLE study; --", 0)],
    ],
)
def test_a_search_finds_what_holds_every_word(library, tmp_path, words, found):
    write_study(tmp_path / "a", study=1)
    write_study(tmp_path / "b", study=2)
    write_study(tmp_path / "c", study=3, PatientName="Žluťoučký^Kůň", PatientID="0815")
    library.import_paths([tmp_path / name for name in "abc"])
    assert len(library.entries(words)) == found


def test_hostile_names_are_kept_as_they_are(library, tmp_path):
    names = [
        "山田^太郎=やまだ^たろう",
        "<b>Robert'); DROP TABLE study;--",
        "a\u202eb\u200f",
        "%_\\",
        "O'Neil^" + "x" * 50,
    ]
    for n, name in enumerate(names, 1):
        write_file(tmp_path / "in" / f"{n}.dcm", study=n, PatientName=name, PatientID=str(n))
    library.import_paths(tmp_path / "in")
    known = {n: read_header(tmp_path / "in" / f"{n}.dcm").study.patient for n in range(1, len(names) + 1)}
    assert {int(entry.patient.id): entry.patient for entry in library.entries()} == known


def test_a_path_of_any_bytes_is_kept(library, tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 \xf0.dcm"))
    write_file(path)
    library.import_paths(path)
    assert library.study("1.2.1").series[0].instances[0].path == path


def test_a_prediction_comes_back_whole_after_reopening(filled, home):
    bare = make_prediction()
    findings = (replace(bare.findings[0], interval=(1.25, 2.75)), *bare.findings[1:])
    prediction = replace(bare, findings=findings)
    filled.save_prediction(prediction)
    filled.close()
    again = Library.open(home)
    assert again.predictions("1.2.1") == (prediction,)
    again.close()


def test_the_last_answer_of_a_model_is_the_one_that_holds(filled):
    filled.save_prediction(make_prediction())
    failed = replace(make_prediction(), findings=findings_without_scores(CARD, State.FAILED, "no T1"))
    filled.save_prediction(failed)
    assert filled.predictions("1.2.1") == (failed,)


def test_decisions_survive_reopening_with_who_and_when(filled, home):
    filled.save_prediction(make_prediction())
    filled.decide(Verdict(KEY, Decision.REJECTED, "artefact"), reader="Dr. Röntgen")
    filled.decide(Verdict(KEY, Decision.ACCEPTED, "is there"), reader="Dr. Curie")
    filled.close()
    again = Library.open(home)
    finding = again.predictions("1.2.1")[0].finding("mass")
    assert (finding.decision, finding.comment) == (Decision.ACCEPTED, "is there")
    log = again.records.decisions("1.2.1")
    assert [(d.reader, d.verdict.decision) for d in log] == [
        ("Dr. Röntgen", Decision.REJECTED),
        ("Dr. Curie", Decision.ACCEPTED),
    ]
    assert log[0].made <= log[1].made
    again.close()


def test_a_decision_about_nothing_is_refused_in_words(filled):
    with pytest.raises(LibraryError, match="finding is not in the library"):
        filled.decide(Verdict(KEY, Decision.ACCEPTED))


def test_an_explanation_comes_back_and_the_same_question_has_one(filled):
    filled.save_attribution(make_attribution(score=1.0))
    filled.save_attribution(make_attribution(score=2.0))
    filled.save_attribution(make_attribution(score=3.0, seed=1))
    found = filled.attributions("1.2.1")
    assert [a.score for a in found] == [2.0, 3.0]
    assert np.array_equal(found[0].units[0].scores, [0.5, -0.25])
    assert found[0].evidence.check("completeness").text == "1 %"


def test_an_explanation_whose_file_was_altered_is_left_out(filled):
    filled.save_attribution(make_attribution())
    filled.save_attribution(make_attribution(score=3.0, seed=1))
    blob = sorted((filled.folder / "blobs").rglob("*.npz"))[0]
    blob.write_bytes(blob.read_bytes()[:-1] + b"x")
    assert len(filled.attributions("1.2.1")) == 1


def test_files_that_vanished_or_changed_are_told_of(filled, folder):
    (folder / "1" / "2.dcm").unlink()
    write_file(folder / "2" / "1.dcm", series=2, PatientComments="longer than before")
    first, second = filled.study("1.2.1").display_sets
    assert first.warnings[0].startswith("1 of 3 files are not where they were")
    assert second.warnings[0].startswith("1 of 3 files have changed")
    shutil.rmtree(folder / "1")
    assert filled.entries()[0].missing.startswith("The files of 1 of 2 series")
    shutil.rmtree(folder)
    assert filled.entries()[0].missing.startswith("Its files are not where they were")


def test_removing_a_study_touches_no_file(filled, folder):
    filled.save_prediction(make_prediction())
    filled.save_attribution(make_attribution())
    filled.records.save_desk("1.2.1", Desk())
    filled.remove("1.2.1")
    assert filled.entries() == []
    assert len(list(folder.rglob("*.dcm"))) == 6
    with pytest.raises(LibraryError, match="not in the library"):
        filled.study("1.2.1")
    assert filled.import_paths(folder).read == 6
    assert filled.predictions("1.2.1") == ()


def test_priors_are_earlier_studies_of_the_same_person(library, tmp_path):
    for study in (1, 2, 3):
        write_study(tmp_path / f"{study}", study=study)
    write_study(tmp_path / "4", study=4, PatientName="Other^One", PatientBirthDate="19900101")
    library.import_paths(tmp_path)
    assert [entry.uid for entry in library.priors("1.2.3")] == ["1.2.2", "1.2.1"]
    assert library.priors("1.2.1") == []
    assert library.priors("1.2.4") == []


def test_a_name_alone_does_not_make_a_patient(library, tmp_path):
    for study, birth in ((1, ""), (2, ""), (3, "19600101"), (4, "19600101")):
        write_study(tmp_path / f"{study}", study=study, PatientName="Anonymized", PatientID="",
                    PatientBirthDate=birth)  # fmt: skip
    library.import_paths(tmp_path)
    assert library.priors("1.2.2") == []
    assert [entry.uid for entry in library.priors("1.2.4")] == ["1.2.3"]


def test_a_desk_and_reports_are_found_again(filled, tmp_path):
    desk = (
        Desk(layout=Layout.TWO)
        .with_slots(["1.2.1.2", "1.2.1.1"])
        .with_window("1.2.1.1", Window(40, 80, "brain"))
    )
    desk = replace(desk, overlay=replace(desk.overlay, attribution="x", mode=OverlayMode.SMOOTH, opacity=0.3))
    assert filled.records.desk("1.2.1") is None
    filled.records.save_desk("1.2.1", Desk())
    filled.records.save_desk("1.2.1", desk)
    assert filled.records.desk("1.2.1") == desk
    (tmp_path / "report.pdf").write_bytes(b"%PDF")
    report = filled.records.add_report("1.2.1", "PDF report", tmp_path / "report.pdf")
    assert filled.records.reports("1.2.1") == (report,)


def test_a_backup_is_a_library_of_its_own(filled, tmp_path):
    filled.save_prediction(make_prediction())
    (tmp_path / "other").mkdir()
    filled.backup(tmp_path / "other" / "library.db")
    other = Library.open(tmp_path / "other")
    assert other.study("1.2.1") == filled.study("1.2.1")
    assert other.predictions("1.2.1") == filled.predictions("1.2.1")
    other.close()


def test_threads_may_share_the_library(filled, tmp_path):
    failures = []

    def work(n):
        try:
            filled.import_paths(write_study(tmp_path / f"t{n}", study=n + 10))
            filled.save_prediction(make_prediction())
            filled.decide(Verdict(KEY, Decision.ACCEPTED, str(n)))
            filled.entries("doe")
        except Exception as error:  # noqa: BLE001 - told below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(filled.entries()) == 7
    assert len(filled.records.decisions("1.2.1")) == 6


def test_the_library_is_for_its_owner_alone(filled, home):
    assert home.stat().st_mode & 0o077 == 0
    assert (home / "library.db").stat().st_mode & 0o077 == 0
    filled.close()
    connection = sqlite3.connect(home / "library.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_a_full_disk_is_told_of_and_costs_nothing_that_was_saved(filled, tmp_path):
    before = filled.entries()
    with filled._database.writing() as session:
        pages = session.execute(text("PRAGMA page_count")).scalar()
        session.execute(text(f"PRAGMA max_page_count={pages + 2}"))
    with pytest.raises(LibraryError, match="disk with the library is full"):
        filled.import_paths(write_study(tmp_path / "large", study=5, files=60))
    assert filled.entries() == before
    with filled._database.writing() as session:
        session.execute(text("PRAGMA max_page_count=1000000"))
    assert len(filled.import_paths(tmp_path / "large").study_uids) == 1
