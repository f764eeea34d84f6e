"""A first look for the encoder: its filters start as what the patches of clips vary in."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from inference.networks.cardiac_mvit import MViT
from training.cardiac_cases import Clips

_CLIPS = 600
_WINDOWS = 40  # of each clip
_WHITENED = 0.7  # 1: every filter answers as strongly, 0: as strongly as its pattern is common
_GAIN = 0.5
_PLACES = 0.1  # spread of the first codes of place and moment: as large as what the filters say


@torch.no_grad()
def look_at(encoder: MViT, clips: Clips, seed: int) -> None:
    """Principal components of random windows become the filters of the patches."""
    conv = encoder.patch_embed.patch_model
    windows = _windows(clips, encoder.config.patch_kernel, np.random.default_rng((seed, 8)))
    mean = windows.mean(0)
    _, strength, patterns = torch.linalg.svd(windows - mean, full_matrices=False)
    spread = strength[: len(conv.weight), None] / len(windows) ** 0.5
    filters = _GAIN * patterns[: len(conv.weight)] / spread**_WHITENED
    conv.weight.copy_(filters.view(len(filters), 1, *conv.weight.shape[2:]).expand_as(conv.weight))
    if conv.bias is not None:
        conv.bias.copy_(-(filters @ mean))
    codes = encoder.cls_positional_encoding
    nn.init.normal_(codes.pos_embed_spatial, std=_PLACES)
    nn.init.normal_(codes.pos_embed_temporal, std=_PLACES)


def _windows(clips: Clips, kernel: tuple[int, int, int], rng: np.random.Generator) -> Tensor:
    """(windows, kernel's elements) of some clips, edges as the convolution pads them."""
    rows = rng.permutation(len(clips.study))[:_CLIPS]
    time, height, width = kernel
    x = clips.pixels(rows)
    x = nn.functional.pad(x, (width // 2, width // 2, height // 2, height // 2, time // 2, time // 2))
    found = []
    for _ in range(_WINDOWS):
        t, r, c = (int(rng.integers(0, n - k + 1)) for n, k in zip(x.shape[1:], kernel, strict=True))
        found.append(x[:, t : t + time, r : r + height, c : c + width].flatten(1))
    return torch.cat(found)
