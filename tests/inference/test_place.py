"""Where elements lie in the patient, and on which pictures of a loop."""

from __future__ import annotations

import numpy as np
import pytest

from inference.place import Place

AFFINE = np.diag([20.0, 10.0, 8.0, 1.0])[[2, 1, 0, 3]]


def loop(times_ms: list[float], lasts_ms: float = 0.0) -> Place:
    shape = (len(times_ms), 2, 2)
    index = np.array(list(np.ndindex(*shape)))
    return Place("d", "s", "4CH", "", shape, index, AFFINE, np.array(times_ms), lasts_ms)


def test_the_moments_of_a_loop_lie_in_one_place():
    place = loop([0.0, 100.0, 200.0])
    assert np.allclose(place.centres_lps_mm[0], place.centres_lps_mm[8])
    assert np.allclose(place.corners_lps_mm(1), place.corners_lps_mm(5))


def test_the_slices_of_a_volume_do_not():
    place = Place("d", "s", "T1", "", (2, 1, 1), np.array([(0, 0, 0), (1, 0, 0)]), AFFINE)
    assert np.linalg.norm(np.diff(place.centres_lps_mm, axis=0)) == pytest.approx(place.size_mm[0])
    assert place.moment_at(0.0, 40.0) is None


def test_a_moment_of_one_picture_belongs_to_that_picture_alone():
    place = loop([0.0, 120.0, 240.0])
    found = [place.moment_at(40.0 * frame, 40.0) for frame in range(8)]
    assert found == [0, None, None, 1, None, None, 2, None]


def test_a_moment_that_lasts_covers_its_pictures():
    place = loop([0.0, 120.0], lasts_ms=120.0)
    assert [place.moment_at(40.0 * frame, 40.0) for frame in range(7)] == [0, 0, 0, 1, 1, 1, None]
