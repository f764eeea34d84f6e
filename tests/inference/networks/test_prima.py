import json
from dataclasses import replace

import pytest
import torch

from inference.models.prima_tokens import StudyTokens, collate
from inference.networks.prima import Prima, position_code
from inference.networks.prima_config import (
    LATENT,
    TOKEN,
    bundled,
    config_from_json,
    config_to_json,
    full,
    mean_pooling,
)


def count(module):
    return sum(p.numel() for p in module.parameters())


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return Prima(bundled(diagnoses=3, referrals=2)).eval()


def study(*lengths, seed=0):
    generator = torch.Generator().manual_seed(seed)
    tokens = [torch.randn(n, TOKEN, generator=generator) for n in lengths]
    return StudyTokens(tokens, [f"ax_t{n}" for n in range(len(lengths))], "mri brain")


def test_a_token_is_256_numbers_30_of_position_and_3_of_orientation():
    assert position_code(torch.zeros(1, 3)).shape == (1, 30)
    assert TOKEN == LATENT + 30 + 3 == 289


def test_the_full_size_has_the_published_numbers_of_parameters():
    with torch.device("meta"):
        network = Prima(full())
    assert count(network.inner) == 32_601_712
    assert count(network.outer) == 18_129_024
    assert count(network.name_encoder) == 1_338_575
    assert count(network.description_encoder) == 1_527_470
    assert count(network.heads.heads[0]) == 44_966_001
    assert len(network.heads.heads) == 52 + 1


def test_the_bundled_size_is_small():
    assert count(Prima(bundled(diagnoses=20))) * 4 < 20e6


def test_a_configuration_survives_json():
    for config in (full(), mean_pooling(bundled(diagnoses=3))):
        assert config_from_json(json.loads(json.dumps(config_to_json(config)))) == config


def test_a_batch_of_two_equals_two_batches_of_one(network):
    studies = [study(9, 4, 6), study(5, seed=1)]
    together = network(collate(studies))
    alone = torch.cat([network(collate([s])) for s in studies])
    assert torch.allclose(together, alone, atol=1e-5)


def test_many_series_of_many_lengths_equal_them_one_by_one(network):
    studies = [study(*range(3, 12), seed=n) for n in range(3)]  # 27 series: more than go together
    together = network(collate(studies))
    alone = torch.cat([network(collate([s])) for s in studies])
    assert torch.allclose(together, alone, atol=1e-5)


def test_calling_twice_changes_neither_the_answer_nor_the_input(network):
    tensors = collate([study(5, 3)])
    before = {name: value.clone() for name, value in tensors.items()}
    assert torch.equal(network(tensors), network(tensors))
    assert all(torch.equal(before[name], tensors[name]) for name in tensors)


def test_the_order_of_series_does_not_matter(network):
    one = study(5, 3, 8)
    other = StudyTokens(one.tokens[::-1], one.names[::-1], one.description)
    assert torch.allclose(network(collate([one])), network(collate([other])), atol=1e-5)


def test_scores_reach_back_to_the_tokens(network):
    tensors = collate([study(5, 3)])
    tokens = tensors["tokens"].requires_grad_()
    (gradient,) = torch.autograd.grad(network(tensors)[0, 0], tokens)
    assert (gradient.abs().sum(-1) > 0).equal(tensors["token_mask"])


def test_means_in_the_place_of_attention_see_every_token():
    torch.manual_seed(0)
    network = Prima(mean_pooling(bundled(diagnoses=2))).eval()
    studies = [study(6, 2), study(3, seed=1)]
    together = network(collate(studies))
    assert torch.allclose(together, torch.cat([network(collate([s])) for s in studies]), atol=1e-5)
    assert not [name for name, _ in network.named_modules() if "inner" in name and name.endswith("tap")]


def test_heads_of_their_own_answer_in_the_same_order():
    config = replace(bundled(diagnoses=2, referrals=1, priorities=3), shared_trunk=False)
    network = Prima(config).eval()
    assert network(collate([study(4)])).shape == (1, 6)
