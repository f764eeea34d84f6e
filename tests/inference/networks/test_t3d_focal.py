"""Small things, voxel by voxel: the class that holds them follows them, and parts read as the whole."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import avg_pool3d

from inference.networks.t3d import T3D
from inference.networks.t3d_config import T3DConfig, bundled
from inference.networks.t3d_focal import Focal, any_of, around, told_small, with_focal

SMALL = (0, 6, 9, 10)


def test_shares_of_all_classes_still_make_a_whole_beside_the_focal_one():
    torch.manual_seed(0)
    logits, focal = torch.randn(2, 5, 4, 6, 8), torch.randn(2, 3, 4, 6, 8)
    shared = with_focal(logits, focal, 3)
    assert torch.allclose(shared.exp().sum(1), torch.ones(2, 4, 6, 8), atol=1e-5)


def test_a_place_that_surely_holds_one_small_thing_belongs_to_no_organ():
    logits = torch.zeros(1, 3, 4, 4, 4)
    logits[:, 1] = 50.0
    focal = torch.full((1, 2, 4, 4, 4), -20.0)
    assert (with_focal(logits, focal, 2).argmax(1) == 1).all()
    focal[:, 1] = 20.0
    assert (with_focal(logits, focal, 2).argmax(1) == 2).all()


def test_the_other_classes_keep_their_order():
    logits = torch.tensor([1.0, 3.0, 9.0, 2.0]).view(1, 4, 1, 1, 1).expand(1, 4, 2, 2, 2)
    shared = with_focal(logits, torch.zeros(1, 1, 2, 2, 2), 2)
    rest = shared[0, [0, 1, 3], 0, 0, 0]
    assert rest.argsort().tolist() == [0, 2, 1]


def test_the_chance_of_any_is_that_of_not_none():
    logits = torch.tensor([-3.0, 0.5, -0.2]).view(1, 3, 1, 1, 1)
    none = (1 - logits.sigmoid()).prod()
    assert float(any_of(logits).sigmoid()) == pytest.approx(float(1 - none), rel=1e-5)
    assert float(any_of(torch.full((1, 4, 1, 1, 1), -40.0))) < -25.0
    assert float(any_of(torch.full((1, 4, 1, 1, 1), 60.0))) > 50.0


@pytest.mark.parametrize("edge", [3, 7])
def test_the_mean_around_a_voxel_counts_nothing_beyond_the_picture(edge):
    torch.manual_seed(1)
    x = torch.rand(1, 1, 8, 9, 12)
    assert torch.allclose(around(x, edge), avg_pool3d(x, edge, 1, edge // 2, count_include_pad=False))


def test_a_part_of_a_sub_volume_is_read_as_the_whole_is():
    torch.manual_seed(2)
    focal = Focal(bundled(11, 12, 40, 9, SMALL)).eval()
    x, shares = torch.rand(1, 1, 32, 96, 32), torch.rand(1, 11, 16, 48, 16)
    with torch.inference_mode():
        whole = focal(x, shares)[:, :, :, 40:56]
        part = focal(x[:, :, :, :, :], shares)[:, :, :, 40:56]
        cut = focal(x[:, :, :, 8:88], shares[:, :, :, 4:44])[:, :, :, 32:48]
    assert torch.equal(whole, part)
    assert torch.allclose(whole, cut, atol=1e-4)


def test_the_mask_follows_what_is_small():
    torch.manual_seed(0)
    network = T3D(bundled(11, 12, 40, 9, SMALL)).eval().requires_grad_(False)
    x = torch.rand(1, 1, 32, 64, 64)
    network.focal.out.weight.zero_()
    network.focal.out.bias.fill_(30.0)
    assert (network.masks(x).argmax(1) == 9).all()
    network.focal.out.bias.fill_(-30.0)
    assert not (network.masks(x).argmax(1) == 9).any()


def test_a_class_of_small_things_without_findings_is_refused():
    with pytest.raises(ValueError, match="small things"):
        T3DConfig(focal=3)


def test_more_of_a_small_thing_is_told_as_more_and_stronger():
    focal = torch.full((1, 2, 4, 8, 8), -6.0)
    focal[0, 1, :2, :4, :4] = 5.0
    told = told_small(focal)[0]
    assert told.shape == (4,)
    assert told[1] == 5.0 > told[0]
    assert told[3] > told[2]
