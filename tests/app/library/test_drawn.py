"""Segments that readers draw, in the library."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import update

from app.library.library import Library
from app.library.tables import SegmentationRow
from app.painting.boxes import whole
from app.painting.plain import to_plain
from inference.errors import LibraryError
from tests.app.painting.grids import SHAPE, empty


@pytest.fixture
def filled(library, folder):
    library.import_paths(folder)
    return library


def drawn(uid="u", first=10):
    labels = np.zeros(SHAPE, np.uint8)
    labels[2:7, first:40, 60:100] = 2
    return replace(empty(), uid=uid).painted(labels, whole(SHAPE))


def test_segments_come_back_voxel_by_voxel_after_reopening(filled, home):
    filled.drawn.keep([drawn(), drawn("v", 20)], reader="ab")
    filled.close()
    again = Library.open(home)
    found = again.drawn.of_study("1.2.1")
    again.close()
    assert [s.uid for s in found] == ["u", "v"]
    assert to_plain(found[0]) == to_plain(drawn())
    assert all(
        np.array_equal(s.labels(), d.labels()) for s, d in zip(found, (drawn(), drawn("v", 20)), strict=True)
    )


def test_the_last_state_counts_and_what_is_gone_is_gone(filled):
    filled.drawn.keep([drawn(), drawn("v")])
    filled.drawn.keep([drawn(first=30)], ["v"])
    (found,) = filled.drawn.of_study("1.2.1")
    assert np.array_equal(found.labels(), drawn(first=30).labels())


def test_one_that_cannot_be_read_costs_no_other(filled):
    filled.drawn.keep([drawn(), drawn("v")])
    with filled._database.writing() as session:
        session.execute(update(SegmentationRow).where(SegmentationRow.uid == "u").values(voxels=b"PK"))
    assert [s.uid for s in filled.drawn.of_study("1.2.1")] == ["v"]


def test_a_study_that_is_not_there_keeps_nothing(filled):
    with pytest.raises(LibraryError):
        filled.drawn.keep([replace(drawn(), study_uid="9.9")])


def test_they_go_with_their_study(filled):
    filled.drawn.keep([drawn()])
    filled.remove("1.2.1")
    with filled._database.reading() as session:
        assert session.query(SegmentationRow).count() == 0
