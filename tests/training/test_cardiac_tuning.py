"""What training knows of clips beyond the product: chambers under tokens, areas over a beat."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from training.cardiac_cases import CELL, Clips, clips_with_loops, grid_of, marks_of
from training.cardiac_patches import look_at
from training.cardiac_recipes import quick_check, standard
from training.cardiac_tuning import GUIDED, Guides, Pupil, Taps, areas_of, moved, under_tokens
from training.phantoms.heart import heart_case

CAVITY = 0


@pytest.fixture(scope="module")
def marked():
    recipe = standard()
    protocol = replace(recipe.protocol, missing=0.0, missing_stack=0.0, shift_mm=0.0, tilt_deg=0.0, poor=0.0)
    case = heart_case(5, "dcm")
    found = list(clips_with_loops(case, recipe.slices, protocol, grid_of(recipe.config)))
    return case, [(loop, clip, marks_of(case, loop, clip)) for loop, clip in found]


def clips_of_one(frames):
    n = len(frames)
    return Clips(
        np.rint((frames + 0.5) / 1.2 * 255).astype(np.uint8), np.zeros((n, 3, 8, 16, 16), np.uint8),
        np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, bool), np.zeros((1, 5)),
        np.zeros((1, 7), bool), ("",), ("north",), ("dcm",), ("F",), np.array([50]),
    )  # fmt: skip


def test_marks_lie_where_the_clip_shows_blood(marked):
    _, found = marked
    for _, clip, marks in found[:3]:
        cells = clip.frames.reshape(8, 16, CELL, 16, CELL).mean((2, 4))
        inside, wall = marks[CAVITY] > 250, marks[1] > 250
        assert cells[inside].mean() > cells[wall].mean() + 0.3 if wall.any() else inside.any()


def test_the_cavity_empties_as_the_ventricle_does(marked):
    case, found = marked
    long_axis = [
        torch.from_numpy(marks)[None].float() / 255 for loop, _, marks in found if loop.view != "SAX"
    ]
    ejected = torch.cat([areas_of(marks)[:, -1] for marks in long_axis])
    by_volume = case.measures["lvef"] / 100
    assert (ejected < by_volume).all()  # an area loses less than a volume
    assert (ejected > 0.3 * by_volume).all()


def test_every_cell_lies_under_one_token():
    marks = torch.arange(3 * 8 * 16 * 16).float().view(1, 3, 8, 16, 16)
    for grid in ((4, 8, 8), (4, 4, 4), (4, 2, 2)):
        cut = under_tokens(marks, grid)
        assert cut.shape == (1, np.prod(grid), marks.numel() // np.prod(grid))
        assert cut.unique().numel() == marks.numel()
    first = under_tokens(marks, (4, 8, 8))[0, 0]
    assert first.tolist() == marks[0, :, :2, :2, :2].flatten().tolist()


def test_marks_move_with_their_clip_and_nothing_is_mirrored():
    clips, marks = torch.full((30, 4, 64, 64), -0.5), torch.zeros(30, 3, 4, 16, 16)
    clips[:, :, 24:32, 44:52] = 0.4
    marks[:, :, :, 6:8, 11:13] = 1
    seen, where = moved(clips, marks, np.random.default_rng(0))
    found, wanted = _middle((seen.mean(1) > 0).float()), _middle(where[:, 0, 0]) * CELL + (CELL - 1) / 2
    assert torch.allclose(found, wanted, atol=CELL / 4)
    assert (wanted[:, 1] > 32).all()  # still right of the middle
    assert len(wanted.unique(dim=0)) > 15
    assert (where.mean((1, 2, 3, 4)) - 4 / 256).abs().max() < 0.1 * 4 / 256  # nothing grows or shrinks


def _middle(pictures):
    rows, columns = (torch.arange(n).float() for n in pictures.shape[1:])
    whole = pictures.sum((1, 2))
    return torch.stack(((pictures.sum(2) @ rows) / whole, (pictures.sum(1) @ columns) / whole), 1)


def test_guides_fit_every_tapped_block_and_leave_the_product_as_it_is():
    config = quick_check().config
    pupil = Pupil(config)
    names = set(pupil.cardiac.state_dict())
    with Taps(pupil.cardiac.video_encoder) as taps:
        pupil.cardiac.encode_clips(torch.zeros(2, 4, 32, 32))
    assert len(taps.found) == len(GUIDED)
    cells = config.encoder.size // CELL
    loss = pupil.guides.told_by_tokens(taps.found, torch.zeros(2, 3, 4, cells, cells))
    assert torch.isfinite(loss)
    assert set(pupil.cardiac.state_dict()) == names
    assert not any(block._forward_hooks for block in pupil.cardiac.video_encoder.blocks)
    assert isinstance(pupil.guides, Guides)


def test_the_first_filters_keep_most_of_what_patches_vary_in(marked):
    recipe = standard()
    pupil = Pupil(recipe.config)
    _, found = marked
    frames = np.stack([clip.frames for _, clip, _ in found])

    clips = clips_of_one(frames)
    encoder = pupil.cardiac.video_encoder
    look_at(encoder, clips, 0)
    x = torch.from_numpy(frames)
    tokens = encoder.patch_embed(x[:, None])
    assert 0.3 < tokens.std() < 2
    again = Pupil(recipe.config).cardiac.video_encoder
    look_at(again, clips, 0)
    assert torch.equal(again.patch_embed.patch_model.weight, encoder.patch_embed.patch_model.weight)
