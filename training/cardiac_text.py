"""The text half of the contrast: a small BERT over the words of reports. Only training needs it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from training.prima_report import LONGEST, PAD

SENTENCES = 5  # of a report are read at a time
_SENTENCE = re.compile(r"(?<=[.])\s+")


class TextTower(nn.Module):
    """Mean of the words' states of a BERT, projected to the width of the contrast."""

    def __init__(self, words: int, out: int, *, width: int = 96, layers: int = 2) -> None:
        super().__init__()
        config = BertConfig(
            vocab_size=words + 3,
            hidden_size=width,
            num_hidden_layers=layers,
            num_attention_heads=4,
            intermediate_size=2 * width,
            max_position_embeddings=LONGEST,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            pad_token_id=PAD,
        )
        self.bert = BertModel(config, add_pooling_layer=False)
        self.out = nn.Linear(width, out)

    def forward(self, ids: Tensor) -> Tensor:
        """(n, L) ids -> (n, out) of length one."""
        there = ids != PAD
        states = self.bert(input_ids=ids, attention_mask=there.long()).last_hidden_state
        mean = (states * there[..., None]).sum(1) / there.sum(1, keepdim=True)
        return nn.functional.normalize(self.out(mean), dim=-1)


def sampled(report: str, rng: np.random.Generator, most: int = SENTENCES) -> str:
    """Some sentences of a report in another order: no one sentence is always first."""
    sentences = _SENTENCE.split(report)
    return " ".join(str(s) for s in rng.permutation(sentences)[:most])


def same_reports(reports: Sequence[str]) -> Tensor:
    """(n, n) whether two reports say the same, whatever the order of their sentences."""
    said = [frozenset(_SENTENCE.split(report)) for report in reports]
    return torch.tensor([[a == b for b in said] for a in said])
