"""Series names and study descriptions, read letter by letter."""

from __future__ import annotations

import re

import torch
from torch import Tensor, nn

from inference.networks.attention import Shape, Transformer, sinusoids

ALPHABET = "abcdefghijklmnopqrstuvwxyz_+-0123456789.*(),"  # ids 1..44
UNKNOWN = len(ALPHABET) + 1
END = UNKNOWN + 1
SYMBOLS = END + 1  # with the padding, 0
LONGEST = 200
UNNAMED = "unk"
POSITION_CHANNELS = 10


def clean_name(text: str) -> str:
    """A header's description as the network knows names: "AX T1+GD" -> "ax_t1_plus_gd"."""
    spelled = text.strip().lower().replace("+", "_plus_").replace("*", "_star_")
    return re.sub(r"[^a-z0-9]+", "_", spelled).strip("_") or UNNAMED


def name_ids(text: str) -> list[int]:
    """Ids of the letters, closed by the end symbol; what is too long is cut."""
    known = {symbol: n for n, symbol in enumerate(ALPHABET, start=1)}
    return [known.get(letter, UNKNOWN) for letter in text.lower()[:LONGEST]] + [END]


def names_tensor(names: list[str]) -> Tensor:
    """(n, L) ids of several names, padded with 0."""
    rows = [torch.tensor(name_ids(name)) for name in names]
    return nn.utils.rnn.pad_sequence(rows, batch_first=True)


class NameEncoder(nn.Module):
    """(b, L) letters -> (b, out): what stands at the end symbol, projected."""

    def __init__(self, shape: Shape, out: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(SYMBOLS, shape.width - POSITION_CHANNELS)
        self.transformer = Transformer(shape)
        self.linear = nn.Linear(shape.width, out)

    def forward(self, ids: Tensor) -> Tensor:
        """(b, L) ids -> (b, out)."""
        b, length = ids.shape
        where = sinusoids(torch.arange(length, device=ids.device), POSITION_CHANNELS)
        x = torch.cat((self.embed(ids), where.expand(b, -1, -1)), -1)
        x = self.transformer(x, ids > 0)
        end = (ids == END).int().argmax(1)
        out: Tensor = self.linear(x[torch.arange(b, device=ids.device), end])
        return out
