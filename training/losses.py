"""What the stages of training minimise."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, log_softmax


def contrast(images: Tensor, texts: Tensor, log_scale: Tensor, same: Tensor) -> Tensor:
    """Symmetric cross-entropy of unit vectors (n, d); `same` (n, n) bool: pairs as good as equal.

    Two studies with the same report are no wrong answer for each other: the target is shared among them.
    """
    target = same.float() / same.sum(1, keepdim=True)
    logits = images.float() @ texts.float().T * log_scale.clamp(max=4.6).exp()
    rows = -(target * log_softmax(logits, 1)).sum(1).mean()
    columns = -(target * log_softmax(logits.T, 1)).sum(1).mean()
    return (rows + columns) / 2


def masked_bce(scores: Tensor, truth: Tensor, known: Tensor, pos_weight: Tensor) -> Tensor:
    """Binary cross-entropy over what is known; (n, labels) each, `pos_weight` (labels,)."""
    each = binary_cross_entropy_with_logits(scores.float(), truth, pos_weight=pos_weight, reduction="none")
    return (each * known).sum() / known.sum().clamp(min=1)


def priority_loss(scores: Tensor, truth: Tensor, known: Tensor) -> Tensor:
    """Cross-entropy over levels that exclude each other; `truth` (n, levels) one-hot, `known` (n,)."""
    each = -(truth * log_softmax(scores.float(), 1)).sum(1)
    return (each * known).sum() / known.sum().clamp(min=1)


def tell_patients_apart(series: Tensor, study: Tensor, log_temperature: Tensor) -> Tensor:
    """Unit vectors of series (n, d) should find the others of their own study, numbered in `study` (n,)."""
    own = torch.eye(len(series), dtype=torch.bool, device=series.device)
    logits = (series.float() @ series.float().T / log_temperature.exp()).masked_fill(own, float("-inf"))
    mates = (study[:, None] == study[None, :]) & ~own
    alone = ~mates.any(1)
    found = log_softmax(logits, 1).masked_fill(~mates, float("-inf"))
    each = -torch.logsumexp(found.masked_fill(alone[:, None], 0.0), 1) / mates.sum(1).clamp(min=1)
    return each[~alone].mean() if bool((~alone).any()) else logits.new_zeros(())


def pos_weights(truth: Tensor, known: Tensor, limit: float = 8.0) -> Tensor:
    """Negatives per positive of each label (n, labels), within limits."""
    positive = (truth * known).sum(0)
    negative = ((1 - truth) * known).sum(0)
    return (negative / positive.clamp(min=1)).clamp(1.0, limit)
