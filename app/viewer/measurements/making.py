"""Points on a picture to a measurement: where they lie, what they measure by, and what lies inside."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from app.viewer.exhibit import Exhibit
from app.viewer.look import Look
from app.viewer.measurements.ground import Ground, to_pixels, to_space
from app.viewer.measurements.measurement import REGIONS, Kind, Measurement, Statistics, triples
from app.viewer.measurements.splines import closed_curve
from app.viewer.measurements.statistics import region_statistics
from app.viewer.picture_plane import PicturePlane
from app.viewer.slicing import Pixels

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sheet:
    """The picture under the pen: what is shown, where it lies, its values, and what it measures by."""

    exhibit: Exhibit
    look: Look
    plane: PicturePlane
    pixels: Pixels | None
    ground: Ground


def made(sheet: Sheet, kind: Kind, pixels: Points, text: str = "") -> Measurement:
    """A new measurement through points (n, 2) as (row, column)."""
    space, points = to_space(pixels, sheet.plane)
    new = Measurement(
        uid=uuid.uuid4().hex,
        kind=kind,
        site=sheet.ground.site(sheet.look),
        space=space,
        points=triples(points),
        scale=sheet.ground.scale(sheet.plane, sheet.look, pixels),
        text=text,
        created=datetime.now(UTC).isoformat(timespec="milliseconds"),
    )
    return replace(new, statistics=_statistics(sheet, kind, pixels))


def remade(sheet: Sheet, measurement: Measurement, pixels: Points) -> Measurement:
    """A measurement with its points somewhere else on its picture."""
    _space, points = to_space(pixels, sheet.plane)
    scale = sheet.ground.scale(sheet.plane, sheet.look, pixels)
    moved = replace(measurement.with_points(points), scale=scale)
    return replace(moved, statistics=_statistics(sheet, measurement.kind, pixels))


def refreshed(sheet: Sheet, measurement: Measurement) -> Measurement:
    """A measurement with its scale and statistics found anew."""
    return remade(sheet, measurement, to_pixels(measurement, sheet.plane))


def within(plane: PicturePlane, pixels: Points) -> Points:
    """Points held on the picture."""
    rows, columns = plane.shape
    return np.clip(pixels, -0.5, (rows - 0.5, columns - 0.5))


def _statistics(sheet: Sheet, kind: Kind, pixels: Points) -> Statistics | None:
    if kind not in REGIONS or sheet.pixels is None:
        return None
    look, exhibit = sheet.look, sheet.exhibit
    if kind is Kind.SPLINE:  # pixels that are no squares would bend it otherwise than it is drawn
        spacing_mm = sheet.plane.spacing_mm
        kind, pixels = Kind.FREEHAND, closed_curve(pixels * spacing_mm) / spacing_mm
    basis = f"{look.slab.value} {look.slab_mm:g} mm" if look.slab_mm else ""
    return region_statistics(
        sheet.pixels, kind, pixels, padding=exhibit.padding, unit=exhibit.unit, basis=basis
    )
