"""RadCLIP: a vision tower and a text tower that meet in one space, and an adapter that pools slices.

The towers are those of `transformers`' CLIP, names included, so that a published state dict loads as it is.
The adapter joins the embeddings of a volume's slices, V = MHSA(I + PE), and reads one vector out with a
learned query; the mean and the maximum over slices stand behind the same interface.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize
from transformers import CLIPConfig, CLIPModel

from inference.networks.attention import Attention, Shape
from inference.networks.radclip_config import CHANNELS, RadCLIPConfig, Tower
from inference.networks.tapped import TAPPED, add_taps, kept

MEAN = (0.48145466, 0.4578275, 0.40821073)  # of the pictures that CLIP was made with
SPREAD = (0.26862954, 0.26130258, 0.27577711)


def towers(c: RadCLIPConfig) -> CLIPModel:
    """Both towers with their projections; each attention of the vision tower has a tap."""
    vision = {**_sizes(c.vision, c), "image_size": c.image, "patch_size": c.patch, "num_channels": CHANNELS}
    text = {
        **_sizes(c.text, c),
        "vocab_size": c.vocabulary,
        "max_position_embeddings": c.positions,
        "bos_token_id": c.begin,
        "eos_token_id": c.end,
        "pad_token_id": 0,
    }
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=c.projection)
    clip = CLIPModel(config)
    clip.vision_model.set_attn_implementation(TAPPED)
    add_taps(layer.self_attn for layer in clip.vision_model.encoder.layers)
    return clip


def _sizes(tower: Tower, c: RadCLIPConfig) -> dict[str, int]:
    return {
        "hidden_size": tower.width,
        "num_hidden_layers": tower.depth,
        "num_attention_heads": tower.heads,
        "intermediate_size": tower.mlp,
        "projection_dim": c.projection,
    }


class Mixing(nn.Module):
    """One layer of the adapter: every position takes in what it attends to among the slices."""

    def __init__(self, c: RadCLIPConfig) -> None:
        super().__init__()
        head = c.projection // c.adapter_heads
        self.norm = nn.LayerNorm(c.projection)
        self.attn = Attention(Shape(c.projection, 1, c.adapter_heads, head, 0))
        self.dropout = nn.Dropout(c.dropout)

    def forward(self, x: Tensor, key_mask: Tensor) -> Tensor:
        """(b, 1 + n, d), (b, 1 + n) bool -> (b, 1 + n, d)."""
        out: Tensor = x + self.dropout(self.attn(self.norm(x), key_mask))
        return out


class SliceAdapter(nn.Module):
    """Slice embeddings to one vector: slices attend to each other, then a learned query to the slices.

    The query stands first in the sequence and nothing attends to it, so that its row of the last layer's
    attention is a share for each slice. Positions are relative to the volume: fewer slices, wider steps.
    """

    def __init__(self, c: RadCLIPConfig) -> None:
        super().__init__()
        self.scale = c.projection**0.5
        self.positions = nn.Parameter(0.02 * torch.randn(c.slices, c.projection))
        self.query = nn.Parameter(0.02 * torch.randn(c.projection))
        self.layers = nn.ModuleList(Mixing(c) for _ in range(2))
        self.norm = nn.LayerNorm(c.projection)
        self.out = nn.Linear(c.projection, c.projection)

    def forward(self, slices: Tensor, where: Tensor, mask: Tensor) -> Tensor:
        """(b, n, d) unit vectors, (b, n) positions, (b, n) bool with one true at least -> (b, d)."""
        x = self.scale * slices + self.positions[where]
        x = torch.cat((self.query.expand(len(x), 1, -1), x), 1)  # (b, 1 + n, d)
        keys = torch.cat((mask.new_zeros(len(mask), 1), mask), 1)
        for layer in self.layers:
            x = layer(x, keys)
        out: Tensor = self.out(self.norm(x[:, 0]))
        return out

    def shares(self, slices: Tensor, where: Tensor, mask: Tensor) -> Tensor:
        """(b, n) how the query shares itself out among the slices; rows sum to one."""
        seen: list[tuple[Tensor, Tensor]] = []
        tap = self.layers[-1].get_submodule("attn.tap")
        hook = tap.register_forward_hook(lambda _m, _i, out: seen.append(out[:2]))
        try:
            self(slices, where, mask)
        finally:
            hook.remove()
        q, k = seen[-1]
        logits = (q[:, :, :1] @ k[:, :, 1:].transpose(-2, -1))[:, :, 0] * q.shape[-1] ** -0.5  # (b, h, n)
        shares: Tensor = logits.masked_fill(~mask[:, None], -torch.inf).softmax(-1).mean(1)
        return shares


class RadCLIP(nn.Module):
    """Pictures, volumes and words as unit vectors of one space."""

    def __init__(self, config: RadCLIPConfig) -> None:
        super().__init__()
        self.config = config
        self.clip = towers(config)
        self.adapter = SliceAdapter(config) if config.pooling == "attention" else None
        self.mean = nn.Buffer(torch.tensor(MEAN), persistent=False)
        self.spread = nn.Buffer(torch.tensor(SPREAD), persistent=False)

    def encode_slices(self, pixels: Tensor, keep: Tensor | None = None) -> Tensor:
        """(b, image, image, 3) 0..1 and which patches count (b, tiles^2) -> (b, d) unit vectors."""
        return normalize(self.clip.visual_projection(self.features(pixels, keep)), dim=-1)

    def features(self, pixels: Tensor, keep: Tensor | None = None) -> Tensor:
        """(b, image, image, 3) 0..1 -> (b, width) what the vision tower knows before the projection."""
        vision = self.clip.vision_model
        x = ((pixels - self.mean) / self.spread).permute(0, 3, 1, 2)
        x = vision.embeddings(x)  # (b, 1 + tiles^2, width): the class token first
        mask = None
        if keep is not None:
            x, mask = kept(x, keep)
        x = vision.pre_layrnorm(x)
        for layer in vision.encoder.layers:
            x = layer(x, mask)
        out: Tensor = vision.post_layernorm(x[:, 0])
        return out

    def encode_text(self, ids: Tensor) -> Tensor:
        """(b, L) token ids, each row with an end token -> (b, d) unit vectors."""
        return normalize(self.clip.get_text_features(input_ids=ids).pooler_output, dim=-1)

    def pool(self, slices: Tensor, where: Tensor, mask: Tensor, still: Tensor) -> Tensor:
        """(b, n, d), (b, n) positions, (b, n) which are there, (b,) single pictures -> (b, d) unit vectors.

        A single picture is its own embedding. Nothing at all is the null vector, which matches no text.
        """
        any_there = mask.any(1, keepdim=True)
        safe = mask | ~any_there  # attention over nothing is not a number
        if bool(still.all()):
            pooled = slices[:, 0]
        else:
            pooled = torch.where(still[:, None], slices[:, 0], self._joined(slices, where, safe))
        return normalize(pooled, dim=-1) * any_there

    def shares(self, slices: Tensor, where: Tensor, mask: Tensor) -> Tensor:
        """(b, n) how much of the pooled vector each slice has: attention, or equal parts without it."""
        if self.adapter is not None:
            learned: Tensor = self.adapter.shares(slices, where, mask)
            return learned
        equal: Tensor = mask / mask.sum(1, keepdim=True)
        return equal

    def _joined(self, slices: Tensor, where: Tensor, mask: Tensor) -> Tensor:
        if self.adapter is not None:
            joined: Tensor = self.adapter(slices, where, mask)
            return joined
        if self.config.pooling == "max":
            return slices.masked_fill(~mask[..., None], -torch.inf).amax(1)
        return (slices * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)

    def forward(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """slices (b, n, image, image, 3), mask, where (b, n), still (b,) -> (b, d) unit vectors."""
        slices, mask = tensors["slices"], tensors["mask"]
        b, n = mask.shape
        each = self.encode_slices(slices.flatten(0, 1)).view(b, n, -1)
        return self.pool(each, tensors["where"], mask, tensors["still"])
