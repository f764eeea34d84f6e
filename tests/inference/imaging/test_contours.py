import numpy as np
import pytest

from inference.imaging.contours import outlines


def area(line):
    row, column = line.T
    return abs(0.5 * np.sum(row * np.roll(column, -1) - column * np.roll(row, -1)))


def disc(radius=9.0):
    row, column = np.mgrid[:40, :50]
    return (row - 18) ** 2 + (column - 22) ** 2 < radius**2


def test_an_outline_holds_the_area_of_its_mask():
    (line,) = outlines(disc())
    assert area(line) == pytest.approx(disc().sum(), rel=0.02)


def test_an_outline_runs_half_way_between_inside_and_outside():
    mask = np.zeros((8, 8), bool)
    mask[2:5, 3:7] = True
    (line,) = outlines(mask)
    assert line.min(axis=0).tolist() == [1.5, 2.5]
    assert line.max(axis=0).tolist() == [4.5, 6.5]


def test_neighbours_on_an_outline_are_less_than_a_pixel_apart():
    (line,) = outlines(disc())
    assert np.linalg.norm(line - np.roll(line, 1, axis=0), axis=1).max() <= 1


def test_a_hole_and_a_second_piece_have_lines_of_their_own():
    mask = disc()
    mask[17:19, 21:24] = False
    mask[35:37, 40:43] = True
    assert len(outlines(mask)) == 3


def test_pieces_that_touch_at_a_corner_stay_apart():
    assert len(outlines(np.eye(4, dtype=bool))) == 4


def test_a_mask_that_fills_the_picture_is_outlined_around_it():
    (line,) = outlines(np.ones((3, 5), bool))
    assert (line.min(), line.max()) == (-0.5, 4.5)


def test_nothing_has_no_outline():
    assert outlines(np.zeros((5, 5), bool)) == ()


@pytest.mark.parametrize("seed", range(20))
def test_any_mask_closes_all_its_lines(seed):
    mask = np.random.default_rng(seed).random((15, 17)) > 0.5
    inside = np.pad(mask, 1)
    crossings = (inside[1:] != inside[:-1]).sum() + (inside[:, 1:] != inside[:, :-1]).sum()
    assert sum(len(line) for line in outlines(mask)) == crossings
