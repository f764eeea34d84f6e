"""How an explanation is laid over the pixels, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OverlayMode(StrEnum):
    """How an explanation is laid over the pixels."""

    CONTOUR = "contour"
    BLOCKS = "blocks"  # the model's own pieces, as they are
    SMOOTH = "smooth"
    OFF = "off"


@dataclass(frozen=True)
class Overlay:
    """Which explanation lies over the pixels, and how.

    attribution  its `attribution_key`; empty for none
    opacity      0..1 of every piece that is shown
    percentile   0..100: pieces that score below this percentile are transparent
    """

    attribution: str = ""
    mode: OverlayMode = OverlayMode.BLOCKS
    opacity: float = 0.55
    percentile: float = 90.0
