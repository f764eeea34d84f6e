"""A histogram counts what is there, and nothing that is not."""

import numpy as np

from app.panels.histogram import Histogram, counted
from inference.imaging.study import Window


def test_padding_and_what_is_no_number_do_not_count():
    pixels = np.array([[-2000.0, np.nan, 1.0, 2.0, 3.0, np.inf]])
    counts, edges = counted(pixels, -2000.0)
    assert counts.sum() == 3
    assert edges[0] >= 1.0
    assert edges[-1] <= 3.0


def test_counts_are_those_of_numpy_between_the_outliers():
    pixels = np.random.default_rng(0).normal(100.0, 20.0, (200, 200))
    counts, edges = counted(pixels, None)
    assert np.array_equal(counts, np.histogram(pixels, edges)[0])
    assert counts.sum() > 0.999 * pixels.size


def test_nothing_to_count_is_drawn_as_nothing(qtbot):
    histogram = Histogram(None, None, Window(0.0, 1.0))
    qtbot.addWidget(histogram)
    histogram.show_window(Window(5.0, 2.0))
    assert histogram.counts.sum() == 0
    assert not histogram.grab().isNull()
