"""What is found half as fine: marks, and what they say of a sub-volume."""

import pytest
import torch

from inference.networks.t3d_marks import FEW, strongest_few, told_of


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
