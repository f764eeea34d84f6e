"""Which words the places of a CT look at: attention in the interactor, joined over sub-volumes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.models.t3d_grid import BLOCK, Tiling
from inference.networks.t3d import T3D
from inference.networks.t3d_config import READ
from inference.networks.t3d_interactor import Report
from inference.progress import Report as Progress
from inference.progress import silent


def looked(
    network: T3D, windows: Tensor, tiling: Tiling, seen: Report, report: Progress = silent
) -> NDArray[np.float32]:
    """(words, *lattice) attention from each supervoxel, averaged where sub-volumes overlap."""
    size = [-(-n // BLOCK) for n in tiling.shape]
    words = int(seen.real.sum()) - len(network.silence) - 2  # without the marks of beginning and end
    total = np.zeros((words, *size), np.float32)
    times = np.zeros(size, np.float32)
    for n, start in enumerate(tiling.starts):
        report(n / len(tiling.starts), f"part {n + 1} of {len(tiling.starts)}")
        own = _attention(network, windows[n : n + 1], seen)
        k, j, i = (slice(s // BLOCK, s // BLOCK + g) for s, g in zip(start, own.shape[1:], strict=True))
        part = total[:, k, j, i]
        part += own[:, : part.shape[1], : part.shape[2], : part.shape[3]]
        times[k, j, i] += 1
    mean: NDArray[np.float32] = (total / np.maximum(times, 1)).astype(np.float32)
    return mean


def _attention(network: T3D, window: Tensor, seen: Report) -> NDArray[np.float32]:
    """(words, *places of the finest level that is read) of one sub-volume."""
    c = network.config
    device = next(network.parameters()).device
    with _watched(network.interactor.cross_attn.weights) as taken:
        network.interactor(network.pyramid(window.to(device)), seen)
    before = c.levels[: c.levels.index(READ[0])]
    first = sum(int(np.prod(c.grid(level))) for level in before)
    grid = c.grid(READ[0])
    share = taken[0][0, :, first : first + int(np.prod(grid))].mean(0).T  # (silence + marked words, places)
    words = share[len(network.silence) + 1 : int(seen.real.sum()) - 1]
    found: NDArray[np.float32] = words.reshape(-1, *grid).float().cpu().numpy()
    return found


@contextmanager
def _watched(tap: nn.Module) -> Iterator[list[Tensor]]:
    """What passes a tap inside the block."""
    seen: list[Tensor] = []
    handle = tap.register_forward_hook(lambda _module, _inputs, output: seen.append(output.detach()))
    try:
        yield seen
    finally:
        handle.remove()
