"""Published weights: a local folder of google/vit-base-patch16-224, and checkpoints of echo-hemodynamics."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from torch import Tensor, nn

from inference.errors import WeightsError
from inference.networks.echo_config import Scaling, published
from inference.networks.echo_vit import EchoViT
from inference.networks.published import tensors_in

_LAYER = (
    (r"\.attention\.attention\.query\.", ".attention.q_proj."),
    (r"\.attention\.attention\.key\.", ".attention.k_proj."),
    (r"\.attention\.attention\.value\.", ".attention.v_proj."),
    (r"\.attention\.output\.dense\.", ".attention.o_proj."),
    (r"\.intermediate\.dense\.", ".mlp.fc1."),
    (r"\.output\.dense\.", ".mlp.fc2."),
)
_BOUNDS = ("param_mins", "param_maxs", "log_mins", "log_maxs")
_SVRI = 7  # in the published order of the nine values; the only one that runs in logarithms


def renamed(name: str) -> str:
    """The name of a published tensor in today's layout; empty for what the network never uses."""
    name = name.removeprefix("vit.")
    if name.startswith(("classifier.", "pooler.", "vision_transformer.pooler.", "fusion_attention.")):
        return ""  # the alias `fusion_attention` repeats `view_attention`
    if name in _BOUNDS:
        return ""
    name = re.sub(r"(^|\.)encoder\.layer\.(\d+)\.", r"\1layers.\2.", name)
    for old, new in _LAYER:
        name = re.sub(old, new, name)
    return name


def load_published(path: Path) -> EchoViT:
    """A published checkpoint (safetensors, or a `.pth` of tensors) in the full-size network, strictly."""
    tensors = tensors_in(path)
    network = EchoViT(replace(published(), scaling=scaling_of(tensors, path)))
    _fill(network, {renamed(name): value for name, value in tensors.items()}, path)
    return network.eval()


def load_vision_transformer(network: EchoViT, folder: Path) -> None:
    """Start the frames' transformer from a local folder with `model.safetensors`; nothing is downloaded."""
    tensors = {renamed(name): value for name, value in tensors_in(folder / "model.safetensors").items()}
    _fill(network.vision_transformer, tensors, folder)


def scaling_of(tensors: Mapping[str, Tensor], path: Path) -> Scaling:
    """The bounds that a published checkpoint carries in its buffers."""
    missing = [name for name in ("param_mins", "param_maxs") if name not in tensors]
    if missing:
        raise WeightsError(
            f"{path.name} lacks {', '.join(missing)}, so its answers have no unit.",
            hint="Use the checkpoint that training wrote, not a part of it.",
        )
    low, high = (tuple(map(float, tensors[name])) for name in ("param_mins", "param_maxs"))
    if "log_mins" in tensors:  # kept as logarithms there
        low = _with(low, float(tensors["log_mins"][0].expm1()))
        high = _with(high, float(tensors["log_maxs"][0].expm1()))
    return Scaling(low, high, tuple(n == _SVRI for n in range(len(low))))


def _with(bounds: tuple[float, ...], svri: float) -> tuple[float, ...]:
    return (*bounds[:_SVRI], svri, *bounds[_SVRI + 1 :])


def _fill(network: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    try:
        network.load_state_dict({name: value for name, value in tensors.items() if name}, strict=True)
    except RuntimeError as error:
        raise WeightsError(
            f"{path.name} does not fit the network: {' '.join(str(error).split())[:300]}",
            hint="It must be a ViT-Base/16, or a checkpoint of echo-hemodynamics with all its parts.",
        ) from error
