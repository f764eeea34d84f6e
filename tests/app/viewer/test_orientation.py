"""Letters stay right through every turn and flip, by a computation that shares nothing with the view's."""

import itertools

import numpy as np
import pytest

from app.viewer.edges import edge_letters
from app.viewer.look import Look
from app.viewer.picture_plane import plane_of_affine
from tests.app.viewer.patients import OBLIQUE, UPRIGHT, affine

OPPOSITE = {"L": "R", "R": "L", "A": "P", "P": "A", "S": "I", "I": "S"}


def named(direction):
    """By the largest components over 0.15, in falling order."""
    unit = direction / np.linalg.norm(direction)
    pairs = sorted(zip(np.abs(unit), unit, ("LR", "PA", "SI"), strict=True), key=lambda p: -p[0])
    return "".join(two[0] if x > 0 else two[1] for size, x, two in pairs[:2] if size > 0.15)


def independent(plane, turns, across, down):
    """Turn and flip an array of patient positions as numpy does, and read the letters off its edges."""
    rows, columns = np.indices((5, 5))
    places = plane.to_lps_mm(np.stack([rows, columns], axis=-1))
    seen = np.rot90(places, -turns)
    seen = seen[:, ::-1] if across else seen
    seen = seen[::-1] if down else seen
    return named(seen[2, 4] - seen[2, 0]), named(seen[4, 2] - seen[0, 2])


@pytest.mark.parametrize("rotation", [UPRIGHT, OBLIQUE], ids=["upright", "oblique"])
@pytest.mark.parametrize(
    ("turns", "across", "down"), list(itertools.product(range(4), (False, True), (False, True)))
)
def test_letters_stay_right_through_every_turn_and_flip(rotation, turns, across, down):
    plane = plane_of_affine(affine(rotation, spacing=(3.0, 1.0, 1.0)), 4, (5, 5))
    look = Look(quarter_turns=turns, flip_across=across, flip_down=down)
    right, bottom = independent(plane, turns, across, down)
    found = edge_letters(plane, look)
    assert (found.right, found.bottom) == (right, bottom)
    assert (found.left, found.top) == tuple("".join(OPPOSITE[c] for c in w) for w in (right, bottom))


@pytest.mark.parametrize("angle", [30.0, -75.0, 180.0])
def test_letters_follow_a_free_turn(angle):
    plane = plane_of_affine(affine(UPRIGHT, spacing=(3.0, 1.0, 1.0)), 4, (5, 5))
    turned = np.radians(angle)
    screen_right = np.array([np.cos(turned), -np.sin(turned), 0.0])  # left and back of the patient
    assert edge_letters(plane, Look(angle_deg=angle)).right == named(screen_right)
