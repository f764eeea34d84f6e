"""Pictures in grey as a reader sees them, before RadCLIP squares them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.errors import NotApplicableError
from inference.imaging.intensity import apply_lut, apply_window, default_window, voi_luts
from inference.imaging.stack import Stack
from inference.imaging.study import DisplaySet

XRAY = ("CR", "DX", "RG", "RF")
WINDOWS_HU = {  # centre, width
    "soft tissue": (40.0, 400.0),
    "lung": (-600.0, 1500.0),
    "bone": (480.0, 2500.0),
    "brain": (40.0, 80.0),
}
PERCENTILES = (1.0, 99.0)  # of MR, whose values have no unit
_LUNG_HU, _LUNG_SHARE = (-950.0, -500.0), 0.08
_NAMED = (
    ("brain", re.compile(r"brain|\bhead|skull|cranial|neuro|cerebr")),
    ("lung", re.compile(r"lung|pulmon|chest|thora|hrct")),
    ("bone", re.compile(r"\bbone|skelet|spine|fract")),
)
HINT = "RadCLIP reads X-ray, CT and MR pictures in grey."

Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Wish:
    """What the network asks for: edge of the square and of a patch, most slices, CT windows by channel."""

    image: int
    patch: int
    slices: int
    windows: tuple[str, ...]


def grey_of(display_set: DisplaySet, stack: Stack, wish: Wish, text: str = "") -> Pixels:
    """(n, rows, columns, 3) 0..1 of values in their unit, by modality."""
    values = stack.pixels.astype(np.float32)
    if not np.isfinite(values).any():
        raise not_read("no pixel holds a number")
    if display_set.modality == "CT":
        return ct_channels(values, wish.windows, text)
    grey = _film(display_set, stack) if display_set.modality in XRAY else mr_grey(values, stack.padding)
    if stack.inverted and display_set.modality not in XRAY:
        grey = 1 - grey
    if float(np.ptp(grey)) == 0.0:
        raise not_read("all pixels are the same")
    return np.repeat(grey[..., None], 3, axis=-1)


def ct_channels(values: NDArray[Any], windows: Sequence[str], text: str = "") -> Pixels:
    """(n, rows, columns, 3) 0..1 of Hounsfield units: a window per channel, or one for all three."""
    names = [ct_window_for(text, values) if name == "auto" else name for name in windows]
    layers = [leveled(values, *_ends(*WINDOWS_HU[name])) for name in names]
    return np.stack(layers if len(layers) == 3 else [layers[0]] * 3, axis=-1)


def ct_window_for(text: str, values: NDArray[Any]) -> str:
    """The window that suits what was examined, by its words; without any, by how much lung there is."""
    lowered = text.lower().replace("_", " ")
    named = next((name for name, words in _NAMED if words.search(lowered)), "")
    if named:
        return named
    low, high = _LUNG_HU
    lung = float(np.mean((values > low) & (values < high)))
    return "lung" if lung > _LUNG_SHARE else "soft tissue"


def mr_grey(values: NDArray[Any], padding: float | None = None) -> Pixels:
    """(n, rows, columns) 0..1 between two percentiles of all slices together."""
    seen = values[np.isfinite(values)]
    seen = seen if padding is None else seen[seen != padding]
    if not seen.size:
        raise not_read("no pixel holds a number")
    step = max(1, seen.size // (1 << 18))
    low, high = np.percentile(seen[::step], PERCENTILES)
    if high <= low:
        low, high = float(seen.min()), float(seen.max())
    return leveled(values, float(low), float(high))


def leveled(values: NDArray[Any], low: float, high: float) -> Pixels:
    """0..1 between two values; what is not a number is black."""
    levels = (values.astype(np.float32) - low) / max(high - low, 1e-6)
    made: Pixels = np.clip(np.nan_to_num(levels, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)
    return made


def _film(display_set: DisplaySet, stack: Stack) -> Pixels:
    """(n, rows, columns) 0..1 of radiographs: through their VOI LUT, their window, or percentiles."""
    luts = voi_luts(display_set)
    window = default_window(display_set, stack.pixels, padding=stack.padding)
    made = [
        apply_lut(picture, luts[0], inverted=stack.inverted)
        if luts
        else apply_window(picture, window, inverted=stack.inverted)
        for picture in stack.pixels
    ]
    grey: Pixels = np.stack(made).astype(np.float32) / np.float32(255)
    return grey


def _ends(centre: float, width: float) -> tuple[float, float]:
    return centre - width / 2, centre + width / 2


def not_read(why: str) -> NotApplicableError:
    """Why pictures are not read."""
    return NotApplicableError(f"not eligible: {why}.", hint=HINT)
