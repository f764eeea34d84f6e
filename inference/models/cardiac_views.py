"""Which view each loop of a study shows: from where its slices lie, how many lie together, and its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
VIEWS = ("4CH", "2CH", "3CH", "SAX")
TITLES = {
    "4CH": "four-chamber view",
    "2CH": "two-chamber view",
    "3CH": "three-chamber view",
    "SAX": "short-axis stack",
}
APEX_LPS: Array = np.array([0.65, -0.42, -0.63]) / np.linalg.norm([0.65, -0.42, -0.63])
"""Where the apex of an average heart points: left, front, down."""

LONG_AXIS_DEG = {"4CH": 30.0, "2CH": 90.0, "3CH": 150.0}
"""Angle of each long-axis plane about the axis, from lateral over anterior."""

ALONG = 0.72  # cosine from which a normal may be the heart's axis
ACROSS = 0.60  # cosine up to which a plane may hold the axis
SAME_NORMAL = 0.98
FEWEST_IN_STACK = 3
WIDEST_DEG = 32.0  # from the angle of a long-axis view, where its name does not say it

_NAMES = (
    ("3CH", r"3 ?-?ch|three ?-?chamber|\b3 ?cv\b|lvot|\bapla?x\b"),
    ("4CH", r"4 ?-?ch|four ?-?chamber|\b4 ?cv\b|\bhla\b|horizontal long"),
    ("2CH", r"2 ?-?ch|two ?-?chamber|\b2 ?cv\b|\bvla\b|vertical long"),
    ("SAX", r"\bsax|\bsa\b|short ?-?ax|\bkurzachse"),
)


@dataclass(frozen=True, eq=False)
class Plane:
    """Where the loop of one display set lies. `positions` counts its slices."""

    key: str
    normal: Array  # of length one
    centre_mm: Array
    positions: int
    description: str


def view_in_name(description: str) -> str:
    """The view that a description names, or nothing."""
    text = re.sub(r"[_/.,]+", " ", description.lower())
    if re.search(r"\brvot|right ventric|\brv 2|\brv ?(?:in|out)", text):
        return ""
    found = [view for view, pattern in _NAMES if re.search(pattern, text)]
    return found[0] if len(found) == 1 else ""


def assigned(planes: Sequence[Plane]) -> dict[str, str]:
    """View of each plane by key; nothing for one that shows none of the four.

    Slices side by side along the heart's axis are the short axis whatever they are called. A long-axis name
    counts where the plane can hold the axis; without a name the angle about the axis decides.
    """
    stack = _stack(planes)
    axis = _axis(planes, stack)
    return {plane.key: "SAX" if plane.key in stack else _view(plane, axis) for plane in planes}


def _stack(planes: Sequence[Plane]) -> set[str]:
    """Keys of the planes that form the short-axis stack: the largest set of slices along the axis."""
    best: list[Plane] = []
    for plane in planes:
        mates = [p for p in planes if abs(p.normal @ plane.normal) > SAME_NORMAL and _may_be_short(p)]
        if _slices(mates) > _slices(best):
            best = mates
    return {p.key for p in best} if _slices(best) >= FEWEST_IN_STACK else set()


def _slices(planes: Sequence[Plane]) -> int:
    if not planes:
        return 0
    depths = {round(float(p.centre_mm @ planes[0].normal)) for p in planes}
    return sum(p.positions for p in planes if p.positions > 1) or len(depths)


def _may_be_short(plane: Plane) -> bool:
    near = abs(float(plane.normal @ APEX_LPS))
    named = view_in_name(plane.description)
    if named == "SAX":
        return near > ACROSS / 2  # hearts lie in many ways; the name settles it
    return near >= ALONG and (not named or plane.positions >= FEWEST_IN_STACK)


def _axis(planes: Sequence[Plane], stack: set[str]) -> Array:
    """The heart's long axis: the stack's normal, else where long-axis planes cross, else the average."""
    for plane in planes:
        if plane.key in stack:
            return _towards_apex(plane.normal)
    long = [p.normal for p in planes if abs(p.normal @ APEX_LPS) < ACROSS]
    for n, first in enumerate(long):
        for second in long[n + 1 :]:
            crossed = np.cross(first, second)
            length = float(np.linalg.norm(crossed))
            if length > 0.4 and abs(crossed @ APEX_LPS) / length >= ALONG:
                return _towards_apex(np.asarray(crossed / length))
    return APEX_LPS


def _towards_apex(axis: Array) -> Array:
    sign = 1.0 if float(axis @ APEX_LPS) > 0 else -1.0
    return np.asarray(sign * axis)


def _view(plane: Plane, axis: Array) -> str:
    named = view_in_name(plane.description)
    along = abs(float(plane.normal @ axis))
    if along > ACROSS:
        short = along >= ALONG and named in ("", "SAX") and plane.positions < FEWEST_IN_STACK
        return "SAX" if short else ""
    if named in LONG_AXIS_DEG:
        return named
    if named == "SAX":
        return ""
    angle = angle_about(axis, plane.normal)
    gaps = {view: abs((angle - degrees + 90) % 180 - 90) for view, degrees in LONG_AXIS_DEG.items()}
    nearest = min(gaps, key=lambda view: gaps[view])
    return nearest if gaps[nearest] <= WIDEST_DEG else ""


def angle_about(axis: Array, normal: Array) -> float:
    """Degrees, modulo 180, at which a plane that holds the axis stands: 0 lateral, 90 anterior."""
    anterior = np.array([0.0, 0.0, 1.0]) - axis[2] * axis
    anterior /= np.linalg.norm(anterior)
    lateral = np.cross(anterior, axis)
    across = np.cross(axis, normal)  # lies in the plane, at right angles to the axis
    return float(np.degrees(np.arctan2(across @ anterior, across @ lateral)) % 180)
