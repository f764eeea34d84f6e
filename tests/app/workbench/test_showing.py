"""What is read first: the picture that somebody waits for."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest

from app import theme
from app.workbench.wholes import SOON_MS, Wholes
from tests.imaging_fixtures import write_series
from tests.journeys.reader import Reader


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    reader = Reader(tmp_path, tmp_path)
    yield reader
    reader.leave()
    reader.watchdog.stop()


@pytest.fixture
def opened(reader, tmp_path):
    for series in ("1", "2", "3"):
        write_series(tmp_path / "in", series=series)
    asked = []
    for jobs in (reader.room.services.jobs, reader.room.services.quiet):
        jobs.started.connect(lambda job: asked.append(job.title))
    reader.drop([tmp_path / "in"], reader.window.studies)
    reader.wait("the volume", lambda: reader.window.hanging.slice_views() and reader.view.exhibit.volume)
    reader.wait_until_idle()
    return reader, asked


def test_first_pictures_are_asked_for_before_thumbnails_and_whole_series(opened):
    _, asked = opened
    firsts = [n for n, title in enumerate(asked) if title.startswith("First picture")]
    rest = [n for n, title in enumerate(asked) if title == "Thumbnail" or title.startswith("Reading Series")]
    assert firsts
    assert len([title for title in asked if title == "Thumbnail"]) == 3
    assert max(firsts) < min(rest)


def test_a_series_that_nobody_waits_for_any_more_is_not_read(opened):
    reader, asked = opened
    (display_set, *_) = reader.sitting.current.display_sets
    arrived = []
    wholes = Wholes(reader.room.services, lambda *given: arrived.append(given), lambda *_: None)
    known = len(asked)
    wholes.read_soon(display_set)
    wholes.keep_only(())
    QTest.qWait(5 * SOON_MS)
    assert asked[known:] == []
    wholes.read_soon(display_set)
    reader.wait("the series", lambda: arrived)
