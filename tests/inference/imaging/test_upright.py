"""Volumes of other formats come upright, and no voxel leaves its place in the patient."""

from itertools import permutations, product

import numpy as np
import pytest

from inference.imaging.upright import turn_of
from inference.imaging.volume import Volume

SHAPE = (3, 4, 5)
SPACING_MM = (3.0, 2.0, 1.0)


def every_grid():
    """(slices, rows, columns) along each order of the patient's axes, each either way."""
    for order in permutations(range(3)):
        for signs in product((1, -1), repeat=3):
            affine = np.eye(4)
            affine[:3, :3] = 0
            for axis, (along, sign) in enumerate(zip(order, signs, strict=True)):
                affine[along, axis] = sign * SPACING_MM[axis]
            affine[:3, 3] = (7, -5, 11)
            yield affine


def turned(affine):
    voxels = np.arange(np.prod(SHAPE)).reshape(SHAPE)
    turn = turn_of(affine)
    before, after = Volume(voxels, affine), Volume(turn.voxels(voxels), turn.affine(affine, SHAPE))
    assert after.shape == turn.shape(SHAPE)
    return before, after


@pytest.mark.parametrize("affine", list(every_grid()))
def test_every_voxel_keeps_its_millimetres(affine):
    before, after = turned(affine)
    for index in np.ndindex(SHAPE):
        there = tuple(np.round(after.to_index(before.to_lps_mm(np.array(index)))).astype(int))
        assert after.voxels[there] == before.voxels[index]


@pytest.mark.parametrize("affine", list(every_grid()))
def test_pictures_stand_as_a_reader_expects_them(affine):
    _, after = turned(affine)
    down, across = after.directions_lps[:, 1], after.directions_lps[:, 2]
    plane = int(np.argmax(np.abs(affine[:3, 0])))
    wanted = [((0, 0, -1), (0, 1, 0)), ((0, 0, -1), (1, 0, 0)), ((0, 1, 0), (1, 0, 0))][plane]
    assert np.allclose([down, across], wanted)


def test_a_tilted_stack_is_turned_by_its_strongest_axes():
    tilt = np.radians(17)
    affine = np.diag([-1.0, -1.0, 1.0, 1.0])[:, [2, 1, 0, 3]]
    turn_x = np.eye(4)
    turn_x[1:3, 1:3] = [[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]]
    turn = turn_of(turn_x @ affine)
    assert (turn.exchanged, turn.down, turn.across) == (False, True, True)
