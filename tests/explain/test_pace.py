"""Batches follow the machine."""

from __future__ import annotations

from explain.pace import Pace


def test_quick_batches_grow_to_a_limit_and_slow_ones_shrink_to_one():
    pace = Pace(4, 16)
    for _ in range(5):
        pace.took(pace.rows, 0.001)
    assert pace.rows == 16
    for _ in range(9):
        pace.took(pace.rows, 1.0)
    assert pace.rows == 1


def test_a_short_last_batch_says_nothing_about_speed():
    pace = Pace(8, 16)
    pace.took(2, 0.001)
    assert pace.rows == 8
