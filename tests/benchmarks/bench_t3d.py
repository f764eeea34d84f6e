"""T3D's visual tower at full size over a volume, beside MONAI's own sliding window on the same weights."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from inference.models.t3d_grid import tiling_of
from inference.models.t3d_tiles import sliding_masks
from inference.networks.t3d import T3D
from inference.networks.t3d_config import T3DConfig, TextSize
from tests.benchmarks.row import Row
from tests.benchmarks.subject import one_thread

SHAPE = (96, 96, 144)  # two sub-volumes of 96 x 96 x 96 that overlap by half
HOLD = 1.0


def rows() -> list[Row]:
    """The same volume, weights and sub-volumes: bf16 with our joining, fp32 with MONAI's."""
    with one_thread(), torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MONAI warns of what its own dependencies deprecate
        return [_row()]


def _row() -> Row:
    torch.manual_seed(0)
    # The report encoder takes no part; full size would only cost half a gigabyte.
    network = T3D(replace(T3DConfig(), text=TextSize(768, 1, 12, 64, 32))).eval()
    volume = torch.rand(SHAPE)
    ours_s, ours = _timed(lambda: _ours(network, volume, half=True))
    plain_s, plain = _timed(lambda: _ours(network, volume, half=False))
    monai_s, theirs = _timed(lambda: _monai(network, volume))
    same = float((ours.argmax(0) == theirs.argmax(0)).float().mean())
    exact = float((plain.argmax(0) == theirs.argmax(0)).float().mean())
    return Row(
        what="T3D tower at full size, two sub-volumes of 96³",
        ours=f"bf16 {ours_s:.1f} s",
        peer=f"MONAI sliding_window_inference fp32 {monai_s:.1f} s",
        ratio=ours_s / monai_s,
        hold=f"<= {HOLD:g}x",
        holds=ours_s <= HOLD * monai_s,
        note=f"ours in fp32 {plain_s:.1f} s; same class at {same:.1%} of voxels (fp32 {exact:.1%}), "
        "random weights",
    )


def _ours(network: T3D, volume: Tensor, *, half: bool) -> Tensor:
    tiling = tiling_of(SHAPE, network.config.crop, overlap=0.5)
    windows = torch.from_numpy(tiling.crops(volume.numpy(), 0.0))[:, None]
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        return sliding_masks(network, windows, tiling)


def _monai(network: T3D, volume: Tensor) -> Tensor:
    from monai.inferers import sliding_window_inference

    crop = network.config.crop
    found = sliding_window_inference(
        volume[None, None], crop, 1, network.visual, overlap=0.5, mode="gaussian", sigma_scale=0.2
    )
    assert isinstance(found, Tensor)
    return found[0]


def _timed(work: Callable[[], Tensor]) -> tuple[float, Tensor]:
    start = time.process_time()  # of this process alone: other work on the machine does not count
    made = work()
    return time.process_time() - start, made
