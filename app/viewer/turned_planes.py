"""Planes turned in the patient: frozen cuts in, frozen cuts out. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from app.viewer.look import Cut, Oblique, Plane
from app.viewer.picture_plane import PicturePlane
from app.viewer.slicing import PATIENT_AXES
from inference.imaging.study import Triple

Points = NDArray[np.float64]
_STEEP = 0.05  # volume of three unit normals, from which three planes meet in one point


@dataclass(frozen=True, eq=False)
class PlaneTurn:
    """Planes that a reader turns, by the lines in which they cut a picture.

    axis_lps   unit vector about which they turn, through the crosshair
    angle_rad  right-handed about the axis
    alone      the one plane that is turned by itself; None turns all others, which stay at right angles
    """

    axis_lps: Points
    angle_rad: float
    alone: Plane | None = None


def stands_for(cut: Cut) -> Plane:
    """Which of the three planes of the patient a cut is, or was before it was turned."""
    return cut.turned_from if isinstance(cut, Oblique) else cut


def axes_of(cut: Cut) -> Points:
    """(3, 3) unit vectors of (slice, down, across), as rows; ValueError for pictures as acquired."""
    if isinstance(cut, Oblique):
        return np.array([cut.slice_lps, cut.down_lps, cut.across_lps])
    if cut is Plane.NATIVE:
        raise ValueError("pictures as they were acquired cannot be turned")
    return PATIENT_AXES[cut]


def turned(cut: Cut, turn: PlaneTurn, about_lps_mm: Points) -> Oblique:
    """A plane turned about a point that it then passes through; its axes stay at right angles."""
    axes = Rotation.from_rotvec(turn.axis_lps * turn.angle_rad).apply(axes_of(cut))
    axes[0] /= np.linalg.norm(axes[0])
    axes[1] -= axes[0] * (axes[0] @ axes[1])
    axes[1] /= np.linalg.norm(axes[1])
    across = np.cross(axes[0], axes[1])
    axes[2] = across if float(across @ axes[2]) > 0 else -across
    centre = _triple(about_lps_mm)
    return Oblique(_triple(axes[0]), _triple(axes[1]), _triple(axes[2]), centre, stands_for(cut))


def tilted(plane: Plane, turned_deg: Triple, centre_lps_mm: Points) -> Oblique:
    """A plane of the patient turned by a rotation vector in degrees, with a slice through a point."""
    axes = Rotation.from_rotvec(np.radians(turned_deg)).apply(axes_of(plane))
    return Oblique(_triple(axes[0]), _triple(axes[1]), _triple(axes[2]), _triple(centre_lps_mm), plane)


def tilt_deg(cut: Oblique) -> Triple:
    """The rotation vector in degrees that turns the plane of the patient into a cut."""
    turn = axes_of(cut).T @ axes_of(cut.turned_from)
    vector = Rotation.from_matrix(turn).as_rotvec(degrees=True)
    return _triple(np.round(vector, 2))


def through(cut: Oblique, point_lps_mm: NDArray[Any]) -> Oblique:
    """The cut with a slice through a point."""
    return replace(cut, centre_lps_mm=_triple(point_lps_mm))


def off_deg(cut: Oblique) -> float:
    """How far a plane was turned out of the patient's own, between the two normals."""
    cosine = abs(float(np.asarray(cut.slice_lps) @ PATIENT_AXES[cut.turned_from][0]))
    return float(np.degrees(np.arccos(min(1.0, cosine))))


def turn_between(axis_lps: Points, centre_lps_mm: Points, start: Points, end: Points) -> float:
    """The angle in radians about an axis that brings the direction of one point onto that of another."""
    one, other = start - centre_lps_mm, end - centre_lps_mm
    return float(np.arctan2(axis_lps @ np.cross(one, other), one @ other))


def meeting_point(planes: tuple[PicturePlane, ...], near_lps_mm: Points) -> Points:
    """Where planes meet, or of all such points the nearest to another; near-parallel planes do not count."""
    normals: list[Points] = []
    heights: list[float] = []
    for plane in planes:
        if all(abs(float(plane.normal_lps @ normal)) < 1 - _STEEP**2 for normal in normals):
            normals.append(plane.normal_lps)
            heights.append(float(plane.normal_lps @ (plane.origin_lps_mm - near_lps_mm)))
    if not normals:
        return near_lps_mm
    step, *_ = np.linalg.lstsq(np.array(normals), np.array(heights), rcond=_STEEP / 10)
    met: Points = near_lps_mm + step
    return met


def _triple(vector: NDArray[Any]) -> Triple:
    x, y, z = (float(value) for value in vector)
    return x, y, z
