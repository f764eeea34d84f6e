import numpy as np

from inference.models.ventricle_masks import below_valve, largest_piece, tidied
from tests.ventricle_stacks import heart


def test_what_is_whole_stays_as_it_is():
    masks = heart().masks
    assert np.array_equal(tidied(masks.astype(np.float32), True, 1.25), masks)


def test_a_second_bright_chamber_is_left_out():
    masks = heart().masks
    doubled = masks.copy()
    doubled[3:9, :, 5:25, 5:25] = True
    assert np.array_equal(tidied(doubled.astype(np.float32), True, 1.25), masks)


def test_holes_are_filled():
    masks = heart().masks
    holed = masks.copy()
    holed[:, :, 59:61, 63:65] = False
    middle = masks[:, :, 59:61, 63:65].all(axis=(2, 3)) & (masks.sum((2, 3)) > 40)
    assert tidied(holed.astype(np.float32), True, 1.25)[middle].sum() == masks[middle].sum()


def test_towards_the_apex_the_cavity_tapers():
    masks = heart().masks
    flared = masks.copy()
    flared[9, :, 30:90, 30:98] = True  # as when the network spills into the wall
    made = tidied(flared.astype(np.float32), True, 1.25)
    assert made[9].sum() < 1.4 * made[8].sum()
    assert np.array_equal(made[:9], masks[:9])


def test_nothing_found_is_nothing_drawn():
    assert not tidied(np.zeros((6, 8, 20, 20), np.float32), True, 1.5).any()


def test_the_largest_piece_of_nothing_is_nothing():
    assert not largest_piece(np.zeros((4, 4), bool)).any()


def with_aorta(masks, position, radius):
    """A round vessel that does not beat, in the place of the cavity."""
    rows, columns = np.indices(masks.shape[2:])
    made = masks.copy()
    made[position] = np.hypot(rows - 59.5, columns - 63.5) < radius
    return made


def test_a_vessel_above_the_valve_is_not_counted():
    masks = heart(np.arange(-16.0, 49.0, 8.0)).masks  # cut off at the widest place, as at the valve
    made = below_valve(with_aorta(masks, 0, 20), base_first=True)
    assert made.above == (0,)
    assert not made.masks[0].any()
    assert np.array_equal(made.masks[1:], masks[1:])


def test_the_base_may_be_the_last_slice():
    masks = heart(np.arange(-16.0, 49.0, 8.0)).masks
    made = below_valve(with_aorta(masks, 0, 20)[::-1], base_first=False)
    assert made.above == (len(masks) - 1,)


def test_what_lies_above_a_vessel_goes_with_it():
    masks = heart(np.arange(-24.0, 49.0, 8.0)).masks
    made = below_valve(with_aorta(masks, 1, 17), base_first=True)
    assert sorted(made.above) == [0, 1]


def test_a_stack_that_ends_in_the_ventricle_keeps_every_slice():
    masks = heart(np.arange(-16.0, 49.0, 8.0)).masks
    assert below_valve(masks, base_first=True).above == ()
