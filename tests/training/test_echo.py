"""Training Echo: who teaches, what is fitted on whom, what is kept, and what the ablation takes away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from inference.card import read_card
from inference.models.echo import load
from inference.models.echo_physiology import echo_targets
from inference.networks.echo_vit import freeze_below
from tests.echo_fixtures import network
from training.echo import EchoOrder, fresh, train
from training.echo_cases import FIRST_SEED, NAMES, Patients, tensors_of
from training.echo_folds import fitted_scaling, folds_of
from training.echo_measures import correlation
from training.echo_recipe import VARIANTS, quick_check, standard, variant_of
from training.echo_stages import Learning, hidden, learn, parameter_groups, some_frames, thaw_names
from training.fit import Run
from training.phantoms.echo import GROUPS


def patients(count=60, seed=0):
    rng = np.random.default_rng(seed)
    values = rng.uniform(5, 60, (count, 9)).astype(np.float32)
    return Patients(
        rng.integers(0, 255, (count, 4, 4, 32, 32)).astype(np.uint8), np.ones((count, 4, 4), bool),
        np.full(count, 75, np.float32), np.full(count, 1.9, np.float32), values, rng.integers(0, 4, count),
    )  # fmt: skip


def test_every_patient_validates_once_and_hypertension_is_spread_evenly():
    cohort = patients(100)
    fold = folds_of(cohort, 5, seed=42)
    assert np.bincount(fold).tolist() == [20] * 5
    shares = [cohort.hypertensive[fold == n].mean() for n in range(5)]
    assert max(shares) - min(shares) < 0.11
    for group in range(len(GROUPS)):
        counts = np.bincount(fold[cohort.group == group], minlength=5)
        assert counts.max() - counts.min() <= 2


def test_bounds_come_from_those_who_teach_and_nobody_else():
    teach = patients(80).values
    strange = np.full((5, 9), 1e6, np.float32)
    assert fitted_scaling(teach) == fitted_scaling(np.concatenate([teach, strange])[:80])
    assert fitted_scaling(teach) != fitted_scaling(np.concatenate([teach, strange]))


def test_the_held_out_cohort_shares_no_patient_with_the_first():
    sizes = standard().patients
    assert FIRST_SEED["cohort_1"] + sizes["cohort_1"] <= FIRST_SEED["cohort_2"]


def test_values_are_in_the_order_of_the_card():
    assert tuple(target.name for target in echo_targets()) == NAMES


def test_a_correlation_keeps_its_sign():
    truth = np.arange(50.0)
    assert correlation(truth, -truth).value == pytest.approx(-1)
    assert correlation(truth, -truth).high < 0


def test_both_gates_are_in_the_optimiser_and_lower_layers_learn_slower():
    net = network()
    freeze_below(net, 2)
    groups = parameter_groups(net, standard())
    where = {id(p): group["share"] for group in groups for p in group["params"]}
    assert where[id(net.temporal_attention.gate_weight)] == where[id(net.fusion_gate_weight)] == 1.0
    top, bottom = (where[id(layer.mlp.fc1.weight)] for layer in reversed(net.vision_transformer.layers))
    assert bottom < top < 1.0


@pytest.mark.parametrize(("opened", "learning"), [(0, [False, False]), (1, [False, True]), (2, [True, True])])
def test_layers_thaw_from_the_last(opened, learning):
    net = network()
    freeze_below(net, opened)
    assert [layer.mlp.fc1.weight.requires_grad for layer in net.vision_transformer.layers] == learning
    assert net.fusion_gate_weight.requires_grad


def test_the_best_look_is_kept_not_the_last(tmp_path):
    net = network()
    freeze_below(net, 0)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    looks = iter([0.1, 0.5, 0.9, 1.3])  # worse and worse
    schedule = replace(quick_check().heads, steps=9)

    def loss(_rng):
        return net.fusion_gate_weight + net.temporal_attention.gate_weight

    learn(Learning("worse", net, loss, lambda: next(looks), schedule), quick_check(), Run(tmp_path, 0))
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_a_view_may_be_hidden_but_never_all():
    batch = tensors_of(patients(30))
    shown = hidden(batch, replace(quick_check(), view_drop=1.0), np.random.default_rng(0))["frame_mask"]
    assert (shown.any(-1).sum(1) == 1).all()


def test_some_frames_are_frames_that_exist():
    batch = tensors_of(patients(10))
    batch["frame_mask"][:, :, 2:] = False
    some = some_frames(batch, 2, np.random.default_rng(0))
    assert some["frame_mask"].all()
    assert torch.equal(some["frames"], batch["frames"][:, :, :2])


def test_the_six_variants_are_six_networks():
    recipe = quick_check()
    shapes = set()
    for name in VARIANTS:
        c = fresh(variant_of(recipe, name)).config
        shapes.add((c.temporal, c.fusion, c.gated))
    assert len(shapes) == len(VARIANTS) == 6


def test_every_stage_of_thawing_is_kept_under_its_own_name():
    recipe = replace(quick_check(), stages=((1, 3), (2, 3), (2, 5)))
    assert thaw_names(recipe) == ("layers-1-full", "layers-2-full", "layers-2-2-full")
    assert len(set(thaw_names(standard()))) == len(standard().stages)


@pytest.mark.slow
def test_a_run_ends_in_a_model_that_loads_and_knows_its_figures(tmp_path):
    order = EchoOrder(quick_check(), tmp_path, tmp_path / "echo")
    measures = train(order)
    card = read_card(order.out)
    model = load(card, order.out, torch.device("cpu"))
    assert model.config.scaling.low  # fitted, and in the card
    assert set(card.config["half_widths"]) == {"1", "2", "3", "4"}
    assert measures.cases == quick_check().patients["cohort_2"]
    assert measures.gain is not None
