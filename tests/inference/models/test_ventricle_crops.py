"""The square around the heart, and back from it to the picture."""

import numpy as np
import torch

from inference.models.ventricle_crops import crops_of, on_picture, window_of
from inference.models.ventricle_grid import crop_map
from inference.networks.lv_unet import LVUNetConfig
from tests.ventricle_stacks import COLUMN_MM, ROW_MM

SPACING = (ROW_MM, COLUMN_MM)


def test_the_window_of_a_crop_is_a_part_of_the_picture():
    crop = crop_map((30, 30), SPACING, 16, 1.5)
    a, b, c, d = window_of(crop, 16, (120, 128))
    part, whole = (
        on_picture(torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(0)), crop, window)
        for window in ((a, b, c, d), (0, 120, 0, 128))
    )
    assert np.allclose(part, whole[:, :, a:b, c:d], atol=1e-6)
    assert not whole[:, :, : a - 1].any()
    assert not whole[:, :, :, d + 1 :].any()


def test_a_crop_over_the_edge_of_the_picture_comes_back_whole():
    frames = torch.rand(1, 1, 40, 40)
    config = LVUNetConfig(channels=(4, 8), size=32, pixel_mm=1.5)
    crop = crop_map((5, 36), (1.5, 1.5), 32, 1.5)
    window = window_of(crop, 32, (40, 40))
    back = on_picture(crops_of(frames, crop, config), crop, window)
    assert back.shape == (1, 1, window[1] - window[0], window[3] - window[2])
    assert (window[0], window[3]) == (0, 40)
