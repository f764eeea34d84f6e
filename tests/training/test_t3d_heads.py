"""The stages of T3D that leave its towers alone: each teaches its own part, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from inference.models.t3d_targets import CLASSES
from inference.networks.t3d import T3D
from inference.networks.t3d_config import bundled
from training.fit import Run
from training.phantoms.chest import chest_case
from training.phantoms.chest_findings import FINDINGS
from training.recipe import Schedule
from training.t3d_align import align
from training.t3d_answers import train_answers
from training.t3d_batches import crop_of, drawn_pairs
from training.t3d_cases import train_case, vocabulary
from training.t3d_heads import marking_losses, train_marking, train_restoring
from training.t3d_recipe import Draw, quick_check

TWO = Schedule(steps=2, batch=2, learning_rate=1e-2, warmup=1)


@pytest.fixture(scope="module")
def cases():
    made = [chest_case(seed, spacing_mm=(10.0, 7.0, 7.0)) for seed in range(4)]
    words = vocabulary(made)
    return [train_case(case, words) for case in made], words


def made(cases) -> T3D:
    torch.manual_seed(0)
    return T3D(bundled(len(CLASSES), len(FINDINGS), cases[1].size))


def changed(before: dict[str, torch.Tensor], network: T3D) -> set[str]:
    after = network.state_dict()
    return {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}


def copied(network: T3D) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}


@pytest.mark.parametrize(
    ("stage", "own"),
    [(train_restoring, {"restore", "restorer"}), (train_marking, {"marks", "findings"})],
)
def test_a_stage_changes_its_own_part_alone(cases, tmp_path, stage, own):
    network, recipe = made(cases), replace(quick_check(), restoring=TWO, marking=TWO)
    before = copied(network)
    stage(network, cases[0], recipe, Run(tmp_path, 0))
    assert changed(before, network) == own


def test_every_head_of_marking_learns(cases):
    network = made(cases)
    draw = Draw(patients=3, sought=1.0)
    parts = marking_losses(network, drawn_pairs(cases[0], network.config, draw, np.random.default_rng(0)))
    assert set(parts) == {"marks", "strongest", "findings"}
    torch.stack(list(parts.values())).sum().backward()
    for name in ("marks.detail.weight", "marks.out.weight", "findings.layers.1.weight"):
        gradient = network.get_parameter(name).grad
        assert gradient is not None
        assert float(gradient.abs().sum()) > 0, name
    assert network.get_parameter("outlines.weight").grad is None


def test_a_sought_sub_volume_shows_a_finding(cases):
    case, c = cases[0][0], made(cases).config
    assert case.sights
    rng = np.random.default_rng(3)
    crops = [crop_of(case, c, Draw(sought=1.0), rng) for _ in range(8)]
    assert all(crop.marks.any() for crop in crops)


def test_retrieval_leaves_answers_alone_and_answers_leave_retrieval(cases, tmp_path):
    network = made(cases)
    recipe = replace(quick_check(), alignment=TWO, answers=TWO)
    before = copied(network)
    align(network, cases[0], recipe, Run(tmp_path, 0))
    assert changed(before, network) == {"proj_i", "proj_t", "temperature"}
    before = copied(network)
    train_answers(network, cases[0][2:], recipe, Run(tmp_path, 0))
    assert changed(before, network) == {"findings"}


def test_small_things_change_answers_and_no_embedding():
    torch.manual_seed(0)
    classes, small = len(CLASSES), (0, 6, 9, 10)
    network = T3D(bundled(classes, len(FINDINGS), 40, CLASSES.index("focal lesion"), small)).eval()
    encodings = torch.randn(1, 2, network.config.encoding + network.config.small)
    other = encodings.clone()
    other[..., -network.config.small :] += 1.0
    with torch.inference_mode():
        assert torch.equal(network.image_embedding(encodings), network.image_embedding(other))
        assert not torch.equal(network.findings(encodings), network.findings(other))
