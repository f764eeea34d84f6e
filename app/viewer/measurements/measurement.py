"""A measurement: a frozen value in patient millimetres, or in the pixels of one picture. Knows no screen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from inference.imaging.study import Triple

Points = NDArray[np.float64]


class Kind(StrEnum):
    """What is measured or marked."""

    LENGTH = "length"
    BIDIRECTIONAL = "bidirectional"
    ANGLE = "angle"
    COBB = "Cobb angle"
    ELLIPSE = "ellipse"
    RECTANGLE = "rectangle"
    FREEHAND = "freehand"
    SPLINE = "spline"
    ARROW = "arrow"
    TEXT = "text"
    POINT = "point"  # of the patient, seen on every plane near it and in 3-D
    KEY_IMAGE = "key image"
    CALIBRATION = "calibration"  # a line whose true length the reader has given


REGIONS = (Kind.ELLIPSE, Kind.RECTANGLE, Kind.FREEHAND, Kind.SPLINE)
MEASURING = (Kind.LENGTH, Kind.BIDIRECTIONAL, *REGIONS)  # those whose result depends on the scale


class Space(StrEnum):
    """What the numbers of the points are."""

    PATIENT = "patient"  # LPS millimetres
    PICTURE = "picture"  # (column, row, 0) in pixels from the centre of the first


@dataclass(frozen=True)
class Site:
    """Which picture a measurement was made on.

    sop_instance_uid, frame  of that picture; empty and 0 on a cut through the volume
    picture                  its place in the display set, counted from 0; -1 on a cut through the volume
    plane                    of such a cut: "axial", "coronal" or "sagittal", also where it was turned; empty
                             with picture -1: set in 3-D
    axes_lps                 unit vectors (slice, down, across) of a plane that was turned; None elsewhere
    """

    study_uid: str
    series_uid: str
    display_set_uid: str
    title: str = ""
    frame_of_reference_uid: str = ""
    sop_instance_uid: str = ""
    frame: int = 0
    picture: int = -1
    plane: str = ""
    axes_lps: tuple[Triple, Triple, Triple] | None = None

    @property
    def words(self) -> str:
        """Where it is, as a reader says it."""
        cut = f"{self.plane} oblique" if self.axes_lps is not None else "MPR" if self.plane else "3-D"
        return f"{self.title} · {self.picture + 1 if self.picture >= 0 else cut}"


@dataclass(frozen=True)
class Scale:
    """What makes millimetres of pixels, by its name. Without a spacing, results are in pixels."""

    source: str
    spacing_mm: tuple[float, float] | None = None  # (between rows, between columns)


@dataclass(frozen=True)
class Statistics:
    """Of the pixels whose centre lies inside a region; padding and not-a-number are left out and counted.

    sd      of these pixels (divided by their count, not by one less)
    pixels  how many count
    basis   what the pixels are where they are not those of one slice, such as "MIP 10 mm"
    """

    mean: float
    sd: float
    minimum: float
    maximum: float
    pixels: int
    left_out: int = 0
    unit: str = ""
    basis: str = ""


@dataclass(frozen=True)
class Measurement:
    """One thing that a reader measured, marked or wrote on a picture.

    points      by kind: LENGTH, ARROW (tip first), CALIBRATION two ends; BIDIRECTIONAL and COBB two lines one
                after the other; ANGLE arm, vertex, arm; ELLIPSE the ends of one axis, then of the other;
                RECTANGLE four corners in order; FREEHAND a closed line; SPLINE points that a closed smooth
                curve goes through; TEXT and POINT one; KEY_IMAGE none
    statistics  of a region; None where there are none, as in colour
    text        that the reader wrote; of a calibration its length in millimetres
    locked      it is neither moved nor renamed nor deleted until the reader lets it go
    """

    uid: str
    kind: Kind
    site: Site
    space: Space
    points: tuple[Triple, ...]
    scale: Scale
    statistics: Statistics | None = None
    text: str = ""
    author: str = ""
    created: str = ""  # ISO 8601, UTC
    locked: bool = False

    @property
    def array(self) -> Points:
        """(n, 3) points as they are stored."""
        return np.array(self.points, np.float64).reshape(-1, 3)

    @property
    def in_millimetres(self) -> bool:
        """Whether lengths are millimetres; else they are pixels."""
        return self.space is Space.PATIENT or self.scale.spacing_mm is not None

    @property
    def unit(self) -> str:
        """The unit of lengths."""
        return "mm" if self.in_millimetres else "px"

    @property
    def metric(self) -> Points:
        """(n, 3) points in which distances are lengths in `unit`."""
        if self.space is Space.PATIENT or self.scale.spacing_mm is None:
            return self.array
        rows_mm, columns_mm = self.scale.spacing_mm
        return self.array * (columns_mm, rows_mm, 1.0)

    def with_points(self, points: Points) -> Measurement:
        """The measurement with other points; what was found at the old ones is not kept."""
        return replace(self, points=triples(points), statistics=None)


def triples(points: Points) -> tuple[Triple, ...]:
    """(n, 3) points as plain tuples."""
    return tuple((float(x), float(y), float(z)) for x, y, z in points)
