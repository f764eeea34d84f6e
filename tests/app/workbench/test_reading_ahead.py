"""A long loop plays while it is read, in a part of its memory; a stack of loops opens in its middle."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app import theme
from app.viewer.cine_view import CineView
from app.viewer.reel import Reel
from app.workbench import reading_ahead
from inference.imaging.study import Kind
from tests.benchmarks.made_studies import write_loop
from tests.imaging_fixtures import write_series
from tests.journeys.reader import Reader
from tests.ventricle_stacks import heart, write_heart


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    reader = Reader(tmp_path / "home", tmp_path)
    yield reader
    reader.leave()
    reader.watchdog.stop()


def loop_of(reader, folder):
    """The loop of a folder, on the wall."""
    reader.drop([folder], reader.window)
    reader.wait("the loop", lambda: isinstance(reader.window.hanging.view(0), CineView))
    return reader.window.hanging.view(0)


def reel_of(view):
    reel = view.view.exhibit.native.cine
    assert isinstance(reel, Reel)
    return reel


def test_a_loop_that_fits_is_whole_in_the_end_and_hangs_before(reader, tmp_path):
    write_loop(tmp_path / "loop")
    view = loop_of(reader, tmp_path / "loop")
    reader.wait_until_idle()
    assert reel_of(view).is_complete
    reader.wait("the line without a mark", lambda: view.bar.track._here is None)
    assert not [job for job in reader.room.services.quiet.running if "ahead" in job.title]


def test_a_loop_that_is_larger_than_its_budget_is_kept_in_a_ring(reader, tmp_path, monkeypatch):
    monkeypatch.setattr(reading_ahead, "WHOLE_BYTES", 1 << 20)
    monkeypatch.setattr(reading_ahead, "RING_BYTES", 20 * 600 * 800)
    write_loop(tmp_path / "loop")
    view = loop_of(reader, tmp_path / "loop")
    reel = reel_of(view)
    reader.wait_until_idle()
    assert len(reel._here) == reel.room == 20
    assert reader.room.room.showing.shelf.get(view.view.exhibit.display_set_uid).nbytes == 20 * 600 * 800
    reader.window.hanging.setFocus()
    reader.key(Qt.Key.Key_Space)
    reader.wait("the end of the loop", lambda: view.view.look.slice_index > 40)
    reader.key(Qt.Key.Key_Space)
    assert len(reel._here) <= 20
    assert np.array_equal(view.view.sheet().pixels, view.view.exhibit.native.pixels(view.playback.frame))


def test_a_series_that_is_shown_instead_ends_the_reading_ahead(reader, tmp_path, monkeypatch):
    monkeypatch.setattr(reading_ahead, "WHOLE_BYTES", 1 << 20)
    monkeypatch.setattr(reading_ahead, "RING_BYTES", 20 * 600 * 800)
    write_loop(tmp_path / "study", study="1")
    write_series(tmp_path / "study", series="7")
    reader.drop([tmp_path / "study"], reader.window)
    reader.wait("the study", lambda: reader.sitting.current is not None)
    sets = {d.kind: d.uid for d in reader.sitting.current.display_sets}
    workspace, hanging = reader.room.services.workspace, reader.window.hanging
    workspace.hang([sets[Kind.CINE]])
    reader.wait("the loop", lambda: isinstance(hanging.view(0), CineView))
    reel = reel_of(hanging.view(0))
    workspace.show(0, sets[Kind.VOLUME])
    reader.wait("the volume", lambda: hanging.slice_views() and reader.view.exhibit.volume is not None)
    reader.wait_until_idle()
    assert reel.take() is None
    workspace.show(0, sets[Kind.CINE])  # from the shelf, and read on
    reader.wait("the loop", lambda: isinstance(hanging.view(0), CineView))
    reader.wait_until_idle()
    assert reel_of(hanging.view(0)) is reel
    assert len(reel._here) == reel.room


def test_a_film_whose_loop_is_put_away_is_over_and_says_so(reader, tmp_path, monkeypatch):
    monkeypatch.setattr(reading_ahead, "WHOLE_BYTES", 1 << 20)
    monkeypatch.setattr(reading_ahead, "RING_BYTES", 20 * 600 * 800)
    write_loop(tmp_path / "loop")
    loop_of(reader, tmp_path / "loop")
    filming, told = reader.room.room.filming, []
    filming.told.connect(told.append)
    filming.save_loop(tmp_path / "loop.mp4")
    assert filming.is_filming
    reader.room.services.workspace.show(0, "")
    reader.wait("the word", lambda: told == ["The movie was stopped; nothing was written"])
    assert not filming.is_filming
    assert not (tmp_path / "loop.mp4").exists()


def test_a_stack_of_loops_opens_at_its_middle_slice(reader, tmp_path):
    write_heart(tmp_path / "heart", heart())
    view = loop_of(reader, tmp_path / "heart")
    (shown,) = (d for d in reader.sitting.current.display_sets if d.kind is Kind.CINE_STACK)
    assert view.positions == len(shown.frame_index) // shown.phases > 2
    assert view.position == view.positions // 2
    assert view.view.exhibit.picture(0) == view.position * shown.phases
    assert view.rate_text().startswith(f"slice {view.position + 1} / {view.positions}")
    view.position_needed.emit(0)  # and elsewhere by the wheel, as before
    reader.wait("the first slice", lambda: view.position == 0)
