"""T3D's training: every part of the loss teaches, a batch can be learnt, and figures mean what they say."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from inference.models.t3d_targets import CLASSES
from inference.networks.t3d import T3D
from inference.networks.t3d_config import bundled
from training.phantoms.chest import chest_case
from training.phantoms.chest_findings import FINDINGS
from training.recipe import Schedule
from training.t3d_batches import drawn_pairs, drawn_restoring, hidden_of, reading_of
from training.t3d_cases import train_case, vocabulary
from training.t3d_recipe import RECIPES, Draw, Weights, standard
from training.t3d_report_measures import retrieval
from training.t3d_stages import (
    contrast_loss,
    ground_loss,
    marks_loss,
    masks_loss,
    pair_losses,
    restore_loss,
    shares_of,
)


@pytest.fixture(scope="module")
def cases():
    made = [chest_case(seed, spacing_mm=(10.0, 7.0, 7.0)) for seed in range(3)]
    words = vocabulary(made)
    return [train_case(case, words) for case in made], words


@pytest.fixture(scope="module")
def network(cases):
    torch.manual_seed(0)
    return T3D(bundled(len(CLASSES), len(FINDINGS), cases[1].size))


SMALL = Draw(patients=2, outlined=1, restored=1)
EVERYTHING = Weights(1.0, 1.0, 1.0, 1.0, 1.0)


def test_every_part_of_the_loss_reaches_the_network(cases, network):
    rng = np.random.default_rng(0)
    recipe = replace(standard(), draw=SMALL)
    parts = pair_losses(network, drawn_pairs(cases[0], network.config, SMALL, rng), 1, EVERYTHING)
    parts["restore"] = restore_loss(
        network, drawn_restoring(cases[0], network.config, SMALL, recipe.hiding, rng)
    )
    assert set(parts) == {"contrast", "ground", "masks", "outlines", "findings", "marks", "restore"}
    torch.stack(list(parts.values())).sum().backward()
    for name in ("visual.swinViT.patch_embed.proj.weight", "interactor.cross_attn.q.weight", "silence",
                 "marks.detail.weight", "outlines.weight", "restore.weight",
                 "text.embeddings.word_embeddings.weight", "proj_v.1.weight"):  # fmt: skip
        gradient = network.get_parameter(name).grad
        assert gradient is not None
        assert float(gradient.abs().sum()) > 0, name


def test_ablations_leave_out_what_they_say():
    assert RECIPES["contrast_only"]().organs_weights.restore == 0
    assert RECIPES["restoration_only"]().organs_weights.contrast == 0
    assert RECIPES["resized"]().draw.resized
    assert RECIPES["both"]().organs_weights == standard().organs_weights


def test_marks_in_the_right_place_cost_least():
    marks = np.zeros((1, 4, 8, 8), np.uint32)
    marks[0, 1:3, 2:6, :4] = 1 << 5
    right = torch.full((1, 12, 4, 8, 8), -9.0)
    right[0, 5, 1:3, 2:6, :4] = 9.0
    assert float(marks_loss(right, marks)) < 0.01 < 0.3 < float(marks_loss(right.flip(-1), marks))


def test_a_squeezed_volume_fills_one_sub_volume(cases, network):
    draw = replace(SMALL, resized=True)
    pairs = drawn_pairs(cases[0], network.config, draw, np.random.default_rng(1))
    assert pairs.grey.shape[2:] == network.config.crop
    assert torch.isfinite(pairs.shows).all()


def test_partners_close_together_cost_nothing_and_strangers_do():
    z = torch.nn.functional.normalize(torch.eye(3).repeat_interleave(2, 0), dim=-1)
    assert float(contrast_loss(z, torch.tensor(3.5))) < 1e-3
    assert float(contrast_loss(z.roll(1, 0), torch.tensor(3.5))) > 5


def test_attention_on_the_right_words_costs_least(cases, network):
    pairs = drawn_pairs(
        cases[0], network.config, replace(SMALL, silent=0.0, kept=1.0), np.random.default_rng(2)
    )
    b, words = pairs.reading.topics.shape
    codes = torch.from_numpy(pairs.codes.reshape(b, -1).astype(np.int64))
    about = ((codes[:, :, None] >> torch.from_numpy(pairs.reading.topics)[:, None]) & 1).float()
    about[:, :, pairs.reading.topics[0] == 31] = 0
    silence = 4
    even = torch.full((b, 1, codes.shape[1], silence + words), 1 / (silence + words))
    told = about.sum(-1, keepdim=True) > 0
    right = torch.where(told, about / about.sum(-1, keepdim=True).clamp(min=1), torch.zeros_like(about))
    quiet = torch.where(told, 0.0, 1 / silence).expand(-1, -1, silence)
    sharp = torch.cat((quiet, right), -1)[:, None]
    assert float(ground_loss(sharp, pairs, silence)) < 0.5 * float(ground_loss(even, pairs, silence))


def test_right_masks_cost_least():
    labels = torch.randint(0, 11, (1, 8, 8, 8), generator=torch.Generator().manual_seed(0))
    right = torch.nn.functional.one_hot(labels, 11).movedim(-1, 1).float() * 20
    assert float(masks_loss(right, shares_of(labels, len(CLASSES)))) < 0.05
    assert float(masks_loss(right.roll(1, 1), shares_of(labels, len(CLASSES)))) > 1


def test_hidden_boxes_lie_over_a_finding_where_they_are_aimed(cases, network):
    recipe, rng = standard(), np.random.default_rng(3)
    from training.t3d_batches import crop_of

    crop = crop_of(cases[0][0], network.config, SMALL, rng)
    hidden = hidden_of(crop, replace(recipe.hiding, boxes=1, aimed=1.0), rng)
    assert 0 < hidden.mean() < 0.6


def test_an_empty_report_is_not_given(cases, network):
    reading = reading_of([(), cases[0][0].spoken], network.config)
    assert reading.given.tolist() == [False, True]
    assert (reading.topics[0] == 31).all()


def test_ranks_count_ties_against_us():
    same = torch.ones(3, 2) / 2**0.5
    found = retrieval(same, same)
    assert found.of_reports.tolist() == [3, 3, 3]
    perfect = retrieval(torch.eye(3), torch.eye(3))
    assert perfect.recall(perfect.of_reports, 1).value == 1.0
    assert perfect.chance == pytest.approx(1 / 3)


def test_a_schedule_is_that_of_the_recipe():
    assert isinstance(standard().organs, Schedule)
