"""A bundle's network and its weights: MONAI's own modules, and bare tensors or nothing."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from inference.models.monai_config import BundleSpec
from inference.models.monai_settings import refused


def network_of(spec: BundleSpec) -> nn.Module:
    """MONAI's network with the bundle's arguments; WeightsError where they do not fit it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MONAI warns of what its own dependencies deprecate
        from monai.networks import nets

        name, arguments = spec.network
        try:
            made: nn.Module = getattr(nets, name)(**arguments)
        except (TypeError, ValueError) as error:
            first = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise refused(spec.folder, f"its settings do not fit {name} ({first})") from error
    return made


def state_of(spec: BundleSpec) -> dict[str, Tensor]:
    """Bare tensors; a file that holds anything else is refused."""
    if spec.weights.suffix == ".safetensors":
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            tensors: dict[str, Tensor] = load_file(spec.weights)
            return tensors
        except (OSError, SafetensorError) as error:
            raise refused(spec.folder, f"{spec.weights.name} cannot be read") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of pickles that it then refuses
            found = torch.load(spec.weights, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, pickle.UnpicklingError, EOFError, ValueError) as error:
        raise refused(
            spec.folder, f"{spec.weights.name} holds more than tensors, or is TorchScript"
        ) from error
    while isinstance(found, Mapping) and (inner := found.get("state_dict", found.get("model"))) is not None:
        found = inner
    if not isinstance(found, Mapping) or not all(isinstance(v, Tensor) for v in found.values()):
        raise refused(spec.folder, f"{spec.weights.name} is no state dict")
    return {str(name).removeprefix("module."): value for name, value in found.items()}
