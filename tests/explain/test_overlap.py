"""Maps of overlapping sub-volumes become one map, in which what they say of a place is added up."""

from dataclasses import replace

import numpy as np
import pytest

from explain.attribution import Attribution, Evidence, UnitScores
from explain.overlap import joined
from inference.card import Target
from inference.place import Place

AFFINE = np.diag([48.0, 36.0, 36.0, 1.0])


def unit(start, scores, uid="ct", **more) -> UnitScores:
    affine = AFFINE.copy()
    affine[:3, 3] = AFFINE[:3, :3] @ np.asarray(start, float)
    index = np.array([(0, 0, n) for n in range(len(scores))])
    place = Place(uid, "series", "CT", "frame", (1, 1, len(scores)), index, affine)
    return UnitScores(place, np.asarray(scores, np.float32), float(np.sum(scores)), **more)


def explained(*units) -> Attribution:
    return Attribution(
        "study", "t3d", "", "phantoms", Target("nodule", "Nodule"), "LIME", "logit", 1.0, 0.0, units,
        Evidence(()), True, True, 0,
    )  # fmt: skip


def test_scores_of_one_place_add_up():
    made = joined(explained(unit((0, 0, 0), [1, 2, 3]), unit((0, 0, 2), [10, 20])))
    (one,) = made.units
    assert one.scores.tolist() == [1, 2, 13, 20]
    assert one.total == pytest.approx(36)
    assert np.allclose(one.place.centres_lps_mm[:, 2], [0, 36, 72, 108])


def test_an_earlier_lattice_moves_the_first_place():
    made = joined(explained(unit((0, 0, 1), [5]), unit((0, 0, 0), [1, 2])))
    assert np.allclose(made.units[0].place.centres_lps_mm[:, 2], [0, 36])
    assert made.units[0].scores.tolist() == [1, 7]


def test_errors_add_in_squares_and_any_part_makes_a_place_significant():
    one = unit((0, 0, 0), [1, 1], standard_error=np.array([3.0, 1.0]), significant=np.array([True, False]))
    two = unit((0, 0, 0), [1, 1], standard_error=np.array([4.0, 1.0]), significant=np.array([False, False]))
    (found,) = joined(explained(one, two)).units
    assert np.allclose(found.standard_error, [5, np.sqrt(2)])
    assert found.significant.tolist() == [True, False]


def test_units_of_other_volumes_and_other_lattices_stay_apart():
    apart = explained(unit((0, 0, 0), [1]), unit((0, 0, 0), [1], uid="other"))
    assert joined(apart) is apart
    askew = explained(unit((0, 0, 0), [1]), unit((0, 0, 0.5), [1]))
    assert len(joined(askew).units) == 2
    moving = unit((0, 0, 0), [1])
    moving = replace(moving, place=replace(moving.place, times_ms=np.zeros(1)))
    assert len(joined(explained(moving, moving)).units) == 2
