"""What is found half as fine: marks, what they say of a sub-volume, and the class that follows them."""

import pytest
import torch

from inference.networks.t3d import T3D
from inference.networks.t3d_config import bundled
from inference.networks.t3d_marks import FEW, strongest_few, told_of, with_focal


def test_a_finding_shows_as_strongly_as_its_strongest_few_places():
    marks = torch.full((1, 2, 4, 4, 4), -5.0)
    marks[0, 1].view(-1)[:FEW] = 3.0
    assert torch.allclose(strongest_few(marks), torch.tensor([[-5.0, 3.0]]))


def test_one_bright_place_alone_is_not_the_strength_of_a_finding():
    marks = torch.full((1, 1, 4, 4, 4), -5.0)
    marks[0, 0, 0, 0, 0] = 7.0
    assert float(strongest_few(marks)[0, 0]) == pytest.approx(-5.0 + 12.0 / FEW)


def test_more_of_a_class_is_told_as_more():
    marks = torch.zeros(2, 3, 4, 4, 4)
    outlines = torch.zeros(2, 2, 4, 4, 4)
    outlines[1, 1] = 4.0
    told = told_of(marks, outlines)
    assert told.shape == (2, 3 + 3 + 2)
    assert torch.equal(told[0, :6], told[1, :6])
    assert told[1, 7] > told[0, 7]


def test_shares_of_all_classes_still_make_a_whole_beside_the_focal_one():
    torch.manual_seed(0)
    logits, focal = torch.randn(2, 5, 4, 6, 8), torch.randn(2, 1, 2, 3, 4)
    shared = with_focal(logits, focal, 3)
    assert torch.allclose(shared.exp().sum(1), torch.ones(2, 4, 6, 8), atol=1e-5)


def test_a_place_that_is_surely_focal_belongs_to_no_organ():
    logits = torch.zeros(1, 3, 4, 4, 4)
    logits[:, 1] = 50.0
    focal = torch.full((1, 1, 2, 2, 2), -20.0)
    assert (with_focal(logits, focal, 2).argmax(1) == 1).all()
    assert (with_focal(logits, -focal, 2).argmax(1) == 2).all()


def test_the_other_classes_keep_their_order():
    logits = torch.tensor([1.0, 3.0, 9.0, 2.0]).view(1, 4, 1, 1, 1).expand(1, 4, 2, 2, 2)
    shared = with_focal(logits, torch.zeros(1, 1, 1, 1, 1), 2)
    rest = shared[0, [0, 1, 3], 0, 0, 0]
    assert rest.argsort().tolist() == [0, 2, 1]


def test_marks_of_focal_things_are_what_the_mask_follows():
    torch.manual_seed(0)
    network = T3D(bundled(11, 12, 40, focal=9)).eval().requires_grad_(False)
    x = torch.rand(1, 1, 32, 64, 64)
    network.focal.weight.zero_()
    network.focal.bias.fill_(30.0)
    assert (network.masks(x).argmax(1) == 9).all()
    network.focal.bias.fill_(-30.0)
    assert not (network.masks(x).argmax(1) == 9).any()
