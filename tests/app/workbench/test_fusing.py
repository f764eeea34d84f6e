"""A series is laid over another only where it is known how the two lie to each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.comparison import Comparison
from app.viewer.exhibit import volume_exhibit
from app.workbench.fusing import not_placed, way_between
from inference.imaging.register import Registration
from tests.app.viewer.patients import UPRIGHT, affine, placed_volume, study_of

TO_PRE = np.array([[0.0, -1, 0, 5], [1, 0, 0, 6], [0, 0, 1, 7], [0, 0, 0, 1]])


def series(uid, frame):
    volume = placed_volume(affine(UPRIGHT))
    study, display_set = study_of(volume, uid, frame)
    return volume_exhibit(volume, study, display_set), study, display_set


def compared(pre, post, *, trustworthy=True):
    registration = Registration(TO_PRE, "Aligned.", 0.1, 0.3, 0.9, trustworthy)
    return Comparison(
        pre[1], post[1], None, None, (), (pre[2], post[2]), registration, "", None, None, (), ()
    )


def test_one_frame_of_reference_is_one_space():
    shown, other = series("1", "F"), series("2", "F")
    way = way_between(shown[0], other[2], None)
    assert np.array_equal(way.other_from_shown_lps, np.eye(4))
    assert way.words == "In the same frame of reference"


def test_frames_that_are_not_the_same_are_not_taken_for_it():
    shown = series("1", "F")
    assert way_between(shown[0], series("2", "G")[2], None) is None
    assert way_between(shown[0], series("2", "")[2], None) is None


def test_the_registration_of_the_comparison_leads_both_ways():
    pre, post = series("1", "F"), series("2", "G")
    comparison = compared(pre, post)
    assert np.allclose(way_between(post[0], pre[2], comparison).other_from_shown_lps, TO_PRE)
    assert np.allclose(way_between(pre[0], post[2], comparison).other_from_shown_lps, np.linalg.inv(TO_PRE))


def test_it_leads_to_every_series_of_the_same_frame_but_to_no_other():
    pre, post = series("1", "F"), series("2", "G")
    comparison = compared(pre, post)
    beside = replace(pre[2], uid="t2", series_uid="seriesT2")
    assert way_between(post[0], beside, comparison) is not None
    assert way_between(post[0], replace(beside, frame_of_reference_uid="H"), comparison) is None


def test_a_registration_that_cannot_be_trusted_leads_nowhere():
    pre, post = series("1", "F"), series("2", "G")
    assert way_between(post[0], pre[2], compared(pre, post, trustworthy=False)) is None


def test_the_refusal_names_the_series_and_says_what_to_do():
    error = not_placed(series("2", "G")[2])
    assert "T2 2" in str(error)
    assert "Compare the two studies" in error.hint
    with pytest.raises(type(error)):
        raise error
