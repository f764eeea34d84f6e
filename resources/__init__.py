"""Data that ships with the product: models, icons, styles, presets, a study. `path` is the only way in."""

from __future__ import annotations

from pathlib import Path


def path(name: str) -> Path:
    """The file or folder called `name` under resources/, such as "models/prima"."""
    return Path(__file__).parent / name
