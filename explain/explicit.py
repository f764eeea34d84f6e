"""Attention with its matrices in the open, for gradients with respect to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention
from torch.overrides import TorchFunctionMode


class ExplicitAttention(TorchFunctionMode):
    """Inside the block every scaled dot-product attention is computed in the open and its matrix kept."""

    def __init__(self) -> None:
        super().__init__()
        self._matrices: list[Tensor] = []

    def take(self, count: int) -> list[Tensor]:
        """The last `count` matrices (b, heads, n, n), first layer first; all are forgotten here."""
        taken, self._matrices = self._matrices[-count:], []
        return taken

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Replace the fused kernel; leave everything else alone."""
        if func is scaled_dot_product_attention:
            return self._attend(*args, **(kwargs or {}))
        return func(*args, **(kwargs or {}))

    def _attend(self, q: Tensor, k: Tensor, v: Tensor, attn_mask: Tensor | None = None) -> Tensor:
        logits: Tensor = q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5
        if attn_mask is not None:
            logits = logits.masked_fill(~attn_mask, -torch.inf)
        matrix: Tensor = logits.softmax(-1)
        if not matrix.requires_grad:
            matrix.requires_grad_(True)
        self._matrices.append(matrix)
        attended: Tensor = matrix @ v
        return attended
