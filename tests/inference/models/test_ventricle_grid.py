import numpy as np
import pytest
import torch

from inference.models.ventricle_grid import (
    crop_map,
    inverse_map,
    motion_centre,
    normalised,
    sampled,
    smoothed,
)
from tests.ventricle_stacks import COLUMN_MM, ROW_MM, heart

SPACING = (ROW_MM, COLUMN_MM)


def both(matrix):
    return np.vstack([matrix, [0, 0, 1]])


def test_there_and_back_is_the_same_place():
    crop = crop_map((61.3, 47.9), SPACING, 112, 1.5)
    assert np.allclose(both(inverse_map(crop)) @ both(crop), np.eye(3), atol=1e-12)


def test_the_middle_of_a_crop_is_its_centre():
    crop = crop_map((61.3, 47.9), SPACING, 112, 1.5)
    assert np.allclose(crop @ (55.5, 55.5, 1), (61.3, 47.9))


def test_neighbours_in_a_crop_are_its_pixel_size_apart():
    crop = crop_map((60, 50), SPACING, 112, 1.5)
    assert np.allclose(crop[:, :2] @ np.eye(2) * np.array(SPACING)[:, None], 1.5 * np.eye(2))


def test_a_crop_on_whole_pixels_comes_back_bit_for_bit():
    picture = torch.from_numpy(np.random.default_rng(0).random((1, 64, 64)).astype(np.float32))
    crop = crop_map((31.5, 31.5), (1.5, 1.5), 32, 1.5)
    there = sampled(picture, torch.from_numpy(crop)[None], (32, 32))
    back = sampled(there, torch.from_numpy(inverse_map(crop))[None], (64, 64))
    assert torch.allclose(there[0], picture[0, 16:48, 16:48], atol=1e-5)
    assert torch.allclose(back[0, 16:48, 16:48], picture[0, 16:48, 16:48], atol=1e-5)
    assert not back[0, :15].any()


def test_a_disc_comes_back_to_its_own_millimetres():
    rows, columns = np.indices((120, 128))
    disc = np.hypot((rows - 70) * ROW_MM, (columns - 40) * COLUMN_MM) < 25
    crop = crop_map((64.2, 45.1), SPACING, 112, 1.5)
    there = sampled(torch.from_numpy(disc[None]).float(), torch.from_numpy(crop)[None], (112, 112))
    back = sampled(there, torch.from_numpy(inverse_map(crop))[None], (120, 128))[0].numpy() > 0.5
    assert (back != disc).sum() < 0.02 * disc.sum()
    assert np.argwhere(back).mean(axis=0) == pytest.approx(np.argwhere(disc).mean(axis=0), abs=0.05)


def test_the_motion_is_where_the_heart_beats_not_where_it_is_bright():
    made = heart()
    frames = np.roll(made.stack.frames, (20, -25), axis=(2, 3)).copy()
    frames[:, :, :15, -30:] = 5000  # bright and still
    frames += np.random.default_rng(0).normal(0, 15, frames.shape).astype(np.float32)
    assert motion_centre(frames, SPACING) == pytest.approx((79.5, 38.5), abs=2)


def test_a_still_stack_has_its_middle_for_a_centre():
    assert motion_centre(np.ones((3, 8, 40, 60), np.float32), (1.5, 1.5)) == (20.0, 30.0)


def test_grey_values_do_not_depend_on_the_scanner_s_scale():
    crops = torch.rand(3, 4, 16, 16)
    assert torch.allclose(normalised(crops), normalised(crops * 700 + 90), atol=1e-4)


def test_a_blank_slice_stays_finite():
    assert torch.isfinite(normalised(torch.zeros(2, 4, 8, 8))).all()


def test_only_finer_pictures_are_smoothed():
    picture = np.random.default_rng(0).random((1, 1, 32, 32)).astype(np.float32)
    assert smoothed(picture, (1.4, 1.4), 1.5) is picture
    assert smoothed(picture, (0.6, 0.6), 1.5).std() < picture.std()
