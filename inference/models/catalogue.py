"""The models that ship with the product. Names and cards cost nothing; torch comes with the first `load`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

import resources
from inference.card import Card, read_card
from inference.errors import WeightsError
from inference.models import monai_folder as bundles

if TYPE_CHECKING:
    import torch

    from inference.model import Model

_FAMILIES: Mapping[str, str] = {  # family -> module with `load`
    "cardiac": "inference.models.cardiac",
    "echo": "inference.models.echo",
    "prima": "inference.models.prima",
    "radclip": "inference.models.radclip",
    "t3d": "inference.models.t3d",
    "ventricle": "inference.models.ventricle",
}


def keys() -> tuple[str, ...]:
    """Keys of the models that are installed, in the order of the alphabet, then the user's own bundles."""
    own = sorted(folder.parent.name for folder in resources.path("models").glob("*/card.json"))
    return (*own, *bundles.accepted())


@lru_cache
def card(key: str) -> Card:
    """The card of one model."""
    if key in bundles.accepted():
        return bundles.accepted()[key].card
    if key not in keys():
        raise WeightsError(
            f"There is no model called {key!r}.", hint=f"Installed: {', '.join(keys()) or 'none'}."
        )
    return read_card(resources.path(f"models/{key}"))


def load(key: str, device: torch.device | None = None) -> Model:
    """The model, ready to answer; loaded once per device."""
    from inference.device import best_device

    return _loaded(key, str(device or best_device()))


@lru_cache
def _loaded(key: str, device: str) -> Model:
    import torch

    if key in bundles.accepted():
        return bundles.load(key, torch.device(device))
    found = card(key)
    if found.family not in _FAMILIES:
        raise WeightsError(
            f"{found.title} is of the family {found.family!r}, which this version does not know.",
            hint="Update the application.",
        )
    family = import_module(_FAMILIES[found.family])
    return cast("Model", family.load(found, resources.path(f"models/{key}"), torch.device(device)))
