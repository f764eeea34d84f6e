"""Published weights of the cardiac encoder: 377 tensors of MViT-B 16x4 and its projection, or Kinetics alone.

The projection and all heads of the Kinetics file are its own; heads for diagnoses were never published.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from inference.errors import WeightsError
from inference.networks.cardiac_config import CardiacConfig
from inference.networks.cardiac_mvit import Cardiac
from inference.networks.published import tensors_in

PREFIX = "model."
ENCODER = "video_encoder."


def encoder_names(config: CardiacConfig) -> tuple[str, ...]:
    """Names of the tensors that a published checkpoint has to hold."""
    with torch.device("meta"):
        names = Cardiac(config).state_dict()
    return tuple(name for name in names if not name.startswith("fusion."))


def imported(state: Mapping[str, Tensor], config: CardiacConfig) -> dict[str, Tensor]:
    """A published state dict under our names: the exact prefix goes, other towers are left behind.

    WeightsError where a tensor of the encoder is missing: nothing keeps its random start in silence.
    """
    ours = {name.removeprefix(PREFIX): value for name, value in state.items() if name.startswith(PREFIX)}
    return _complete(ours, encoder_names(config))


def load_encoder(network: Cardiac, path: Path) -> None:
    """Fill encoder and projection from a published checkpoint; the heads on it stay as they are."""
    _fill(network, imported(tensors_in(path), network.config), path)


def load_kinetics(network: Cardiac, path: Path) -> None:
    """Start the encoder from MViT-B 16x4 as trained on Kinetics-400; its own classifier is left behind."""
    names = tuple(n for n in encoder_names(network.config) if n.startswith(ENCODER))
    found = {f"{ENCODER}{name}": value for name, value in tensors_in(path).items()}
    _fill(network, _complete(found, names), path)


def _complete(found: Mapping[str, Tensor], wanted: tuple[str, ...]) -> dict[str, Tensor]:
    missing = [name for name in wanted if name not in found]
    if missing:
        raise WeightsError(
            f"{len(missing)} of {len(wanted)} tensors are missing, the first is {missing[0]}.",
            hint="The file has to be a checkpoint of the cardiac encoder with its projection.",
        )
    return {name: found[name] for name in wanted}


def _fill(network: Cardiac, tensors: Mapping[str, Tensor], path: Path) -> None:
    own = network.state_dict()
    odd = [name for name, value in tensors.items() if value.shape != own[name].shape]
    if odd:
        shapes = f"{tuple(tensors[odd[0]].shape)} instead of {tuple(own[odd[0]].shape)}"
        raise WeightsError(
            f"{path.name} does not fit: {len(odd)} tensors have another shape, {odd[0]} has {shapes}.",
            hint="Published weights fit the full size, MViT-B 16x4, and no other.",
        )
    network.load_state_dict({**own, **tensors}, strict=True)
