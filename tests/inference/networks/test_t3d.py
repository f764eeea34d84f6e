"""The network of T3D keeps the published names, and what a report says reaches what it makes."""

from dataclasses import replace

import pytest
import torch

from inference.networks.t3d import T3D
from inference.networks.t3d_config import T3DConfig, TextSize, bundled, config_from_json, config_to_json


@pytest.fixture(scope="module")
def network() -> T3D:
    torch.manual_seed(0)
    made = T3D(bundled(11, 12, 40)).eval().requires_grad_(False)
    for layer in made.interactor.outward:  # as if it had learnt something
        torch.nn.init.normal_(layer.weight, std=0.1)
    return made


@pytest.fixture(scope="module")
def x() -> torch.Tensor:
    return torch.rand(1, 1, 32, 64, 64, generator=torch.Generator().manual_seed(1))


IDS = torch.tensor([[0, 5, 6, 7, 2]])


def test_the_config_survives_json():
    config = bundled(11, 12, 40)
    assert config_from_json({**config_to_json(config), "words": ["a"]}) == config


def test_a_sub_volume_that_cannot_be_halved_is_a_mistake():
    with pytest.raises(ValueError, match="halved 5 times"):
        replace(T3DConfig(), crop=(48, 96, 96))


def test_without_a_report_the_wiring_is_that_of_monai(network, x):
    for layer in network.interactor.outward:
        kept = layer.weight.clone()
        layer.weight.zero_()
        layer.bias.zero_()
        layer.kept = kept
    ours = network.masks(x)
    theirs = network.visual(x)
    for layer in network.interactor.outward:
        layer.weight.copy_(layer.kept)
    assert torch.allclose(ours, theirs, atol=1e-5)


def test_published_names_are_kept(network):
    keys = set(network.state_dict())
    assert "visual.swinViT.layers1.0.blocks.0.attn.relative_position_bias_table" in keys
    assert "visual.decoder1.conv_block.conv1.conv.weight" in keys
    assert "text.encoder.layer.0.attention.self.query.weight" in keys
    full = RADBERT.width, RADBERT.vocabulary, T3DConfig().feature_size
    assert full == (768, 50265, 48)


RADBERT = TextSize()


def test_the_report_changes_what_is_restored(network, x):
    told = network.restored(x, network.read(IDS))
    other = network.restored(x, network.read(torch.tensor([[0, 9, 10, 11, 2]])))
    assert not torch.allclose(told, other)


def test_padding_of_a_report_changes_nothing(network, x):
    pyramid = network.pyramid(x)
    longer = torch.cat((IDS, torch.ones(1, 3, dtype=torch.int64)), 1)
    one = network.looked(pyramid, network.read(IDS))
    two = network.looked(pyramid, network.read(longer))
    assert torch.allclose(one, two, atol=1e-5)
    three, four = (network.text_embedding(network.read(ids)) for ids in (IDS, longer))
    assert torch.allclose(three, four, atol=1e-5)


def test_every_place_shares_out_its_attention(network, x):
    seen = []
    handle = network.interactor.cross_attn.weights.register_forward_hook(lambda _m, _i, out: seen.append(out))
    network.interactor(network.pyramid(x), network.read(IDS))
    handle.remove()
    places = 4 * 8 * 8 + 2 * 4 * 4 + 1 * 2 * 2
    assert seen[0].shape == (1, 4, places, 4 + IDS.shape[1])
    assert torch.allclose(seen[0].sum(-1), torch.ones(1, 4, places), atol=1e-5)
