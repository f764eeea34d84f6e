"""Windows on the number keys: 0 auto, 1 what the file asks for, 2 and on those of the modality."""

from __future__ import annotations

import json
from functools import lru_cache

import resources
from app.viewer.exhibit import Exhibit
from app.viewer.grey import full_window
from inference.imaging.study import Window


@lru_cache(maxsize=1)
def _table() -> dict[str, list[dict[str, str | float]]]:
    table: dict[str, list[dict[str, str | float]]] = json.loads(
        resources.path("presets/windows.json").read_text("utf-8")
    )
    return table


def modality_windows(modality: str) -> tuple[Window, ...]:
    """The usual windows of a modality, in the order of the number keys."""
    rows = _table().get(modality, [])
    return tuple(Window(float(r["centre"]), float(r["width"]), str(r["title"])) for r in rows)


def auto_window(exhibit: Exhibit) -> Window:
    """From the grey levels themselves."""
    pixels = exhibit.volume.voxels if exhibit.volume is not None else exhibit.native.pixels(0)
    if pixels is None:
        pixels = next(
            (p for i in range(exhibit.native.count) if (p := exhibit.native.pixels(i)) is not None), None
        )
    return Window(127.5, 255.0, "auto") if pixels is None or pixels.ndim == 4 else full_window(pixels)


def windows_for(exhibit: Exhibit) -> tuple[Window, ...]:
    """By number key. What the file asks for is the auto window where it asks for nothing."""
    auto = auto_window(exhibit)
    asked = exhibit.windows[0] if exhibit.windows else auto
    return (auto, asked, *modality_windows(exhibit.modality))


def default_window(exhibit: Exhibit) -> Window:
    """What the file asks for, else from the grey levels."""
    return exhibit.windows[0] if exhibit.windows else auto_window(exhibit)
