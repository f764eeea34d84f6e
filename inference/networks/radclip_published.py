"""Published weights from a local folder: a CLIP or RadCLIP state dict with its tokenizer beside it.

The published names are those of `transformers`, so nothing is renamed; buffers of older versions are dropped.
Sizes come from `config.json` where there is one (read as data), else they are those of ViT-L/14.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from inference.errors import WeightsError
from inference.networks.radclip import RadCLIP
from inference.networks.radclip_config import RadCLIPConfig, Tower, published

WEIGHTS = ("model.safetensors", "RadCLIP.safetensors", "RadCLIP.pth", "pytorch_model.bin")
_BUFFERS = ("position_ids",)


def load_published(folder: Path) -> RadCLIP:
    """The towers in `folder`, strictly; volumes are pooled by the mean, as no adapter was published."""
    path = weights_in(folder)
    network = RadCLIP(config_in(folder))
    tensors = {name.removeprefix("module."): value for name, value in _read(path).items()}
    wanted = {name: value for name, value in tensors.items() if not name.endswith(_BUFFERS)}
    try:
        network.clip.load_state_dict(wanted, strict=True)
    except RuntimeError as error:
        raise WeightsError(
            f"{path.name} does not fit the network: {' '.join(str(error).split())[:300]}",
            hint="It must be a CLIP of the size that config.json names; without one, ViT-L/14.",
        ) from error
    return network.eval().requires_grad_(False)


def weights_in(folder: Path) -> Path:
    """The file of weights in a folder."""
    found = next((folder / name for name in WEIGHTS if (folder / name).is_file()), None)
    if found is None:
        raise WeightsError(
            f"There are no weights in {folder}.", hint=f"One of {', '.join(WEIGHTS)} is looked for there."
        )
    return found


def config_in(folder: Path) -> RadCLIPConfig:
    """Sizes from a CLIP `config.json`, or those of ViT-L/14 where there is none."""
    path = folder / "config.json"
    if not path.is_file():
        return published()
    try:
        return _config(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise WeightsError(
            f"{path} does not describe a CLIP: {error}.", hint="Use the config.json of the same model."
        ) from error


def _config(data: Mapping[str, Any]) -> RadCLIPConfig:
    base = published()
    text, vision = data.get("text_config") or {}, data.get("vision_config") or {}
    vocabulary = int(text.get("vocab_size", base.vocabulary))
    return replace(
        base,
        image=int(vision.get("image_size", base.image)),
        patch=int(vision.get("patch_size", base.patch)),
        vision=_tower(vision, base.vision),
        text=_tower(text, base.text),
        vocabulary=vocabulary,
        begin=vocabulary - 2,  # CLIP's two marks are its last words; older files give other numbers
        end=vocabulary - 1,
        positions=int(text.get("max_position_embeddings", base.positions)),
        projection=int(data.get("projection_dim", base.projection)),
    )


def _tower(data: Mapping[str, Any], base: Tower) -> Tower:
    return Tower(
        int(data.get("hidden_size", base.width)),
        int(data.get("num_hidden_layers", base.depth)),
        int(data.get("num_attention_heads", base.heads)),
        int(data.get("intermediate_size", base.mlp)),
    )


def _read(path: Path) -> dict[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            stored: dict[str, Tensor] = load_file(path)
            return stored
        found = torch.load(path, map_location="cpu", weights_only=True)  # tensors only: nothing is unpickled
    except (OSError, SafetensorError, ValueError, EOFError) as error:
        raise WeightsError(f"{path} cannot be read: {error}", hint="Choose another file.") from error
    except Exception as error:
        raise WeightsError(
            f"{path.name} holds more than tensors, or is damaged; nothing else is ever unpickled.",
            hint="Write its state dict to a safetensors file first.",
        ) from error
    tensors = found.get("state_dict", found) if isinstance(found, dict) else {}
    return {name: value for name, value in tensors.items() if isinstance(value, Tensor)}
