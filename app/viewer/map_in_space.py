"""An explanation as it stands in a volume: nested surfaces, or a second volume. Free of Qt and VTK."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.overlays import OverlayMode
from app.viewer.exhibit import Exhibit
from app.viewer.layers.explained import Overlay
from inference.imaging.volume import Volume

Rgb = tuple[float, float, float]
MODEL, AGAINST, GREYED = (0.949, 0.639, 0.235), (0.298, 0.6, 0.949), (0.663, 0.706, 0.753)  # as over slices
MODES = (OverlayMode.CONTOUR, OverlayMode.SMOOTH)  # the others are painted over the picture


@dataclass(frozen=True, eq=False)
class Side:
    """What speaks for, or against.

    strengths  (slices, rows, columns) of the model's own grid, 0 where there is none
    levels     strengths of the surfaces, strongest first
    """

    strengths: NDArray[np.float32]
    levels: tuple[float, ...]
    rgb: Rgb


@dataclass(frozen=True, eq=False)
class MapInSpace:
    """A map on its grid.

    affine_lps  (4, 4) grid index (k, j, i, 1) -> centre of the element in LPS millimetres
    limit       the strength that has the full colour; threshold: from which anything is shown
    opacity     0..1
    """

    sides: tuple[Side, ...]
    affine_lps: NDArray[np.float64]
    mode: OverlayMode
    limit: float
    threshold: float
    opacity: float


def map_in_space(overlay: Overlay | None, exhibit: Exhibit) -> MapInSpace | None:
    """What a scene shows of an explanation; None where it shows nothing."""
    if overlay is None or overlay.look.mode not in MODES:
        return None
    unit = overlay.unit_for(exhibit)
    if unit is None or unit.place.times_ms is not None:
        return None
    scores = np.nan_to_num(unit.place.dense(unit.scores))
    if min(scores.shape) < 1 or not overlay.limit:
        return None
    sides = tuple(side for sign in (1, -1) if (side := _side(overlay, scores, sign)) is not None)
    grid = Volume(scores, unit.place.affine_lps)
    look = overlay.look
    return MapInSpace(sides, grid.affine_lps, look.mode, overlay.limit, overlay.threshold, look.opacity)


def _side(overlay: Overlay, scores: NDArray[np.float32], sign: int) -> Side | None:
    strengths = np.maximum(scores * sign, 0)
    if not strengths.any():
        return None
    rgb = GREYED if overlay.greyed else MODEL if sign > 0 else AGAINST
    levels = tuple(level for level in overlay.levels(sign) if level <= strengths.max())
    return Side(strengths.astype(np.float32), levels, rgb)
