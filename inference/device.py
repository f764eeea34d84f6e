"""Which device the networks run on. Imports torch only when asked.

`NEGATOSCOPE_DEVICE=cpu` keeps them off a GPU, for instance where its memory is needed for something else.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

DEVICE = "NEGATOSCOPE_DEVICE"


def best_device() -> torch.device:
    """The first CUDA device or Apple's GPU where there is one and it is not ruled out, else the CPU."""
    import torch

    if os.environ.get(DEVICE, "").lower() == "cpu":
        return torch.device("cpu")
    if torch.cuda.is_available():
        return torch.device("cuda", 0)
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def describe(device: torch.device) -> str:
    """The device in words for the status bar, such as "CUDA 0 · NVIDIA H100"."""
    import torch

    if device.type == "cuda":
        return f"CUDA {device.index or 0} · {torch.cuda.get_device_name(device)}"
    return "Apple GPU" if device.type == "mps" else "CPU"
