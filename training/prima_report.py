"""The text half of the contrast: words of reports -> unit vectors. Only training needs it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from transformers import GPT2Config, GPT2Model

from inference.networks.prima_config import PrimaConfig

LONGEST = 160  # words of a report that are read
PAD, UNKNOWN, END = 0, 1, 2
_WORD = re.compile(r"[a-z]+|\d|[^\w\s]")
_SENTENCE = re.compile(r"(?<=[.:])\s+")


def words_of(text: str) -> list[str]:
    """Lower-case words, single digits and marks."""
    return _WORD.findall(text.lower())


def vocabulary_of(reports: Sequence[str], *, least: int = 2, most: int = 8000) -> tuple[str, ...]:
    """The words that occur at least twice, the frequent ones first; ids start at 3."""
    count = Counter(word for report in reports for word in words_of(report))
    known = [word for word, n in count.items() if n >= least]
    return tuple(sorted(known, key=lambda word: (-count[word], word))[:most])


def shuffled(report: str, rng: np.random.Generator) -> str:
    """The same sentences in another order: what a report says does not hang on its order."""
    return " ".join(rng.permutation(_SENTENCE.split(report)))


def report_ids(reports: Sequence[str], vocabulary: Sequence[str]) -> Tensor:
    """(n, L) ids, each report closed by END and padded."""
    ids = {word: n for n, word in enumerate(vocabulary, start=3)}
    rows = [
        torch.tensor([ids.get(word, UNKNOWN) for word in words_of(report)[: LONGEST - 1]] + [END])
        for report in reports
    ]
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)


class ReportTower(nn.Module):
    """A small GPT-2: the vector at the last word, normalised, projected to the width of the contrast."""

    def __init__(self, c: PrimaConfig, words: int, *, width: int = 96, layers: int = 2) -> None:
        super().__init__()
        self.gpt = GPT2Model(
            GPT2Config(
                vocab_size=words + 3,
                n_positions=LONGEST,
                n_embd=width,
                n_layer=layers,
                n_head=4,
                resid_pdrop=0.0,
                embd_pdrop=0.0,
                attn_pdrop=0.0,
                bos_token_id=END,
                eos_token_id=END,
            )
        )
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, c.clip_width)

    def forward(self, ids: Tensor) -> Tensor:
        """(n, L) -> (n, clip_width) of length one."""
        states = self.gpt(input_ids=ids, attention_mask=(ids != PAD).long()).last_hidden_state
        last = (ids != PAD).sum(1) - 1
        vector = states[torch.arange(len(ids), device=ids.device), last]
        return nn.functional.normalize(self.out(self.norm(vector)), dim=-1)
