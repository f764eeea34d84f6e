"""A picture that has not been read is asked for once, and so are those of a slab."""

from __future__ import annotations

import numpy as np
import pytest

from app.viewer.exhibit import Exhibit, volume_exhibit
from app.viewer.look import Look
from app.viewer.missing_pictures import MissingPictures
from app.viewer.slicing import PictureSlices
from inference.imaging.volume import Picture


@pytest.fixture
def stack():
    affine = np.diag([2.0, 1.0, 1.0, 1.0])[[2, 1, 0, 3]]
    picture = Picture(np.zeros((4, 5), np.int16), affine_lps=affine)
    return Exhibit(PictureSlices(9, (4, 5), {3: picture}))


def test_what_is_missing_is_asked_for_once_until_something_comes(stack):
    asked = []
    missing = MissingPictures(asked.append)
    for index in (3, 5, 5, 6, 5):
        missing.want(stack, Look(slice_index=index))
    assert asked == [5, 6]
    missing.forget()
    missing.want(stack, Look(slice_index=5))
    assert asked == [5, 6, 5]


def test_a_slab_asks_for_its_neighbours(stack):
    asked = []
    MissingPictures(asked.append).want(stack, Look(slice_index=3, slab_mm=4.0))
    assert {2, 4} <= set(asked)
    assert 3 not in asked


def test_a_volume_misses_nothing(upright):
    asked = []
    MissingPictures(asked.append).want(volume_exhibit(upright), Look(slice_index=2, slab_mm=10.0))
    assert asked == []
