"""Windows of CT, percentiles of MR, and pixels that are no numbers."""

from __future__ import annotations

import numpy as np
import pytest

from inference.errors import NotApplicableError
from inference.imaging.stack import Stack
from inference.models.radclip_grey import Wish, ct_channels, ct_window_for, grey_of, mr_grey
from tests.radclip_fixtures import display_set, noise

WISH = Wish(32, 8, 6, ("soft tissue", "lung", "brain"))


def test_ct_windows_fill_the_channels_by_their_own_ends():
    values = np.array([[[-1500.0, -600.0, 40.0, 240.0]]])
    soft, lung, _brain = np.moveaxis(ct_channels(values, WISH.windows)[0, 0], -1, 0)
    assert soft.tolist() == [0.0, 0.0, 0.5, 1.0]
    assert lung[1] == 0.5
    one = ct_channels(values, ("auto",), "CT THORAX")
    assert np.array_equal(one[..., 0], one[..., 2])
    assert one[0, 0, 1, 0] == 0.5


def test_words_choose_the_ct_window_before_pixels_do():
    lungs = np.full((2, 8, 8), -800.0)
    assert ct_window_for("CT HEAD", lungs) == "brain"
    assert ct_window_for("series 3", lungs) == "lung"
    assert ct_window_for("series 3", lungs + 850) == "soft tissue"


def test_mr_lies_between_its_percentiles_and_leaves_padding_out():
    values = np.concatenate([np.full(1000, -5000.0), np.linspace(0, 100, 1000)]).reshape(1, 40, 50)
    grey = mr_grey(values, padding=-5000.0)
    assert grey.min() == 0.0
    assert grey.max() == 1.0
    assert 0.45 < grey[0, 30, 0] < 0.55


def test_pixels_that_are_not_numbers_are_refused_and_single_ones_are_black():
    whole = Stack(np.full((2, 8, 8), np.nan, np.float32))
    with pytest.raises(NotApplicableError, match="no pixel holds a number"):
        grey_of(display_set(modality="MR"), whole, WISH)
    some = noise((2, 8, 8))
    some[0, 0, 0] = np.nan
    grey = grey_of(display_set(modality="MR"), Stack(some), WISH)
    assert np.isfinite(grey).all()
    assert grey[0, 0, 0, 0] == 0.0
    with pytest.raises(NotApplicableError, match="all pixels are the same"):
        grey_of(display_set(modality="MR"), Stack(np.zeros((2, 8, 8))), WISH)
