"""Imports that were cut short are offered at the next start."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import resources
from app import theme
from app.library.importing import Import
from app.library.library import Library
from app.library.values import UnfinishedImport
from app.workbench.resuming import GO_ON, unfinished_words
from tests.journeys.reader import Reader


@pytest.fixture
def folder(tmp_path) -> Path:
    """One file of the bundled study."""
    files = sorted(path for path in resources.path("demo").rglob("*.dcm"))
    if not files:
        pytest.skip("the bundled study is not here")
    (tmp_path / "ward").mkdir()
    return Path(shutil.copy(files[0], tmp_path / "ward")).parent


def test_every_folder_is_named_once():
    cut_short = UnfinishedImport((Path("/a/ward"),), "2026-01-01")
    assert unfinished_words((cut_short, cut_short))[0] == "Reading ward was cut short the last time."


def test_an_import_that_was_cut_short_goes_on_when_the_reader_says_so(qapp, tmp_path, folder):
    home = tmp_path / "home"
    library = Library.open(home / "library")
    Import(library._database, home)._begin([folder])  # as a process leaves it that was killed
    library.close()
    theme.apply(qapp)
    reader = Reader(home, home)
    notice = reader.window.notice
    reader.wait("the offer", lambda: notice.isVisible() and notice.action.text() == GO_ON)
    notice.action.click()
    reader.wait("the study", lambda: "1 stud" in reader.window.activity.library.text())
    assert reader.room.services.library.unfinished_imports() == ()
    reader.leave()
    reader.watchdog.stop()


def test_what_this_window_reads_just_now_is_not_offered_as_cut_short(qapp, tmp_path, folder):
    theme.apply(qapp)
    reader = Reader(tmp_path / "home", tmp_path)
    resuming, opening = reader.room._resuming, reader.room.room.opening
    opening.import_paths([folder])
    resuming._offer((UnfinishedImport((folder,), "2026-01-01"),))
    assert not reader.window.notice.isVisible()
    resuming._offer((UnfinishedImport((folder / "elsewhere",), "2026-01-01"),))
    assert reader.window.notice.action.text() == GO_ON
    reader.wait_until_idle()
    reader.leave()
    reader.watchdog.stop()
