"""What a stage has learnt so far, in one file: weights, optimiser and step, whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from inference.errors import WeightsError
from inference.imaging.files import write_atomic

_MODEL, _OPTIMISER = "model.", "optimiser."


@dataclass(frozen=True)
class Progress:
    """How far a stage is."""

    step: int
    steps: int

    @property
    def done(self) -> bool:
        """Nothing is left to do."""
        return self.step >= self.steps


def save_checkpoint(
    path: Path, network: nn.Module, optimiser: torch.optim.Optimizer | None, progress: Progress
) -> None:
    """Keep a stage so that it goes on exactly where it stopped."""
    tensors = {_MODEL + name: value.contiguous() for name, value in network.state_dict().items()}
    if optimiser is not None:
        for n, state in optimiser.state_dict()["state"].items():
            tensors |= {
                f"{_OPTIMISER}{n}.{name}": torch.as_tensor(v).contiguous() for name, v in state.items()
            }
    metadata = {"step": str(progress.step), "steps": str(progress.steps)}
    write_atomic(path, save(tensors, metadata))


def load_checkpoint(
    path: Path, network: nn.Module, optimiser: torch.optim.Optimizer | None = None
) -> Progress | None:
    """Fill network and optimiser from a checkpoint; None where there is none yet."""
    if not path.exists():
        return None
    try:
        with safe_open(path, "pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
            metadata = file.metadata()
        network.load_state_dict(_under(tensors, _MODEL), strict=True)
    except (SafetensorError, RuntimeError) as error:
        raise WeightsError(
            f"{path} is not a checkpoint of this run: {str(error).splitlines()[0]}",
            hint="Give the run another folder, or remove this one to start anew.",
        ) from error
    if optimiser is not None:
        _fill(optimiser, _under(tensors, _OPTIMISER))
    return Progress(int(metadata["step"]), int(metadata["steps"]))


def _fill(optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        number, name = key.split(".", 1)
        state.setdefault(int(number), {})[name] = value
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): v for name, v in tensors.items() if name.startswith(prefix)}
