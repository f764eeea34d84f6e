"""Which part of an explanation belongs on the picture on show: of a loop, that of its moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.viewer.cine_slices import CineSlices
from app.viewer.exhibit import Exhibit
from app.viewer.look import Look
from explain.attribution import UnitScores
from inference.imaging.volume import LoopFacts
from inference.place import Place

_APART_MM = 0.6  # of a slice's thickness: further away is another slice position


@dataclass(frozen=True, eq=False)
class PlacedMap:
    """Scores (k, j, i) in space for one picture, placed by `affine_lps`; `moment` of a loop's explanation."""

    grid: NDArray[np.float32]
    affine_lps: NDArray[np.float64]
    moment: int | None = None


def loop_of(exhibit: Exhibit) -> LoopFacts | None:
    """What is known of the loop that an exhibit shows, if it shows one."""
    return exhibit.native.facts if isinstance(exhibit.native, CineSlices) else None


def belongs_to_loop(place: Place, exhibit: Exhibit) -> bool:
    """Whether the moments of a place are moments of the loop on show, at its slice position."""
    if place.times_ms is None or loop_of(exhibit) is None:
        return False
    plane = exhibit.native.plane(0)
    away = float(plane.to_pixels(place.affine_lps[:3, 3])[2])
    same = bool(exhibit.display_set_uid) and exhibit.display_set_uid == place.display_set_uid
    return same and abs(away) <= max(_APART_MM * place.size_mm[0], 1e-3)


def moment_of(place: Place, exhibit: Exhibit, picture: int) -> int | None:
    """Which moment of a place the loop's picture shows; None where the model did not see that picture."""
    cine = loop_of(exhibit)
    if cine is None or not 0 <= picture < len(cine.times_ms):
        return None
    return place.moment_at(float(cine.times_ms[picture]), cine.frame_ms)


def is_whole(place: Place) -> bool:
    """Whether the elements are whole pictures of a loop: their scores stand under it, not over it."""
    return place.times_ms is not None and place.shape[1:] == (1, 1)


def map_on(unit: UnitScores, exhibit: Exhibit, look: Look) -> PlacedMap | None:
    """The map for the picture on show; None where there is none for this picture of a loop."""
    if unit.place.times_ms is None:
        return PlacedMap(unit.dense, unit.place.affine_lps)
    moment = moment_of(unit.place, exhibit, look.slice_index)
    if moment is None or is_whole(unit.place):
        return None
    return PlacedMap(unit.dense[moment : moment + 1], unit.place.affine_lps, moment)
