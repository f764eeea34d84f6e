"""Each variant of the ablation changes what its name says, and nothing else; cohort II teaches nobody."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from openpyxl import load_workbook

from inference.weights import FILE
from tests.echo_fixtures import tensors
from tests.training.test_echo import patients
from training.echo import EchoOrder, fresh, lesson_for, train
from training.echo_cases import NAMES, phantoms
from training.echo_folds import fitted_scaling, split
from training.echo_measures import Cohort
from training.echo_recipe import VARIANTS, quick_check, variant_of
from training.echo_studies import POOLED, SAYS, ablate, cross_validate

EVEN = torch.tensor(0.25)  # of four frames, and of four views


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """Cohort I of the quick check, made once: making patients is what takes time here."""
    recipe, folder = quick_check(), tmp_path_factory.mktemp("cases")
    phantoms("cohort_1", recipe.patients["cohort_1"], recipe.config, folder)
    return folder


def decided(name, gate=2.0):
    """The variant with strong preferences, so that attention is far from even where there is any."""
    net = fresh(variant_of(quick_check(), name)).eval()
    with torch.no_grad():
        for scorer in (net.temporal_attention.frame_importance, net.view_attention):
            scorer[-1].weight.mul_(30)
        net.temporal_attention.gate_weight.fill_(gate)
        net.fusion_gate_weight.fill_(gate)
    return net


def looked(net, batch):
    """Shares of frames (batch x views, frames) and of views (batch, views)."""
    seen = {}
    taps = {"frames": net.temporal_attention.shares, "views": net.fusion_shares.shares}
    hooks = [
        tap.register_forward_hook(lambda _m, _i, out, n=n: seen.update({n: out})) for n, tap in taps.items()
    ]
    with torch.no_grad():
        net.normalised(batch)
    for hook in hooks:
        hook.remove()
    return seen["frames"], seen["views"]


def even(shares):
    return torch.allclose(shares, EVEN, atol=1e-6)


def turned(batch):
    return {**batch, "frames": batch["frames"].flip(2)}


def test_full_attends_by_content_to_frames_and_views():
    net = decided("full")
    frames, views = looked(net, tensors())
    assert not even(frames)
    assert not even(views)
    assert torch.allclose(looked(net, turned(tensors()))[0], frames.flip(1), atol=1e-5)


def test_a_closed_gate_of_full_leaves_the_mean():
    frames, views = looked(decided("full", gate=-100.0), tensors())
    assert even(frames)
    assert even(views)


def test_no_temporal_takes_the_mean_over_frames_and_keeps_attention_over_views():
    frames, views = looked(decided("no_temporal"), tensors())
    assert even(frames)
    assert not even(views)


def test_no_fusion_takes_the_mean_over_views_and_keeps_attention_over_frames():
    frames, views = looked(decided("no_fusion"), tensors())
    assert not even(frames)
    assert even(views)


def test_no_attention_takes_both_means():
    assert all(even(shares) for shares in looked(decided("no_attention"), tensors()))


def test_no_gates_mixes_no_mean_in():
    net = decided("no_gates", gate=-100.0)
    assert not any(even(shares) for shares in looked(net, tensors()))
    net.normalised(tensors()).sum().backward()
    assert net.temporal_attention.gate_weight.grad is None
    assert net.fusion_gate_weight.grad is None


def test_by_index_weighs_places_not_what_is_there():
    net = decided("by_index")
    frames, views = looked(net, tensors())
    assert not even(frames)
    assert not even(views)
    assert torch.allclose(looked(net, turned(tensors()))[0], frames, atol=1e-5)


def test_every_variant_says_what_it_is_and_learns_from_the_same_batches():
    assert SAYS.keys() == VARIANTS.keys()
    recipes = [
        replace(variant_of(quick_check(), name), config=quick_check().config, variant="") for name in VARIANTS
    ]
    assert all(r.seed == recipes[0].seed and r.heads == recipes[0].heads for r in recipes)


def test_bounds_do_not_know_the_patients_that_validate():
    cohort, recipe = patients(60), quick_check()
    teach, validate = split(cohort, recipe.folds, recipe.fold, recipe.seed)
    before = lesson_for(recipe, cohort)[0].config.scaling
    strange = [n for n, name in enumerate(NAMES) if name != "mpap"]  # which decides the fold
    cohort.values[np.ix_(validate, strange)] = 1e6
    assert lesson_for(recipe, cohort)[0].config.scaling == before == fitted_scaling(cohort.values[teach])


def test_patients_are_judged_by_their_own_values_not_by_winsorised_ones():
    cohort, recipe = patients(30), quick_check()
    recipe, _ = lesson_for(recipe, cohort)
    cohort.values[0, 0] = 500  # far above the bounds
    assert np.array_equal(Cohort.of(fresh(recipe), cohort).truth, cohort.values.astype(float))
    assert recipe.config.scaling.high[0] < 500


@pytest.mark.slow
def test_folds_and_variants_are_judged_without_cohort_two(tmp_path, cases):
    shutil.copytree(cases, tmp_path / "cases")
    recipe = replace(quick_check(), folds=2, stages=((1, 2),), heads=replace(quick_check().heads, steps=3))
    order = EchoOrder(recipe, tmp_path, tmp_path / "model")
    assert set(cross_validate(order)) == {"fold 1", "fold 2", POOLED}
    assert ablate(order).keys() == VARIANTS.keys()
    assert not list((tmp_path / "cases").glob("cohort_2*"))
    kept = json.loads((tmp_path / "cross_validation.json").read_text())
    assert kept[POOLED]["patients"] == recipe.patients["cohort_1"]
    rows = list(
        load_workbook(tmp_path / "cross_validation.xlsx")["Patients"].iter_rows(min_row=2, values_only=True)
    )
    assert len({row[1] for row in rows}) == recipe.patients["cohort_1"]  # each patient once
    assert len(rows) == 9 * recipe.patients["cohort_1"]


@pytest.mark.slow
def test_what_is_learnt_does_not_depend_on_cohort_two(tmp_path, cases):
    weights = []
    for count in (4, 6):
        shutil.copytree(cases, tmp_path / str(count) / "cases")
        sizes = {**quick_check().patients, "cohort_2": count}
        recipe = replace(quick_check(), patients=sizes, rival=False)
        order = EchoOrder(recipe, tmp_path / str(count), tmp_path / str(count) / "echo")
        train(order)
        weights.append((order.out / FILE).read_bytes())
    assert weights[0] == weights[1]
