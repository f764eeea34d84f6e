"""What is drawn of small things is settled where it overlaps best, and answers know nothing of it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from inference.models.t3d_targets import CLASSES
from inference.networks.t3d import T3D
from inference.networks.t3d_config import bundled
from training.phantoms.chest import chest_case
from training.phantoms.chest_findings import FINDINGS, SMALL
from training.t3d_cases import train_case, vocabulary
from training.t3d_cuts import CUTS, overlaps_of, settle_cuts

BITS = tuple(FINDINGS.index(name) for name in SMALL)


@pytest.fixture(scope="module")
def cases():
    made = [chest_case(seed, spacing_mm=(12.0, 9.0, 9.0)) for seed in range(4)]
    words = vocabulary(made)
    found = [train_case(case, words) for case in made]
    return [case for case in found if set(case.sights) & set(BITS)][:1]


@pytest.fixture
def network():
    torch.manual_seed(0)
    made = T3D(bundled(len(CLASSES), len(FINDINGS), 40, CLASSES.index("focal lesion"), BITS))
    made.focal.out.bias.data.fill_(1.0)  # says something everywhere, and not the same everywhere
    return made.eval().requires_grad_(False)


def test_masks_overlap_best_at_the_cut_and_what_nobody_has_is_left_alone(cases, network):
    overlaps = overlaps_of(network, cases)
    settle_cuts(network, cases)
    has = np.array([bit in cases[0].sights for bit in BITS])
    assert has.any()
    assert (overlaps[:, ~has] == 0).all()
    assert network.cut.numpy()[has] == pytest.approx(CUTS[overlaps.argmax(0)][has])
    assert (network.cut.numpy()[~has] == 0).all()


def test_above_every_cut_nothing_is_drawn_and_answers_stay(network):
    x = torch.rand(2, 1, 32, 64, 64, generator=torch.Generator().manual_seed(0))
    number = network.config.focal
    before = network.encoded(x)
    assert (network.masks(x).argmax(1) == number).any()
    network.cut.fill_(1e3)
    assert not (network.masks(x).argmax(1) == number).any()
    assert torch.equal(network.encoded(x), before)
