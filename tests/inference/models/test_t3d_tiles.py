"""Sub-volumes that overlap are joined as if each had been read alone."""

from __future__ import annotations

import pytest
import torch

from inference.models.t3d_grid import gaussian, tiling_of
from inference.models.t3d_tiles import restoration_errors, sliding_masks
from inference.networks.t3d import T3D
from inference.networks.t3d_config import bundled


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return T3D(bundled(11, 12, 40, 9, (0, 6))).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def parts(network):
    """Three sub-volumes, so that the last has no partner."""
    tiling = tiling_of((32, 64, 130), network.config.crop)
    assert len(tiling.starts) == 3
    generator = torch.Generator().manual_seed(1)
    grid = torch.rand(32, 64, 130, generator=generator).numpy()
    return torch.from_numpy(tiling.crops(grid, 0.0))[:, None], tiling


def test_masks_are_those_of_each_sub_volume_alone_weighed_by_a_gaussian(network, parts):
    windows, tiling = parts
    weight = torch.from_numpy(gaussian(tiling.crop))
    total, sums = torch.zeros(11, 32, 64, 130), torch.zeros(32, 64, 130)
    with torch.inference_mode():
        for window, start in zip(windows, tiling.starts, strict=True):
            width = min(64, 130 - start[2])
            here = (..., slice(start[2], start[2] + width))
            total[here] += (network.masks(window[None])[0] * weight)[..., :width]
            sums[here] += weight[..., :width]
        joined = sliding_masks(network, windows, tiling)
    assert torch.allclose(joined, total / sums, atol=1e-4)


def test_every_place_is_hidden_once_and_held_against_what_was_there(network, parts):
    windows, tiling = parts
    with torch.inference_mode():
        errors = restoration_errors(network, windows, tiling)
        again = restoration_errors(network, windows, tiling)
    assert errors.shape == (4, 8, 17)
    assert (errors > 0).all()
    assert (errors == again).all()
