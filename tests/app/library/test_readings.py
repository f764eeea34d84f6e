"""Read status and triage in the library."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from app.library.library import Library
from app.library.upgrade import HEAD
from app.reading_status import Reading, ReadStatus
from app.verdicts import FindingKey, Verdict
from inference.errors import LibraryError
from inference.prediction import Decision
from tests.app.library.dicom_files import write_study
from tests.app.library.test_library import CARD, make_prediction

STUDY = "1.2.1"


@pytest.fixture
def filled(library, folder):
    library.import_paths(folder)
    return library


def entry(library):
    return next(e for e in library.entries() if e.uid == STUDY)


def test_a_new_study_is_unread(filled):
    assert filled.readings.of_study(STUDY) == Reading() == entry(filled).reading


def test_what_is_done_moves_the_status_forward_and_never_back(filled):
    for done, holds in (
        (ReadStatus.IN_PROGRESS, ReadStatus.IN_PROGRESS),
        (ReadStatus.REPORTED, ReadStatus.REPORTED),
        (ReadStatus.IN_PROGRESS, ReadStatus.REPORTED),
    ):
        assert filled.readings.advance(STUDY, done, "Dr. Röntgen").status is holds
    assert entry(filled).reading.status is ReadStatus.REPORTED
    assert len(filled.readings.history(STUDY)) == 2


def test_a_reader_may_set_any_status_and_every_change_is_kept(filled, home):
    filled.readings.advance(STUDY, ReadStatus.REPORTED, "A")
    made = filled.readings.mark(STUDY, ReadStatus.UNREAD, "B")
    filled.close()
    again = Library.open(home)
    assert again.readings.of_study(STUDY) == made
    assert (made.status, made.reader, made.by_hand) == (ReadStatus.UNREAD, "B", True)
    assert [r.reader for r in again.readings.history(STUDY)] == ["A", "B"]
    again.close()


def test_without_a_name_the_login_is_the_reader(filled, monkeypatch):
    monkeypatch.setenv("LOGNAME", "roentgen")
    assert filled.readings.mark(STUDY, ReadStatus.READ).reader == "roentgen"


def test_the_status_of_a_study_that_is_gone_is_refused(filled):
    filled.readings.mark(STUDY, ReadStatus.READ)
    filled.remove(STUDY)
    with pytest.raises(LibraryError, match="not in the library"):
        filled.readings.mark(STUDY, ReadStatus.READ)


def test_status_and_triage_of_one_study_are_not_those_of_another(filled, tmp_path):
    filled.import_paths(write_study(tmp_path / "other", study=2))
    filled.readings.mark(STUDY, ReadStatus.READ)
    filled.save_prediction(make_prediction((2.0, -1.0)))
    other = next(e for e in filled.entries() if e.uid == "1.2.2")
    assert (other.reading, other.triage) == (Reading(), None)
    prior = filled.priors("1.2.2")[0]
    assert (prior.reading.status, prior.triage.words) == (ReadStatus.READ, "Mass +2.0")


def test_the_list_tells_the_last_answer_with_the_decision_of_the_reader(filled):
    assert entry(filled).triage is None
    filled.save_prediction(make_prediction((-5.0, 4.0)))
    filled.save_prediction(make_prediction((2.0, 1.5)))
    assert entry(filled).triage.words == "Mass +2.0"
    filled.decide(Verdict(FindingKey(STUDY, "prima", "mass"), Decision.REJECTED))
    assert entry(filled).triage.words == "Bleed +0.5"


def test_answers_of_other_weights_are_read_with_their_own_card(filled, tmp_path):
    filled.import_paths(write_study(tmp_path / "other", study=2))
    filled.save_prediction(make_prediction((2.0, -1.0)))
    renamed = tuple(replace(t, title=f"Other {t.title.lower()}") for t in CARD.targets)
    card = replace(CARD, targets=renamed, weights_sha256="cd" * 32)
    filled.save_prediction(replace(make_prediction(), study_uid="1.2.2", card=card))
    told = {e.uid: e.triage.words for e in filled.entries()}
    assert told == {STUDY: "Mass +2.0", "1.2.2": "Other mass +2.0"}


def test_a_library_of_the_schema_before_keeps_its_studies_which_are_unread(filled, home):
    filled.close()
    file = sqlite3.connect(home / "library.db")
    with file:
        file.execute("DROP TABLE reading")
        file.execute("DROP TABLE segmentation")
        file.execute("UPDATE alembic_version SET version_num = '0004'")
    file.close()
    again = Library.open(home)
    assert entry(again).reading.status is ReadStatus.UNREAD
    again.readings.mark(STUDY, ReadStatus.READ)
    assert entry(again).reading.status is ReadStatus.READ
    again.close()
    file = sqlite3.connect(home / "library.db")
    assert file.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
    file.close()
