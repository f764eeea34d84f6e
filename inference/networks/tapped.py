"""Attention inside the networks of `transformers`, with a tap that explanations can hook."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

TAPPED = "negatoscope_tapped"


def _tapped(
    module: nn.Module, q: Tensor, k: Tensor, v: Tensor, key_mask: Tensor | None, **_: object
) -> tuple[Tensor, None]:
    """Attention in transformers' own layers: (b, heads, n, head_dim) each, key_mask (b, n) bool or None."""
    q, k, key_mask = module.get_submodule("tap")((q, k, key_mask))
    mask = None if key_mask is None else key_mask[:, None, None, :]
    return scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2), None


ALL_ATTENTION_FUNCTIONS.register(TAPPED, _tapped)


def add_taps(attentions: Iterable[nn.Module]) -> None:
    """Give each attention module the tap that the function above passes its queries and keys through."""
    for attention in attentions:
        attention.tap = nn.Identity()


def kept(x: Tensor, keep: Tensor) -> tuple[Tensor, Tensor]:
    """Drop elements truly: (b, 1 + n, d), (b, n) -> (b, 1 + longest, d) and which of them are real."""
    everything = torch.cat((keep.new_ones(len(keep), 1), keep), 1)
    counts = everything.sum(1)
    longest = int(counts.max())
    order = torch.argsort((~everything).int(), dim=1, stable=True)[:, :longest]
    mask = torch.arange(longest, device=x.device) < counts[:, None]
    return x.gather(1, order[..., None].expand(-1, -1, x.shape[-1])), mask
