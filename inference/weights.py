"""Weights are data: safetensors whose hash the card knows, loaded strictly or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from inference.card import Card
from inference.errors import WeightsError

if TYPE_CHECKING:
    from torch import Tensor, nn

FILE = "weights.safetensors"
_AGAIN = "Install the model again, or train it with `python -m training`."


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load_weights(network: nn.Module, folder: Path, card: Card) -> None:
    """Fill `network` from `folder`: every tensor, of the right shape, and no other."""
    state = load_state(folder, card)
    try:
        network.load_state_dict(state, strict=True)
    except RuntimeError as error:
        raise _unfit(card, error) from error


def load_state(folder: Path, card: Card) -> Mapping[str, Tensor]:
    """The tensors in `folder` by name, if they are those that the card describes."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    path = folder / FILE
    _check_hash(path, card)
    try:
        state: Mapping[str, Tensor] = load_file(path)
    except (OSError, SafetensorError) as error:
        raise _unfit(card, error) from error
    return state


def _unfit(card: Card, error: Exception) -> WeightsError:
    first = str(error).strip().splitlines()[0]
    return WeightsError(f"The weights of {card.title} do not fit the model: {first}", hint=_AGAIN)


def _check_hash(path: Path, card: Card) -> None:
    try:
        found = sha256_of(path)
    except OSError as error:
        raise WeightsError(
            f"The weights of {card.title} cannot be read: {error.strerror or error}.", hint=_AGAIN
        ) from error
    if found != card.weights_sha256:
        raise WeightsError(
            f"The weights of {card.title} are not those that its card describes.",
            hint=f"The file was altered or cut short. {_AGAIN}",
        )
