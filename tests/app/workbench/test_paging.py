"""Of a stack that forms no volume, the wheel finds the next pictures already there."""

from __future__ import annotations

import pytest

from app import theme
from app.workbench.paging_stack import AROUND, ONWARDS
from inference.imaging.study import Kind
from tests.app.report.leaving import WHOLE
from tests.imaging_fixtures import write_series
from tests.journeys.reader import Reader


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    bare = {"ImagePositionPatient": None, "ImageOrientationPatient": None}
    write_series(tmp_path / "ct", shape=(20, 24, 32), **WHOLE, **bare)
    reader = Reader(tmp_path / "home", tmp_path)
    reader.room.room.opening.import_paths([tmp_path / "ct"])
    reader.wait("the study", lambda: reader.sitting.current is not None)
    reader.wait("the pictures", lambda: reader.window.hanging.slice_views())
    reader.wait_until_idle()
    yield reader
    reader.leave()
    reader.watchdog.stop()


def there(reader):
    return set(reader.view.exhibit.native.pictures)


def test_neighbours_are_read_ahead_as_the_stack_is_scrolled(reader):
    assert reader.sitting.current.display_sets[0].kind is Kind.STACK
    here = reader.view.look.slice_index
    assert there(reader) == {here, *(here + step for step in AROUND)}
    reader.wheel(3, reader.view)
    reader.wait_until_idle()
    assert reader.view.look.slice_index == here + 3
    assert {here + 3 + step for step in ONWARDS if here + 3 + step < 20} <= there(reader)
    assert min(there(reader)) == here - 2  # nothing more was read behind


def test_pictures_are_read_ahead_in_the_direction_of_scrolling(reader):
    here = reader.view.look.slice_index
    reader.wheel(-1, reader.view)
    reader.wait_until_idle()
    assert {here - 1 - step for step in ONWARDS} <= there(reader)
    assert max(there(reader)) == here + 3


def test_what_lies_ahead_is_given_up_by_whoever_turns_back_or_looks_elsewhere(reader):
    quiet, told = reader.room.services.quiet, []
    reader.view.adjust(slice_index=0)
    reader.view.adjust(slice_index=1)
    coming = {job.title: job for job in quiet.running}
    reader.view.adjust(slice_index=0)
    assert coming["Picture 8 of Series 1"].state in ("cancelled", "stopping")
    assert coming["Picture 2 of Series 1"].state not in ("cancelled", "stopping")
    reader.view.adjust(slice_index=15)
    reader.view.adjust(slice_index=16)
    quiet.ended.connect(lambda job: told.append((job.title, job.state)))
    ahead = [job for job in quiet.running if job.title.startswith("Picture") and not job.is_over]
    assert ahead
    reader.room.services.workspace.show(0, "")
    assert all(job.state in ("cancelled", "stopping") for job in ahead)
    reader.wait_until_idle()


def test_at_the_end_of_a_stack_nothing_is_asked_for_beyond_it(reader):
    reader.view.adjust(slice_index=19)
    reader.wait_until_idle()
    assert {17, 18, 19} <= there(reader)
    assert max(there(reader)) == 19
    assert reader.told == ""


def test_a_damaged_neighbour_says_so_only_when_it_is_looked_at(reader):
    instances = reader.sitting.current.display_sets[0].instances
    bad = reader.view.look.slice_index + 8
    instances[bad].path.write_bytes(b"")
    reader.view.adjust(slice_index=bad - 2)
    reader.wait_until_idle()
    assert bad + 1 in there(reader)
    assert reader.told == ""
    reader.view.adjust(slice_index=bad)
    reader.view.grab()
    reader.wait("the word", lambda: reader.told)
