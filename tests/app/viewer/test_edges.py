"""Letters and scale."""

import pytest

from app.viewer.edges import EdgeLetters, edge_letters, scale_length_mm
from app.viewer.gestures import flipped_across, turned
from app.viewer.look import Look, Plane
from app.viewer.picture_plane import unplaced_plane
from app.viewer.slicing import slices_of


@pytest.mark.parametrize(
    ("plane", "expected"),
    [
        (Plane.AXIAL, EdgeLetters("R", "L", "A", "P")),
        (Plane.CORONAL, EdgeLetters("R", "L", "S", "I")),
        (Plane.SAGITTAL, EdgeLetters("A", "P", "S", "I")),
    ],
)
def test_cuts_carry_the_letters_of_the_reading_room(oblique, plane, expected):
    assert edge_letters(slices_of(oblique, plane).plane(0), Look()) == expected


def test_letters_turn_and_flip_with_the_picture(upright):
    plane = slices_of(upright).plane(0)
    assert edge_letters(plane, turned(Look(), 1)) == EdgeLetters("P", "A", "R", "L")
    assert edge_letters(plane, flipped_across(Look())) == EdgeLetters("L", "R", "A", "P")
    assert edge_letters(plane, flipped_across(turned(Look(), 1))) == EdgeLetters("A", "P", "R", "L")


def test_an_oblique_picture_has_two_letters(oblique):
    assert len(edge_letters(slices_of(oblique).plane(0), Look()).right) == 2


def test_a_picture_that_is_not_placed_has_no_letters():
    assert edge_letters(unplaced_plane((4, 4), (1, 1)), Look()) == EdgeLetters()


@pytest.mark.parametrize(
    ("scale", "room", "length"), [(2.0, 120, 50), (1.0, 120, 100), (10, 120, 10), (30, 40, 1)]
)
def test_the_scale_is_a_round_length_that_fits(scale, room, length):
    assert scale_length_mm(scale, room) == pytest.approx(length)
