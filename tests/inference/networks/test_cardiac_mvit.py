import pytest
import torch

from inference.networks.cardiac_config import (
    bundled,
    config_from_json,
    config_to_json,
    full,
    without_attention,
)
from inference.networks.cardiac_mvit import Cardiac


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return Cardiac(bundled()).eval()


def study(units=3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return {
        "clips": torch.randn(1, units, 8, 64, 64, generator=generator),
        "clip_mask": torch.ones(1, units, dtype=torch.bool),
        "views": torch.arange(units)[None] % 4,
    }


def test_a_clip_encodes_the_same_alone_and_in_company(network):
    clips = study()["clips"][0]
    with torch.no_grad():
        together = network.encode_clips(clips)
        apart = torch.cat([network.encode_clips(clip[None]) for clip in clips])
    assert torch.allclose(together, apart, atol=1e-5)
    assert torch.allclose(together.norm(dim=1), torch.ones(3))


def test_the_order_of_frames_matters(network):
    clips = study(1)["clips"][0]
    with torch.no_grad():
        assert not torch.allclose(network.encode_clips(clips), network.encode_clips(clips.flip(1)), atol=1e-4)


def test_shares_of_attention_add_up_to_one_and_leave_absent_clips_out(network):
    tensors = study(4)
    present = torch.tensor([[True, False, True, True]])
    vectors = network.vectors(tensors["clips"], tensors["clip_mask"])
    shares = network.fusion.weights(vectors, tensors["views"], present)
    assert float(shares.detach().sum()) == pytest.approx(1.0)
    assert shares[0, 1] == 0


def test_a_padded_clip_is_as_if_it_had_never_been(network):
    tensors = study(3)
    padded = {
        "clips": torch.cat((tensors["clips"], torch.full((1, 1, 8, 64, 64), 9.0)), 1),
        "clip_mask": torch.tensor([[True, True, True, False]]),
        "views": torch.cat((tensors["views"], torch.zeros(1, 1, dtype=torch.int64)), 1),
    }
    with torch.no_grad():
        assert torch.allclose(network(padded), network(tensors), atol=1e-5)


@pytest.mark.parametrize("pooling", ["uniform", "mean"])
def test_without_gates_every_clip_counts_alike(pooling):
    network = Cardiac(without_attention(bundled(), pooling)).eval()
    tensors = study(5)
    shares = network.fusion.weights(torch.randn(1, 5, 128), tensors["views"], tensors["clip_mask"])
    assert torch.allclose(shares, torch.full((1, 5), 0.2))
    assert torch.isfinite(network(tensors)).all()


def test_every_part_of_the_head_reaches_the_answers(network):
    tensors = study(3)
    scores, spread = network.fuse(
        network.vectors(tensors["clips"], tensors["clip_mask"]), tensors["views"], tensors["clip_mask"]
    )
    network.zero_grad()
    (scores.sum() + spread.sum()).backward()
    for name, parameter in network.fusion.named_parameters():
        assert parameter.grad is not None, name
        if name != "gate_c.bias":  # shifts all gates alike
            assert parameter.grad.abs().sum() > 0, name
    network.zero_grad()


def test_measures_answer_in_their_units():
    config = config_from_json(
        {**config_to_json(bundled(2, 1)), "centre": [55.0, 150.0], "scale": [10.0, 40.0]}
    )
    network = Cardiac(config).eval()
    torch.nn.init.zeros_(network.fusion.answers.weight)
    torch.nn.init.zeros_(network.fusion.answers.bias)
    assert network(study())[0].tolist() == [55.0, 150.0, 0.0]


def test_a_config_survives_its_card():
    assert config_from_json(config_to_json(full())) == full()
