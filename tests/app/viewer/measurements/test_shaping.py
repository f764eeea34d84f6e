"""Two axes of a lesion stay at right angles and cross, whichever end is dragged."""

from __future__ import annotations

import numpy as np
import pytest

from app.viewer.measurements.measurement import Kind
from app.viewer.measurements.shaping import moved, shaped

DRAWN = shaped(Kind.BIDIRECTIONAL, np.array([(100.0, 100.0), (200.0, 160.0)]))


def are_crossed(points) -> bool:
    """At right angles, with the crossing on the long axis."""
    along, across = points[1] - points[0], points[3] - points[2]
    share = (points[2] - points[0]) @ along / (along @ along)
    return (
        abs(along @ across) < 1e-6 * np.linalg.norm(along) * np.linalg.norm(across)
        and -1e-9 <= share <= 1 + 1e-9
    )


@pytest.mark.parametrize("handle", range(4))
@pytest.mark.parametrize("to", [(60.0, 40.0), (170.0, 90.0), (240.0, 260.0), (150.0, 131.0)])
def test_the_axes_stay_crossed_and_the_end_goes_where_it_is_dragged(handle, to):
    after = moved(Kind.BIDIRECTIONAL, DRAWN, handle, np.array(to))
    assert are_crossed(after)
    if handle < 2:
        assert np.allclose(after[handle], to)


def test_the_short_axis_keeps_its_length_and_its_share_while_the_long_one_turns():
    after = moved(Kind.BIDIRECTIONAL, DRAWN, 1, np.array([100.0, 300.0]))
    before = np.linalg.norm(DRAWN[3] - DRAWN[2])
    assert np.linalg.norm(after[3] - after[2]) == pytest.approx(before)
    assert np.allclose((after[2] + after[3]) / 2, (after[0] + after[1]) / 2)


def test_an_end_of_the_short_axis_is_dragged_along_and_away_from_the_long_one():
    along = (DRAWN[1] - DRAWN[0]) / np.linalg.norm(DRAWN[1] - DRAWN[0])
    across = np.array([-along[1], along[0]])
    to = DRAWN[0] + 30 * along - 17 * across
    after = moved(Kind.BIDIRECTIONAL, DRAWN, 2, to)
    assert np.allclose(after[2], to)
    assert np.allclose(after[:2], DRAWN[:2])
    other = (DRAWN[3] - DRAWN[0]) @ across
    assert (after[3] - after[0]) @ across == pytest.approx(other)  # it reaches as far on its own side


def test_an_axis_without_a_length_changes_nothing():
    assert np.array_equal(moved(Kind.BIDIRECTIONAL, DRAWN, 0, DRAWN[1]), DRAWN)
