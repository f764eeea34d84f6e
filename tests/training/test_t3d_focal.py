"""Small things are learnt on boxes: around them, where they lie, and nothing else of the network moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from inference.models.t3d_targets import CLASSES
from inference.networks.t3d import T3D
from inference.networks.t3d_config import bundled
from training.fit import Run
from training.phantoms.chest import chest_case
from training.phantoms.chest_findings import FINDINGS, SMALL
from training.recipe import Schedule
from training.t3d_cases import train_case, vocabulary
from training.t3d_focal import BOX, drawn_boxes, focal_losses, sharp_losses, told_by_towers, train_focal
from training.t3d_recipe import quick_check

BITS = tuple(FINDINGS.index(name) for name in SMALL)


@pytest.fixture(scope="module")
def cases():
    made = [chest_case(seed, spacing_mm=(10.0, 7.0, 7.0)) for seed in range(4)]
    words = vocabulary(made)
    return [train_case(case, words) for case in made], words


@pytest.fixture(scope="module")
def network(cases):
    torch.manual_seed(0)
    size = cases[1].size
    made = T3D(bundled(len(CLASSES), len(FINDINGS), size, CLASSES.index("focal lesion"), BITS))
    return made.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def told(cases, network):
    return [told_by_towers(network, case) for case in cases[0]].__getitem__


def test_every_other_box_shows_something_small_and_all_are_taught_alike(cases, network, told):
    assert any(bit in case.sights for case in cases[0] for bit in BITS)
    boxes = drawn_boxes(cases[0], told, network.config, 12, np.random.default_rng(0))
    assert boxes.grey.shape == (12, 1, *BOX)
    assert boxes.truth.shape == (12, len(BITS), *BOX)
    assert boxes.truth[::2].flatten(1).any(1).all()


def test_a_box_brings_the_classes_of_its_own_place(cases, network, told):
    """What the towers told there, not of another part: it is as the towers tell the sub-volume itself."""
    case, c = cases[0][0], network.config
    boxes = drawn_boxes([case], told, c, 3, np.random.default_rng(4))
    known = torch.from_numpy(told(0).shares).float() / 255
    k, j, i = (n // 2 for n in BOX)
    for shares in boxes.shares:
        parts = known.unfold(2, k, 1).unfold(3, j, 1).unfold(4, i, 1)
        assert (parts == shares.view(1, len(CLASSES), 1, 1, 1, k, j, i)).flatten(5).all(-1).all(1).any()


def test_small_things_in_the_right_place_cost_least():
    truth = torch.zeros(1, 2, 4, 8, 8)
    truth[0, 1, 1:3, 2:6, 0:4] = 1.0
    right = truth * 24 - 12
    for losses in (focal_losses, sharp_losses):
        cost = [float(sum(losses(made, truth).values())) for made in (right, right.flip(-1))]
        assert cost[0] < 0.05 < 1.0 < cost[1]


def test_boxes_from_anywhere_show_more_than_what_is_labelled(cases, network, told):
    near, far = (
        drawn_boxes(cases[0], told, network.config, 32, np.random.default_rng(0), anywhere=anywhere)
        for anywhere in (False, True)
    )
    rest = slice(1, None, 2)
    assert float(far.shares[rest, 1:].mean()) != float(near.shares[rest, 1:].mean())
    assert torch.equal(far.truth[0], near.truth[0])


def test_the_stage_changes_what_finds_small_things_alone(cases, network, tmp_path):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    two = Schedule(steps=2, batch=2, learning_rate=1e-2, warmup=1)
    recipe = replace(quick_check(), focal=two, sharpening=two)
    train_focal(network, cases[0], recipe, Run(tmp_path, 0))
    after = network.state_dict()
    changed = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"focal"}
    assert not network.focal.training
    assert not any(p.requires_grad for p in network.parameters())
