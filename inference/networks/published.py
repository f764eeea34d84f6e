"""Published checkpoints as tensors by name. Nothing in them is ever run, nothing is downloaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from inference.errors import WeightsError

_INSIDE = ("state_dict", "model_state_dict", "model_state")
"""Where trainers keep the tensors beside their own notes."""


def tensors_in(path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file, or of a `.pth` or `.ckpt` with nothing else in it."""
    try:
        if path.suffix == ".safetensors":
            stored: dict[str, Tensor] = load_file(path)
            return stored
        found = torch.load(path, map_location="cpu", weights_only=True)  # tensors only: nothing is unpickled
    except (OSError, SafetensorError, RuntimeError, ValueError, EOFError) as error:
        raise WeightsError(f"{path} cannot be read: {error}", hint="Choose another file.") from error
    except Exception as error:
        raise WeightsError(
            f"{path.name} holds more than tensors, and nothing else is ever unpickled.",
            hint="Write its `model_state_dict` to a safetensors file first.",
        ) from error
    if not isinstance(found, Mapping):
        raise WeightsError(f"{path.name} holds no tensors by name.", hint="Choose another file.")
    tensors = next((found[name] for name in _INSIDE if name in found), found)
    return {name: value for name, value in tensors.items() if isinstance(value, Tensor)}
