import math

import pytest
import torch

from inference.networks.attention import Attention, Shape, Transformer, sinusoids

SHAPE = Shape(width=24, depth=2, heads=3, head_dim=8, mlp=32)


@pytest.fixture
def padded():
    torch.manual_seed(0)
    lengths = (7, 3, 5)
    mask = torch.arange(7) < torch.tensor(lengths)[:, None]
    return torch.randn(3, 7, 24) * mask[..., None], mask


def test_a_padded_batch_equals_a_loop_over_sequences(padded):
    x, mask = padded
    network = Transformer(SHAPE).eval()
    together = network(x, mask)
    for n, length in enumerate(mask.sum(1)):
        alone = network(x[n : n + 1, :length])
        assert torch.allclose(together[n, :length], alone[0], atol=1e-6)


def test_what_stands_in_the_padding_does_not_matter(padded):
    x, mask = padded
    network = Transformer(SHAPE).eval()
    noisy = torch.where(mask[..., None], x, torch.full_like(x, 1e3))
    assert torch.allclose(network(x, mask)[mask], network(noisy, mask)[mask], atol=1e-6)


def test_attention_is_the_softmax_of_what_the_tap_sees(padded):
    x, mask = padded
    attention = Attention(SHAPE).eval()
    seen = []
    handle = attention.tap.register_forward_hook(lambda _m, _i, out: seen.append(out))
    out = attention(x, mask)
    handle.remove()
    q, k, key_mask = seen[0]
    assert q.shape == k.shape == (3, 3, 7, 8)
    logits = (q @ k.mT / math.sqrt(8)).masked_fill(~key_mask[:, None, None], -math.inf)
    v = attention.qkv(x).view(3, 7, 3, 3, 8).permute(2, 0, 3, 1, 4)[2]
    expected = attention.out((logits.softmax(-1) @ v).transpose(1, 2).reshape(3, 7, -1))
    assert torch.allclose(out, expected, atol=1e-5)


def test_the_tap_adds_no_key_to_the_weights():
    assert not [name for name in Transformer(SHAPE).state_dict() if "tap" in name]


def test_without_attention_positions_do_not_see_each_other():
    network = Transformer(SHAPE, attend=False).eval()
    x = torch.randn(1, 5, 24)
    changed = x.clone()
    changed[0, 4] += 1
    assert torch.equal(network(x)[0, :4], network(changed)[0, :4])


def test_sinusoids_are_interleaved_and_start_at_zero_and_one():
    assert torch.equal(sinusoids(torch.zeros(1), 6), torch.tensor([[0.0, 1, 0, 1, 0, 1]]))
