"""What the quiet bar said of one study is not said over the next."""

from __future__ import annotations

import pytest

from app import theme
from app.messages import STUDY
from tests.app.report.leaving import WHOLE
from tests.imaging_fixtures import write_series
from tests.journeys.reader import Reader


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    for study in ("1", "2"):
        write_series(tmp_path / study, shape=(3, 16, 16), study=study, series=study, **WHOLE)
    reader = Reader(tmp_path / "home", tmp_path)
    yield reader
    reader.leave()
    reader.watchdog.stop()


def test_what_an_import_could_not_read_stays_until_another_study_is_asked_for(reader, tmp_path):
    opening = reader.room.room.opening
    opening.import_paths([tmp_path / "1"])
    reader.wait("the first study", lambda: reader.sitting.current is not None)
    first = reader.sitting.current.uid
    (tmp_path / "2" / "bad.dcm").write_bytes(b"")
    opening.import_paths([tmp_path / "2"])
    reader.wait("the second study", lambda: reader.sitting.current.uid != first)
    reader.wait_until_idle()
    assert "cannot be shown" in reader.told
    reader.window.studies.open_requested.emit(first)
    reader.wait("the first study again", lambda: reader.sitting.current.uid == first)
    reader.wait("it to go, once it could be read", lambda: reader.told == "")


def test_closing_a_study_takes_what_was_said_of_it_away(reader, tmp_path):
    opening = reader.room.room.opening
    opening.import_paths([tmp_path / "1"])
    reader.wait("the study", lambda: reader.sitting.current is not None)
    reader.window.notice.show_notice("Not eligible.", grave=True, about=STUDY)
    opening.close_study()
    reader.wait("it to go, once it could be read", lambda: reader.told == "")
