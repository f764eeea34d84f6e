"""Echo: a vision transformer per frame, gated attention over frames, then over views, and nine heads.

Every attention here is mixed with the plain mean, out = alpha * attention + (1 - alpha) * mean, with a gate
alpha = sigmoid(weight) that is learned. What a pooling really did, gate included, passes a parameter-free
`shares`; what a layer of the transformer attended to passes a parameter-free `tap`. Explanations hook both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from transformers import ViTConfig, ViTModel

from inference.networks.echo_config import CONTEXT, EchoConfig, Pooling, Scaling
from inference.networks.tapped import TAPPED, add_taps, kept

_FAR_AWAY = -1e9


def frame_transformer(c: EchoConfig) -> ViTModel:
    """The transformer of one frame, without pooler; each attention has a tap."""
    vit = ViTModel(
        ViTConfig(
            hidden_size=c.width,
            num_hidden_layers=c.depth,
            num_attention_heads=c.heads,
            intermediate_size=c.mlp,
            image_size=c.image,
            patch_size=c.patch,
            num_channels=c.channels,
            attn_implementation=TAPPED,
        ),
        add_pooling_layer=False,
    )
    add_taps(layer.attention for layer in vit.layers)
    return vit


def mixed(logits: Tensor | None, mask: Tensor, gate: Tensor | None) -> Tensor:
    """(b, n) shares of what is present: gate * softmax + (1 - gate) * mean; one softmax, masked, no other.

    Rows sum to one, or to nothing where nothing is present. Without logits the shares are equal.
    """
    present = mask.float()
    even = present / present.sum(1, keepdim=True).clamp(min=1)
    if logits is None:
        return even
    weights = logits.masked_fill(~mask, _FAR_AWAY).softmax(1) * present
    return weights if gate is None else gate * weights + (1 - gate) * even


def importance(c: EchoConfig, kind: Pooling, places: int) -> nn.Sequential:
    """Logits from content: one per element; or one per place from the mean of all (as published)."""
    if kind == "index":
        return nn.Sequential(nn.Linear(c.width, places))
    return nn.Sequential(nn.Linear(c.width, 32), nn.Tanh(), nn.Linear(32, 1))


def logits_of(kind: Pooling, scorer: nn.Module, x: Tensor, mask: Tensor, places: Tensor) -> Tensor | None:
    """(b, n) logits of elements x (b, n, d) that stand at `places` (b, n); None for the plain mean."""
    if kind == "mean":
        return None
    if kind == "content":
        return scorer(x)[..., 0]  # type: ignore[no-any-return]
    mean = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
    return scorer(mean).gather(1, places)  # type: ignore[no-any-return]


class FramePooling(nn.Module):
    """Many frames to one vector of the view. Published names: gate_weight, frame_importance, feature_norm."""

    def __init__(self, c: EchoConfig) -> None:
        super().__init__()
        self.kind, self.gated = c.temporal, c.gated
        self.gate_weight = nn.Parameter(torch.zeros(()))
        self.frame_importance = importance(c, c.temporal, c.frames)
        self.feature_norm = nn.LayerNorm(c.width)
        self.dropout = nn.Dropout(c.dropout)
        self.shares = nn.Identity()

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(b, frames, d), (b, frames) bool -> (b, d)."""
        x = self.dropout(self.feature_norm(x))
        places = torch.arange(x.shape[1], device=x.device).expand(len(x), -1)
        logits = logits_of(self.kind, self.frame_importance, x, mask, places)
        gate = self.gate_weight.sigmoid() if self.gated else None
        shares = self.shares(mixed(logits, mask, gate))  # (b, frames)
        return torch.einsum("bt,btd->bd", shares, x)


