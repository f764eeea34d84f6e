"""Cardiac cine MRI: a multiscale transformer over space and time encodes clips, gated attention joins them.

clip (frames, rows, columns) --MViT--> class token --projection--> clip vector --gated attention--> study

Names of the encoder's parameters follow the published checkpoint (MViT-B 16x4 and a projection, 377 tensors):
importing it is taking the prefix "model." away (`cardiac_published`).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from inference.networks.cardiac_blocks import NORM, ClassAndPosition, PatchEmbed, blocks
from inference.networks.cardiac_config import CardiacConfig, MViTConfig

LEAST_SPREAD = 0.02  # of a standardised measure; no answer is surer than that


class MViT(nn.Module):
    """Clips (b, frames, rows, columns) -> (b, out): the class token of the last block."""

    def __init__(self, c: MViTConfig) -> None:
        super().__init__()
        self.config = c
        self.patch_embed = PatchEmbed(c)
        self.cls_positional_encoding = ClassAndPosition(c)
        self.blocks = nn.ModuleList(blocks(c))
        self.norm_embed = NORM(c.out)
        self.apply(_initialised)
        for name, value in self.cls_positional_encoding.named_parameters():
            if name != "cls_token":
                nn.init.trunc_normal_(value, std=0.02)

    def forward(self, clips: Tensor) -> Tensor:
        """One vector per clip."""
        x = self.patch_embed(clips[:, None].expand(-1, self.config.channels, -1, -1, -1))
        x = self.cls_positional_encoding(x)
        grid = self.config.grid
        for block in self.blocks:
            x, grid = block(x, grid)
        out: Tensor = self.norm_embed(x)[:, 0]
        return out


class Fusion(nn.Module):
    """Clip vectors of a study -> answers: gated attention, equal weights, or the mean of the vectors.

    What each clip's share was passes the parameter-free `shares`.
    """

    def __init__(self, c: CardiacConfig) -> None:
        super().__init__()
        self.pooling = c.pooling
        self.view = nn.Embedding(c.views + 1, c.projection) if c.views else None  # the last: not known
        self.features = nn.Sequential(
            nn.Linear(c.projection, c.hidden), nn.ReLU(), nn.Dropout(c.dropout),
            nn.Linear(c.hidden, c.hidden), nn.ReLU(), nn.Dropout(c.dropout),
        )  # fmt: skip
        self.gate_a = nn.Linear(c.hidden, c.gate)
        self.gate_b = nn.Linear(c.hidden, c.gate)
        self.gate_c = nn.Linear(c.gate, 1)
        self.drop = nn.Dropout(c.dropout)
        self.answers = nn.Linear(c.hidden, c.answers)
        self.spread = nn.Linear(c.hidden, c.measures)
        self.shares = nn.Identity()
        if self.view is not None:
            nn.init.normal_(self.view.weight, std=0.02)

    def weights(self, vectors: Tensor, views: Tensor, present: Tensor) -> Tensor:
        """(b, units) share of each clip in the answers; nothing for a clip that is not present."""
        return self._weights(self._features(vectors, views), present)

    def forward(self, vectors: Tensor, views: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """(b, units, projection) -> standardised answers (b, answers), spread of measures (b, measures)."""
        if self.pooling == "mean":
            equal = self.shares(_equal(present))[..., None]
            study = self.features((equal * self._coded(vectors, views)).sum(1))
        else:
            features = self._features(vectors, views)
            study = (self.shares(self._weights(features, present))[..., None] * features).sum(1)
        study = self.drop(study)
        return self.answers(study), softplus(self.spread(study)) + LEAST_SPREAD

    def _coded(self, vectors: Tensor, views: Tensor) -> Tensor:
        vectors = vectors * vectors.shape[-1] ** 0.5  # of length one: brings their elements near one
        if self.view is None:
            return vectors
        out: Tensor = vectors + self.view(views.clamp(max=self.view.num_embeddings - 1))
        return out

    def _features(self, vectors: Tensor, views: Tensor) -> Tensor:
        out: Tensor = self.features(self._coded(vectors, views))
        return out

    def _weights(self, features: Tensor, present: Tensor) -> Tensor:
        if self.pooling != "gated":
            return _equal(present)
        gate = torch.tanh(self.gate_a(features)) * torch.sigmoid(self.gate_b(features))
        logits = self.gate_c(gate)[..., 0]
        least = torch.finfo(logits.dtype).min
        shares: Tensor = logits.masked_fill(~present, least).softmax(-1) * present
        return shares  # a study without clips has none


class Cardiac(nn.Module):
    """A cine study: clips (b, units, frames, rows, columns), clip_mask (b, units), views (b, units)."""

    centre: Tensor
    scale: Tensor

    def __init__(self, config: CardiacConfig) -> None:
        super().__init__()
        self.config = config
        self.video_encoder = MViT(config.encoder)
        self.video_proj = nn.Linear(config.encoder.out, config.projection)
        self.fusion = Fusion(config)
        self.register_buffer("centre", _padded(config.centre, config, 0.0), persistent=False)
        self.register_buffer("scale", _padded(config.scale, config, 1.0), persistent=False)

    def encode_clips(self, clips: Tensor) -> Tensor:
        """(n, frames, rows, columns) -> (n, projection) of length one."""
        return nn.functional.normalize(self.video_proj(self.video_encoder(clips)), dim=-1)

    def vectors(self, clips: Tensor, present: Tensor) -> Tensor:
        """(b, units, projection); clips that are not there cost nothing and stay zero."""
        found = self.encode_clips(clips[present])
        return found.new_zeros(*present.shape, found.shape[-1]).masked_scatter(present[..., None], found)

    def fuse(self, vectors: Tensor, views: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """Scores (b, answers) in units and logits, and the spread of each measure (b, measures) in units."""
        answers, spread = self.fusion(vectors, views, present)
        return answers * self.scale + self.centre, spread * self.scale[: self.config.measures]

    def forward(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(b, answers) scores."""
        present = tensors["clip_mask"]
        scores, _ = self.fuse(self.vectors(tensors["clips"], present), tensors["views"], present)
        return scores


def _equal(present: Tensor) -> Tensor:
    return present / present.sum(-1, keepdim=True).clamp(min=1)


def _padded(values: tuple[float, ...], c: CardiacConfig, otherwise: float) -> Tensor:
    """(answers,): the measures' values, and `otherwise` for what has none."""
    return torch.tensor([*values, *[otherwise] * (c.answers - len(values))])


def _initialised(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        nn.init.zeros_(module.bias)
