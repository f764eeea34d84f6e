"""Prima: a transformer over the volume tokens of each series, a second one over the series of the study.

voxel patches --VQVAE--> tokens (289) --SeriesEncoder--> one vector per series --StudyEncoder--> heads, CLIP
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from inference.networks.attention import Transformer, sinusoids
from inference.networks.prima_config import POSITION_CHANNELS, PrimaConfig
from inference.networks.text import NameEncoder
from inference.networks.vqvae import VQVAE

TOGETHER = 16  # series that go through the encoder at a time


class SeriesEncoder(nn.Module):
    """The tokens of one series -> one vector. Sequence: registers, series name, tokens."""

    def __init__(self, c: PrimaConfig) -> None:
        super().__init__()
        width = c.inner.width
        self.pooling = c.pooling
        self.registers = nn.Parameter(torch.randn(1, c.inner_registers, width) * 0.02)
        self.transformer = Transformer(c.inner, attend=c.pooling == "attention")
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(c.inner_registers * width, c.series_width)

    def forward(self, tokens: Tensor, token_mask: Tensor, name: Tensor) -> Tensor:
        """(b, n, 289), (b, n) bool, (b, 289) -> (b, series_width)."""
        readout = gathered(self, *sequence(self, name, tokens, token_mask))
        out: Tensor = self.out(self.norm(readout).flatten(1))
        return out


class StudyEncoder(nn.Module):
    """The vectors of the series -> the study embedding. Sequence: registers, study description, series."""

    def __init__(self, c: PrimaConfig) -> None:
        super().__init__()
        self.pooling = c.pooling
        self.registers = nn.Parameter(torch.randn(1, c.outer_registers, c.outer.width) * 0.02)
        self.transformer = Transformer(c.outer, attend=c.pooling == "attention")
        self.norm = nn.LayerNorm(c.outer.width)
        self.out = nn.Linear(c.study_width, c.clip_width)

    def forward(self, series: Tensor, series_mask: Tensor, description: Tensor) -> Tensor:
        """(b, s, d), (b, s) bool, (b, d) -> (b, registers * d)."""
        out: Tensor = self.norm(gathered(self, *sequence(self, description, series, series_mask)))
        return out.flatten(1)


def sequence(
    encoder: SeriesEncoder | StudyEncoder, text: Tensor, units: Tensor, mask: Tensor
) -> tuple[Tensor, Tensor | None]:
    """(b, d), (b, n, d), (b, n) -> registers, text, units in one sequence; its mask if any is padding."""
    b, r = len(units), encoder.registers.shape[1]
    x = torch.cat((encoder.registers.expand(b, -1, -1), text[:, None], units), 1)
    return x, None if bool(mask.all()) else torch.cat((mask.new_ones(b, r + 1), mask), 1)


def gathered(
    encoder: SeriesEncoder | StudyEncoder, x: Tensor, present: Tensor | None, blocks: slice = slice(None)
) -> Tensor:
    """(b, r, d): what each register gathers in some blocks, or the mean of all positions beside each."""
    r = encoder.registers.shape[1]
    for block in encoder.transformer.blocks[blocks]:
        x = block(x, present)
    if encoder.pooling == "attention":
        return x[:, :r]
    share = x.new_ones(*x.shape[:2], 1) if present is None else present[..., None].to(x.dtype)
    mean = (x[:, r:] * share[:, r:]).sum(1, keepdim=True) / share[:, r:].sum(1, keepdim=True)
    return x[:, :r] + mean


class Heads(nn.Module):
    """Scores from the study embedding: each diagnosis and referral, then the priorities."""

    def __init__(self, c: PrimaConfig) -> None:
        super().__init__()
        outs = [c.answers] if c.shared_trunk else [*[1] * (c.diagnoses + c.referrals), c.priorities]
        self.heads = nn.ModuleList(_perceptron(c.study_width, c.head_widths, out) for out in outs)

    def forward(self, study: Tensor) -> Tensor:
        """(b, study_width) -> (b, answers)."""
        return torch.cat([head(study) for head in self.heads], 1)


class Prima(nn.Module):
    """Everything from tokens to scores. The tokenizer stands beside: gradients stop at the tokens."""

    def __init__(self, c: PrimaConfig) -> None:
        super().__init__()
        self.config = c
        self.tokenizer = VQVAE(c.tokenizer)
        self.name_encoder = NameEncoder(c.name, c.inner.width)
        self.description_encoder = NameEncoder(c.name, c.outer.width)
        self.inner = SeriesEncoder(c)
        self.outer = StudyEncoder(c)
        self.heads = Heads(c)

    def encode_series(self, tokens: Tensor, token_mask: Tensor, names: Tensor) -> Tensor:
        """(b, n, 289), (b, n) bool, (b, L) ids -> (b, series_width)."""
        out: Tensor = self.inner(tokens, token_mask, self.name_encoder(names))
        return out

    def encode_study(self, series: Tensor, series_mask: Tensor, description: Tensor) -> Tensor:
        """(b, s, series_width), (b, s) bool, (b, L) ids -> (b, study_width)."""
        out: Tensor = self.outer(series, series_mask, self.description_encoder(description))
        return out

    def series_vectors(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(b, s, series_width) of whole studies; padded series cost nothing and stay zero."""
        there = tensors["series_mask"]  # (b, s)
        tokens, mask = tensors["tokens"][there], tensors["token_mask"][there]
        names = self.name_encoder(tensors["names"][there])
        groups = _alike(mask)
        found = torch.cat([self.inner(tokens[rows, :n], mask[rows, :n], names[rows]) for rows, n in groups])
        found = found[torch.cat([rows for rows, _ in groups]).argsort()]
        return found.new_zeros(*there.shape, found.shape[-1]).masked_scatter(there[..., None], found)

    def embed(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """The study embedding (b, study_width) of whole studies."""
        series = self.series_vectors(tensors)
        return self.encode_study(series, tensors["series_mask"], tensors["description"])

    def project(self, study: Tensor) -> Tensor:
        """(b, study_width) -> (b, clip_width) of length one: where reports of the same content lie."""
        return nn.functional.normalize(self.outer.out(study), dim=-1)

    def forward(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(b, answers) scores."""
        out: Tensor = self.heads(self.embed(tensors))
        return out


def position_code(position: Tensor) -> Tensor:
    """(n, 3) positions -> (n, 30) sines and cosines, axis by axis."""
    return sinusoids(position, POSITION_CHANNELS).flatten(1)


def _alike(mask: Tensor) -> list[tuple[Tensor, int]]:
    """Groups of rows of (m, n) with their longest; many rows go by length, so that little is padding."""
    counts = mask.sum(1)
    order = (
        counts.argsort(stable=True) if len(mask) > TOGETHER else torch.arange(len(mask), device=mask.device)
    )
    return [(rows, int(counts[rows].max())) for rows in torch.split(order, TOGETHER)]


def _perceptron(width: int, hidden: tuple[int, ...], out: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for size in hidden:
        layers += [nn.Linear(width, size), nn.ReLU()]
        width = size
    return nn.Sequential(*layers, nn.Linear(width, out))
