from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from inference.card import read_card
from inference.models.ventricle import load
from tests.training.test_ventricle_cases import write
from training.fit import Run
from training.ventricle import VentricleOrder, train
from training.ventricle_batches import drawn, pool_of
from training.ventricle_cases import read_labelled
from training.ventricle_recipe import Variation, quick_check
from training.ventricle_stages import segmentation_loss, train_network

RECIPE = replace(quick_check(), save_every=4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("labelled")
    for patient, split in (("SC-HF-I-01", "Train"), ("SC-N-03", "Train"), ("SC-HYP-09", "Test")):
        for position in range(3):
            write(made, patient, 20 * position + 20, split=split, radius=12)
            write(made, patient, 20 * position + 7, split=split, radius=8)
    return made


@pytest.fixture(scope="module")
def pool(folder):
    return pool_of([case for case in read_labelled(folder) if case.split == "train"])


def test_a_batch_depends_on_its_seed_alone(pool):
    one, two, other = (
        drawn(pool, 4, RECIPE.config, Variation(), np.random.default_rng((0, step))) for step in (3, 3, 4)
    )
    assert torch.equal(one[0], two[0])
    assert not torch.equal(one[0], other[0])


def test_a_mask_stays_on_its_cavity_however_it_is_turned(pool):
    plain = replace(Variation(), gamma=0, gain=0, bias=0, noise=0, stray=0, shift_mm=3)
    near = replace(RECIPE.config, pixel_mm=1.5)
    grey, truth = drawn(pool, 16, near, plain, np.random.default_rng(0))
    inside, outside = grey[truth > 0.95], grey[truth < 0.05]
    assert inside.min() > 0.8
    assert outside.max() < 0.5


def test_the_loss_falls_to_nothing_for_the_right_answer():
    truth = (torch.rand(2, 1, 16, 16) > 0.5).float()
    right, wrong = (sum(segmentation_loss(sign * 40 * (truth - 0.5), truth).values()) for sign in (1, -1))
    assert right < 0.01 < wrong


def test_an_empty_crop_that_stays_empty_is_right():
    losses = segmentation_loss(torch.full((1, 1, 16, 16), -30.0), torch.zeros(1, 1, 16, 16))
    assert float(sum(losses.values())) == pytest.approx(0, abs=1e-4)


@pytest.mark.slow
def test_a_run_that_was_interrupted_ends_with_the_same_weights(pool, tmp_path):
    states = []
    for name, stops in (("whole", (None,)), ("twice", (6, None))):
        (tmp_path / name).mkdir()
        for stop in stops:
            run = Run(tmp_path / name, RECIPE.seed, RECIPE.save_every)
            network = train_network(RECIPE, pool, run, torch.device("cpu"), stop_after=stop)
        states.append(network.state_dict())
    assert all(torch.allclose(states[0][key], states[1][key], atol=1e-6) for key in states[0])


@pytest.mark.slow
def test_a_run_ends_with_a_model_that_the_product_loads(folder, tmp_path):
    order = VentricleOrder(RECIPE, folder, tmp_path / "run", tmp_path / "ventricle")
    measures = train(order)
    assert "1 held-out patients: Dice" in measures.summary()
    card = read_card(order.out)
    assert card.weights_origin == "trained on 2 real patients, Sunnybrook (CC0)"
    assert card.metrics[0].value == pytest.approx(measures.dice.value, abs=1e-4)
    network = load(card, order.out, torch.device("cpu")).network
    weights = load_file(order.out / "weights.safetensors")
    assert all(torch.equal(value, weights[key]) for key, value in network.state_dict().items())
