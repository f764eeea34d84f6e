"""Colour maps for grey pictures, kept as stops in resources/presets/colour_maps.json."""

from __future__ import annotations

import json
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

import resources

GREY = ""


@lru_cache(maxsize=1)
def _stops() -> dict[str, list[list[float]]]:
    told: dict[str, list[list[float]]] = json.loads(
        resources.path("presets/colour_maps.json").read_text(encoding="utf-8")
    )
    return told


def colour_map_names() -> tuple[str, ...]:
    """The maps that ship with the product, in their order; grey is not one of them."""
    return tuple(_stops())


@lru_cache(maxsize=16)
def colour_table(name: str) -> NDArray[np.uint8]:
    """(256, 3) RGB for the shades 0..255; KeyError where there is no such map."""
    stops = np.array(_stops()[name], np.float64)  # (n, 4): shade, red, green, blue
    shades = np.arange(256)
    channels = [np.interp(shades, stops[:, 0], stops[:, channel]) for channel in (1, 2, 3)]
    table: NDArray[np.uint8] = np.round(np.stack(channels, axis=1)).astype(np.uint8)
    return table


def in_colour(shades: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    """(rows, columns, 3) of shades (rows, columns) through a map; as they are where the map is unknown."""
    if name not in _stops():
        return shades
    coloured: NDArray[np.uint8] = np.take(colour_table(name), shades, axis=0)
    return coloured
