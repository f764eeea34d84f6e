from dataclasses import replace

import numpy as np
import pytest
import torch

from inference.errors import NotApplicableError
from inference.imaging.study import Patient, Study
from inference.imaging.volume import Volume
from inference.models.prima import Source
from inference.models.prima_untrained import untrained
from inference.networks.prima_config import LATENT, bundled


def head(seed, slices=28, plane="axial"):
    """An ellipsoid with texture, in one of two planes."""
    rng = np.random.default_rng(seed)
    shape, spacing = (slices, 120, 110), (5.0, 2.0, 2.0)
    axes = {"axial": np.fliplr(np.eye(3)), "sagittal": np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], float)}[
        plane
    ]
    affine = np.eye(4)
    affine[:3, :3] = axes * np.array(spacing)
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    grid = np.stack(np.meshgrid(*[np.linspace(-1, 1, n) for n in shape], indexing="ij"), -1)
    inside = (grid**2 / np.array([0.9, 0.7, 0.6]) ** 2).sum(-1) < 1
    return Volume((inside * rng.uniform(200, 400, shape)).astype(np.float32), affine)


@pytest.fixture(scope="module")
def model():
    return untrained(bundled(diagnoses=3, referrals=1))


@pytest.fixture(scope="module")
def inputs(model):
    sources = [
        Source(head(0), "AX T1", "set-1", "series-1", frame_of_reference_uid="frame"),
        Source(head(1, 20), "AX T2 FLAIR", "set-2", "series-2"),
        Source(head(2, 30, "sagittal"), "SAG T1", "set-3", "series-3"),
    ]
    return model.prepare_volumes("study", "MRI brain", sources)


def test_there_is_one_place_per_series_and_one_element_per_token(inputs):
    counts = inputs.tensors["token_mask"][0].sum(1).tolist()
    assert counts == [len(place) for place in inputs.places]
    assert inputs.seen == ("set-1", "set-2", "set-3")
    assert inputs.places[0].frame_of_reference_uid == "frame"
    assert inputs.places[0].title == "AX T1"


def test_scores_are_one_per_target(model, inputs):
    scores = model.scores(inputs.tensors)
    assert scores.shape == (1, len(model.card.targets))
    assert scores.dtype == torch.float32


def test_encoding_apart_and_joining_equals_the_whole(model, inputs):
    encodings = torch.stack([model.encode(inputs, unit)[0] for unit in range(3)])[None]
    assert torch.allclose(model.join(inputs, encodings), model.scores(inputs.tensors), atol=1e-5)


def test_a_unit_that_is_not_present_is_as_if_it_had_never_been(model, inputs):
    encodings = torch.stack([model.encode(inputs, unit)[0] for unit in range(3)])[None]
    without = model.join(inputs, encodings, torch.tensor([[True, False, True]]))
    fewer = dict(inputs.tensors)
    for name in ("tokens", "token_mask", "names", "series_mask"):
        fewer[name] = fewer[name][:, [0, 2]]
    assert torch.allclose(without, model.scores(fewer), atol=1e-5)


@pytest.mark.parametrize("equal", [True, False])
def test_a_dropped_token_is_gone(model, inputs, equal):
    count = len(inputs.places[1])
    generator = torch.Generator().manual_seed(0)
    keep = torch.rand(6, count, generator=generator) < 0.5
    if equal:
        keep = torch.stack([torch.randperm(count, generator=generator) < count // 2 for _ in range(6)])
    found = model.encode(inputs, 1, keep)
    for row, kept in zip(found, keep, strict=True):
        tokens = inputs.tensors["tokens"][0, 1, :count][kept][None]
        alone = model.network.encode_series(
            tokens, torch.ones(tokens.shape[:2], dtype=torch.bool), inputs.tensors["names"][0, 1][None]
        )
        assert torch.allclose(row, alone[0], atol=1e-5)


def test_a_series_without_tokens_still_encodes(model, inputs):
    nothing = torch.zeros(1, len(inputs.places[0]), dtype=torch.bool)
    assert torch.isfinite(model.encode(inputs, 0, nothing)).all()


def test_scores_are_differentiable_in_the_tokens(model, inputs):
    tokens = inputs.tensors["tokens"].clone().requires_grad_()
    (gradient,) = torch.autograd.grad(model.scores({**inputs.tensors, "tokens": tokens})[0, 1], tokens)
    assert gradient[inputs.tensors["token_mask"]].abs().sum(-1).min() > 0


def test_the_baseline_has_position_but_no_content(model, inputs):
    start, end = model.baseline(inputs)["tokens"], inputs.tensors["tokens"]
    assert not start[..., :LATENT].any()
    assert torch.equal(start[..., LATENT:], end[..., LATENT:])


def test_parts_count_the_tokens_series_by_series(model, inputs):
    labels = model.parts(inputs)["tokens"]
    mask = inputs.tensors["token_mask"]
    assert (labels[~mask] == -1).all()
    assert labels[mask].tolist() == list(range(int(mask.sum())))
    assert labels[0, 1, 0] == len(inputs.places[0])


def test_preparing_twice_gives_the_same(model, inputs):
    again = model.prepare_volumes("study", "MRI brain", [Source(head(0), "AX T1")])
    assert torch.equal(
        again.tensors["tokens"][0, 0], inputs.tensors["tokens"][0, 0, : again.tensors["tokens"].shape[2]]
    )


def test_the_specials_come_first_in_what_attention_sees(model, inputs):
    seen = []
    tap = model.network.inner.transformer.blocks[0].attn.tap
    handle = tap.register_forward_hook(lambda _m, _i, out: seen.append(out[0].shape[2]))
    model.encode(inputs, 1)
    handle.remove()
    assert seen == [model.unit_specials + len(inputs.places[1])]


def test_the_tokenizer_sees_the_axes_of_the_patient_where_the_original_does():
    config = bundled(diagnoses=1)
    as_published = replace(config, grid=replace(config.grid, patient_axes=True))
    source = [Source(head(2, 30, "sagittal"), "SAG T1")]
    ours, theirs = (
        untrained(c).prepare_volumes("s", "", source).tensors["tokens"] for c in (config, as_published)
    )
    assert ours.shape == theirs.shape
    assert not torch.allclose(ours, theirs)


def test_no_series_at_all_is_not_eligible(model):
    study = Study("0", Patient(), "", "", "", "", "", ())
    with pytest.raises(NotApplicableError, match="not eligible: the study holds no images"):
        model.prepare(study)


def test_something_too_small_for_a_head_is_not_eligible(model):
    volume = head(0)
    small = Volume(volume.voxels, volume.affine_lps @ np.diag([0.3, 0.3, 0.3, 1]))
    with pytest.raises(NotApplicableError, match="too small for a head"):
        model.prepare_volumes("s", "", [Source(small, "AX T1")])
