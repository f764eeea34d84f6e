"""Carrying one row back through the attention of a stack of layers: from what is read out to what went in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from explain.taps import Tapped

FLOATS_AT_ONCE = 1 << 18  # of attention matrices: 1 MiB stays in the processor's cache


FUSIONS: Mapping[str, Callable[[Tensor, int], Tensor]] = {
    "mean": torch.mean,
    "max": torch.amax,
    "min": torch.amin,
}


@dataclass(frozen=True)
class RolloutOptions:
    """How heads are fused and whether gradients weigh them.

    fusion    of the heads: "mean" (as published), "max" or "min"
    discard   share of the weakest elements of each row set to nothing; sharpens, for display only
    gradient  weigh attention by the target's gradient: specific to the target, costs a backward pass
    """

    preset: str = "default"
    fusion: Literal["mean", "max", "min"] = "mean"
    discard: float = 0.0
    gradient: bool = False
    seed: int = 0


PRESETS = {"default": RolloutOptions(), "gradient": RolloutOptions("gradient", gradient=True)}


def rolled_out(layers: Sequence[Tapped], row: Tensor, specials: int, options: RolloutOptions) -> Tensor:
    """Carry a row (n,) from the read-out of the last layer down to the input of the first."""
    end = int(row.nonzero()[-1]) + 1  # nothing is read out past it; below the last layer all positions count
    for layer in reversed(layers):
        row = (row + attended(layer, row[:end], specials, options)) / 2  # half flows past the attention
        end = len(row)
    return row


def attended(layer: Tapped, row: Tensor, specials: int, options: RolloutOptions) -> Tensor:
    """(n,) the first shares of a row times the layer's fused attention; a few of its rows exist at a time."""
    total = row.new_zeros(layer.k.shape[2])
    for some, powers in _powers(layer, len(row)):  # (heads, some rows, n)
        sums = powers.sum(-1)  # (heads, some rows)
        if options.fusion == "mean" and not options.discard:
            total += (row[some] / sums).flatten() @ powers.flatten(0, 1) / len(powers)
        else:
            positions = torch.arange(len(row), device=row.device)[some]
            fused = _fused(powers / sums[..., None], options.fusion)
            total += row[some] @ sharpened(fused, positions, specials, options.discard)
    return total


def sharpened(matrix: Tensor, rows: Tensor, specials: int, discard: float) -> Tensor:
    """Set the weakest share of each row to nothing, never a special or the diagonal; rows sum to one."""
    elements = matrix.shape[1] - specials
    count = min(int(discard * elements), elements - 1)  # each row has its own element to keep
    if count:
        candidates = matrix.clone()
        candidates[:, :specials] = torch.inf
        candidates[torch.arange(len(rows)), rows] = torch.inf
        weakest = candidates.topk(count, dim=1, largest=False).indices
        matrix = matrix.scatter(1, weakest, 0.0)
    return matrix / matrix.sum(1, keepdim=True)


def readout_row(n: int, readout: int, specials: int, like: Tensor) -> Tensor:
    """(n,) uniform over the positions that are read out: registers, or all elements where there are none."""
    row = torch.zeros(n, dtype=like.dtype, device=like.device)
    row[slice(0, readout) if readout else slice(specials, n)] = 1.0
    return row / row.sum()


def _powers(layer: Tapped, rows: int) -> Iterator[tuple[slice, Tensor]]:
    """A few of the first rows at a time, and their attention (heads, rows, n) before it adds up to one."""
    q, keys = layer.q[0] * layer.q.shape[-1] ** -0.5, layer.k[0].transpose(-2, -1)
    step = max(1, FLOATS_AT_ONCE // (keys.shape[0] * keys.shape[2]))
    hidden = None if layer.key_mask is None else ~layer.key_mask[0].bool()
    for start in range(0, rows, step):
        some = slice(start, min(start + step, rows))
        logits = torch.bmm(q[:, some], keys)
        if hidden is not None:
            logits.masked_fill_(hidden, -torch.inf)
        yield some, logits.sub_(logits.amax(-1, keepdim=True)).exp_()


def _fused(shares: Tensor, fusion: str) -> Tensor:
    """(rows, n) over the heads; rows sum to one again after the greatest or least was taken."""
    fused = FUSIONS[fusion](shares, 0)
    return fused / fused.sum(1, keepdim=True)
