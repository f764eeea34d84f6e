"""The stages of the cardiac family on a handful of studies."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from inference.models import cardiac as product
from inference.models.cardiac_clips import Clip
from inference.models.cardiac_units import Unit
from inference.models.cardiac_untrained import untrained
from inference.networks.cardiac_config import without_attention
from inference.networks.cardiac_mvit import Cardiac
from inference.weights import FILE
from training.cardiac import CardiacOrder, train
from training.cardiac_cases import clips_of_case, grid_of, prepared
from training.cardiac_measures import answers_of, normalised_entropy, reach_of
from training.cardiac_recipes import RECIPES, quick_check
from training.cardiac_stages import embedded, fitted, labelled, surprise, thinned, train_heads, varied
from training.cardiac_text import same_reports
from training.fit import Run
from training.phantoms.heart import heart_case


@pytest.fixture(scope="module")
def recipe():
    return replace(quick_check(), sizes={"train": 10, "validation": 6, "test": 6}, ablation=False)


@pytest.fixture(scope="module")
def order(recipe, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    order = CardiacOrder(recipe, folder, folder / "cardiac")
    measures = train(order)
    assert len(measures.measures) == 5
    return order


@pytest.fixture(scope="module")
def clips(order):
    return prepared(order.recipe, order.folder / "cases")["train"]


def test_a_run_ends_in_a_model_that_the_product_loads(order):
    from inference.card import read_card

    card = read_card(order.out)
    model = product.load(card, order.out, torch.device("cpu"))
    assert len(card.targets) == model.config.answers
    assert card.target("lvef").below
    assert (order.out / FILE).stat().st_size < 6_000_000
    assert len(model.config.reach) == 5


def test_names_of_targets_hold_no_dots(order):
    from inference.card import read_card

    assert not any("." in target.name for target in read_card(order.out).targets)


def test_an_interrupted_run_goes_on_from_its_checkpoints(order):
    before = (order.out / FILE).read_bytes()
    train(order)
    assert (order.out / FILE).read_bytes() == before


def test_training_sees_clips_as_the_product_prepares_them(recipe):
    case = heart_case(1)
    made = list(clips_of_case(case, recipe.slices, recipe.protocol, grid_of(recipe.config)))
    model = untrained(recipe.config)
    clip = Clip(made[0][2], np.arange(4.0), np.eye(4))
    inputs = model.prepare_units("study", [Unit(made[0][0], clip, "4CH")])
    assert inputs.tensors["clips"].shape[2:] == made[0][2].shape


def test_clips_are_varied_but_never_mirrored():
    clips = torch.full((40, 4, 32, 32), -0.5)
    clips[:, :, 10:20, 20:28] = 0.5  # a mark on the right
    found = varied(clips, np.random.default_rng(0))
    assert not torch.equal(found, clips)
    assert (found[..., 17:].amax((1, 2, 3)) > 0.2).all()
    assert found[..., :15].max() < 0


def test_all_of_the_head_is_in_the_optimiser(order, clips, tmp_path):
    config = fitted(order.recipe.config, clips)
    data = embedded(Cardiac(config), clips)
    start = train_heads(
        config, data, replace(order.recipe, heads=replace(order.recipe.heads, steps=0)), Run(tmp_path, 0), "a"
    )
    end = train_heads(config, data, order.recipe, Run(tmp_path, 0), "b")
    state = end.state_dict()
    for name, value in start.state_dict().items():
        if name != "gate_c.bias":  # shifts all gates alike
            assert not torch.equal(value, state[name]), name


def test_measures_are_learnt_as_numbers_and_spread_as_their_error():
    wanted = torch.zeros(1000, 1)
    answers = torch.randn(1000, 1, generator=torch.Generator().manual_seed(0))
    losses = [float(surprise(answers, torch.full_like(answers, s), wanted)) for s in (0.2, 0.8, 3.0)]
    assert losses[1] == min(losses)  # the mean absolute error of these answers is 0.8


def test_intervals_hold_as_often_as_said(order, clips):
    config = fitted(order.recipe.config, clips)
    network = Cardiac(config)
    answers = answers_of(network.fusion, config, embedded(network, clips))
    reach = np.array(reach_of(answers))
    held = np.abs(answers.measures - answers.truth) <= reach * answers.spread + 1e-2
    assert (held.mean(0) >= 0.95).all()


def test_thinning_never_takes_the_last_clip():
    present = torch.tensor([[True, False], [True, True]])
    kept = thinned(present, 1.0, np.random.default_rng(0))
    assert torch.equal(kept, present)


def test_a_smaller_share_of_labels_is_part_of_a_larger_one():
    few, many = labelled(1000, 0.01, 0), labelled(1000, 0.1, 0)
    assert len(few) == 10
    assert set(few) <= set(many)


def test_reports_with_the_same_sentences_are_the_same():
    same = same_reports(["A is. B is.", "B is. A is.", "A is."])
    assert same.tolist() == [[True, True, False], [True, True, False], [False, False, True]]


def test_every_recipe_can_be_made():
    assert {RECIPES[name]().config.pooling for name in RECIPES} == {"gated", "uniform", "mean"}


def test_equal_shares_have_entropy_one(order, clips):
    config = without_attention(fitted(order.recipe.config, clips))
    network = Cardiac(config)
    data = embedded(network, clips)
    answers = answers_of(network.fusion, config, data)
    for shares, there in zip(answers.shares, data.present.numpy(), strict=True):
        assert normalised_entropy(shares[there]) == pytest.approx(1)