class Head(nn.Module):
    """One value from the vector of the study."""

    def __init__(self, c: EchoConfig) -> None:
        super().__init__()
        wide, narrow = c.head_widths
        self.main_path = nn.Sequential(
            nn.LayerNorm(c.width),
            nn.Linear(c.width, wide),
            nn.GELU(),
            nn.Dropout(c.dropout),
            nn.Linear(wide, narrow),
            nn.GELU(),
            nn.Dropout(c.dropout),
            nn.Linear(narrow, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(b, d) -> (b, 1)."""
        out: Tensor = self.main_path(x)
        return out


class EchoViT(nn.Module):
    """Frames of up to four views in, nine values in their units out. A view may be missing."""

    def __init__(self, config: EchoConfig) -> None:
        super().__init__()
        c = self.config = config
        self.vision_transformer = frame_transformer(c)
        self.temporal_attention = FramePooling(c)
        self.view_attention = importance(c, c.fusion, c.views)
        self.fusion_gate_weight = nn.Parameter(torch.zeros(()))
        self.fusion_shares = Shares()
        self.view_code = nn.Embedding(c.views, c.width) if c.view_code else None
        self.context = nn.Linear(2 * len(CONTEXT), c.width) if c.context else None
        self.view_head = nn.Linear(c.width, c.views) if c.view_head else None
        self.regression_heads = nn.ModuleList(Head(c) for _ in range(c.targets))

    def encode_frames(self, pixels: Tensor, keep: Tensor | None = None) -> Tensor:
        """(b, image, image) 0..1 and which tiles count (b, tiles) -> (b, d): the mean over those tiles."""
        c, vit = self.config, self.vision_transformer
        x = ((pixels - c.pixel_mean) / c.pixel_scale)[:, None].expand(-1, c.channels, -1, -1)
        x = vit.embeddings(x)  # (b, 1 + tiles, d): the class token first
        mask = None
        if keep is not None:
            x, mask = kept(x, keep)
        for layer in vit.layers:
            x = layer(x, mask)
        x = vit.layernorm(x)[:, 1:]
        if mask is None:
            return x.mean(1)  # type: ignore[no-any-return]
        count = mask[:, 1:, None].float()
        return (x * count).sum(1) / count.sum(1).clamp(min=1)  # type: ignore[no-any-return]

    def encode_view(self, frames: Tensor, mask: Tensor, view: Tensor, keep: Tensor | None = None) -> Tensor:
        """(b, frames, image, image), (b, frames) bool, (b,) -> (b, d); `keep` (b, frames, tiles) bool."""
        b, t = mask.shape
        each = self.encode_frames(frames.flatten(0, 1), None if keep is None else keep.flatten(0, 1))
        if keep is not None:
            mask = mask & keep.any(-1)  # a frame without a tile is no frame
        return self.pool_frames(each.view(b, t, -1), mask, view)

    def pool_frames(self, features: Tensor, mask: Tensor, view: Tensor) -> Tensor:
        """(b, frames, d) frame features -> (b, d) one vector of the view."""
        pooled: Tensor = self.temporal_attention(features, mask)
        return pooled if self.view_code is None else pooled + self.view_code(view)

    def view_chances(self, frames: Tensor) -> Tensor:
        """(frames, image, image) of one loop -> (views,) chances that it shows each view."""
        if self.view_head is None:
            return frames.new_zeros(self.config.views)
        feature = self.encode_frames(frames).mean(0)
        return self.view_head(feature).softmax(-1)  # type: ignore[no-any-return]

    def join(self, views: Tensor, present: Tensor, which: Tensor, context: Tensor) -> Tensor:
        """(b, views, d), (b, views) bool, (b, views) names of the views, (b, 2 * context) -> (b, targets)."""
        c = self.config
        logits = logits_of(c.fusion, self.view_attention, views, present, which)
        gate = self.fusion_gate_weight.sigmoid() if c.gated else None
        shares = self.fusion_shares(mixed(logits, present, gate))  # (b, views)
        study = torch.einsum("bv,bvd->bd", shares, views)
        if self.context is not None:
            study = study + self.context(context)
        return torch.cat([head(study) for head in self.regression_heads], 1).sigmoid()

    def normalised(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(b, targets) between 0 and 1, where the losses live."""
        frames, mask = tensors["frames"], tensors["frame_mask"]  # (b, v, t, h, w), (b, v, t)
        b, v = mask.shape[:2]
        which = tensors["view"]
        views = self.encode_view(frames.flatten(0, 1), mask.flatten(0, 1), which.flatten())
        return self.join(views.view(b, v, -1), mask.any(-1), which, tensors["context"])

    def forward(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(b, targets) in the targets' units."""
        return in_units(self.normalised(tensors), self.config.scaling)


class Shares(nn.Module):
    """Where explanations read how a pooling of views shared itself out; passes it on as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.shares = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(b, n) -> (b, n)."""
        out: Tensor = self.shares(x)
        return out


def in_units(normalised: Tensor, scaling: Scaling) -> Tensor:
    """(b, targets) 0..1 -> physical values."""
    low, high, logarithm = _bounds(scaling, normalised)
    value = low + normalised * (high - low)
    return torch.where(logarithm, value.clamp(max=60.0).expm1(), value)


def to_normalised(values: Tensor, scaling: Scaling) -> Tensor:
    """(b, targets) physical values -> 0..1, winsorised at the bounds."""
    low, high, logarithm = _bounds(scaling, values)
    flat = torch.where(logarithm, values.clamp(min=0).log1p(), values)
    return ((flat - low) / (high - low)).clamp(0, 1)


def _bounds(scaling: Scaling, like: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    logarithm = torch.tensor(scaling.logarithm, device=like.device)
    low, high = (torch.tensor(v, dtype=like.dtype, device=like.device) for v in (scaling.low, scaling.high))
    return (
        torch.where(logarithm, low.clamp(min=0).log1p(), low),
        torch.where(logarithm, high.clamp(min=0).log1p(), high),
        logarithm,
    )


def freeze_below(network: EchoViT, open_blocks: int) -> None:
    """Let heads and poolings learn, and the transformer's last `open_blocks` layers; if all, all of it."""
    network.requires_grad_(True)
    layers: Sequence[nn.Module] = list(network.vision_transformer.layers)
    network.vision_transformer.requires_grad_(open_blocks >= len(layers))
    for layer in layers[len(layers) - open_blocks :]:
        layer.requires_grad_(True)
