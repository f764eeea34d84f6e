"""Colours by value for explanations: orange speaks for, blue against, the middle is transparent."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

# Anchors along 0..1 of strength; lightness rises with strength, so that the order survives colour blindness.
_FOR = ((0.35, 0.20, 0.05), (0.78, 0.44, 0.08), (0.95, 0.64, 0.24), (1.00, 0.86, 0.58))
_AGAINST = ((0.06, 0.18, 0.38), (0.12, 0.38, 0.72), (0.30, 0.60, 0.95), (0.70, 0.87, 1.00))
_GREYED = ((0.30, 0.30, 0.30), (0.48, 0.48, 0.48), (0.65, 0.65, 0.65), (0.82, 0.82, 0.82))
_STEPS = 256

Colours = NDArray[np.uint8]


@lru_cache(maxsize=4)
def table(*, signed: bool, greyed: bool) -> Colours:
    """(511, 3) RGB for strengths -1..1; an unsigned map uses the upper half alone."""
    high = _ramp(_GREYED if greyed else _FOR)
    low = _ramp(_GREYED if greyed else _AGAINST) if signed else high
    return np.concatenate([low[:0:-1], high])


def _ramp(anchors: tuple[tuple[float, float, float], ...]) -> Colours:
    places = np.linspace(0, 1, _STEPS)
    stops = np.linspace(0, 1, len(anchors))
    channels = [np.interp(places, stops, [a[c] for a in anchors]) for c in range(3)]
    ramp: Colours = np.round(np.stack(channels, axis=1) * 255).astype(np.uint8)
    return ramp


def coloured(
    values: NDArray[np.float32], limit: float, threshold: float, opacity: float, colours: Colours
) -> Colours:
    """(rows, columns, 4) RGBA of scores: one opacity from `threshold` up, nothing below it."""
    shown = np.abs(values) >= max(threshold, 1e-12)  # NaN compares false
    strength = np.clip(np.nan_to_num(values) / (limit or 1.0), -1, 1)
    index = np.round(strength * (_STEPS - 1)).astype(np.intp) + _STEPS - 1
    picture = np.empty((*values.shape, 4), np.uint8)
    picture[..., :3] = colours[index]
    picture[..., 3] = np.where(shown, round(255 * opacity), 0)
    return picture
