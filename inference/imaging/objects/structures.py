"""RT structure sets: the contours of each region, in millimetres of the patient."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.imaging.layout import numbers, whole
from inference.imaging.objects.items import first, items, points, text, uid
from inference.imaging.objects.kinds import STRUCTURES
from inference.imaging.objects.opening import opening, read_object
from inference.imaging.objects.references import References, references_of
from inference.imaging.segments import Rgb, colour_of

WHAT = "a structure set"
FLAT_MM = 0.1  # by which a contour may leave its plane
SAME_PLANE_MM = 0.05
Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RegionContour:
    """One line of a region.

    points_lps_mm  (n, 3); the first is not repeated
    closed         an area rather than a line or a point
    instance_uid   of the picture that it was drawn on; empty where the file does not say
    frame          of that picture, from 1; 0 where it has only one, or where the file does not say
    """

    points_lps_mm: Points
    closed: bool = True
    instance_uid: str = ""
    frame: int = 0

    @cached_property
    def normal_lps(self) -> Points | None:
        """Unit normal of the plane that a closed contour lies in; None where it lies in none."""
        offsets = self.points_lps_mm - self.points_lps_mm.mean(axis=0)
        if len(offsets) < 3:
            return None
        area = np.cross(offsets, np.roll(offsets, -1, axis=0)).sum(axis=0)
        size = float(np.linalg.norm(area))
        if size < 1e-9:
            return None
        normal: Points = area / size
        return normal if float(np.abs(offsets @ normal).max()) <= FLAT_MM else None

    @property
    def area_mm2(self) -> float:
        """Area inside a flat closed contour; 0 for a line."""
        offsets = self.points_lps_mm - self.points_lps_mm.mean(axis=0)
        twice = np.cross(offsets, np.roll(offsets, -1, axis=0)).sum(axis=0)
        return float(np.linalg.norm(twice)) / 2 if self.closed else 0.0


@dataclass(frozen=True, eq=False)
class Region:
    """One region of interest. `volume_ml` is None where its contours do not enclose a volume."""

    number: int
    name: str
    rgb: Rgb
    contours: tuple[RegionContour, ...]
    kind: str = ""  # such as "ORGAN" or "PTV"
    frame_of_reference_uid: str = ""

    @cached_property
    def volume_ml(self) -> float | None:
        """Areas times the distance between planes; an area inside another one is a hole.

        None as well for what moves: there a plane has contours of several pictures.
        """
        normal = next((c.normal_lps for c in self.contours if c.closed and c.normal_lps is not None), None)
        if normal is None:
            return None
        planes = _planes(self.contours, normal)
        if len(planes) < 2 or any(len({(c.instance_uid, c.frame) for c in p}) > 1 for p in planes.values()):
            return None
        step_mm = float(np.median(np.diff(sorted(planes))))
        return sum(_area(contours, normal) for contours in planes.values()) * step_mm / 1000

    @cached_property
    def centre_lps_mm(self) -> Points | None:
        """The middle of the contour that lies nearest to the middle of them all; None where there is none."""
        if not self.contours:
            return None
        middles = np.array([c.points_lps_mm.mean(axis=0) for c in self.contours])
        away = np.linalg.norm(middles - middles.mean(axis=0), axis=1)
        nearest: Points = middles[int(away.argmin())]
        return nearest


@dataclass(frozen=True, eq=False)
class StructureSet:
    """The regions of one file, in the order of their numbers."""

    title: str
    regions: tuple[Region, ...]
    references: References
    warnings: tuple[str, ...] = ()


def read_structures(path: Path) -> StructureSet:
    """All regions of a structure set; one without contours is kept, and said."""
    header = read_object(path, WHAT, STRUCTURES)
    with opening(path, WHAT):
        notes: list[str] = []
        drawn = {whole(item, "ReferencedROINumber", 0): item for item in items(header, "ROIContourSequence")}
        kinds = {
            whole(item, "ReferencedROINumber", 0): text(item, "RTROIInterpretedType")
            for item in items(header, "RTROIObservationsSequence")
        }
        regions = tuple(
            _region(item, drawn.get(whole(item, "ROINumber", 0)), kinds, notes)
            for item in items(header, "StructureSetROISequence")
        )
        title = text(header, "StructureSetLabel") or text(header, "SeriesDescription") or "Contours"
        return StructureSet(title, regions, _references(header), tuple(notes))


def _references(header: Dataset) -> References:
    """A structure set has no frame of reference of its own; it names that of its regions."""
    found = references_of(header)
    named = first(header, "ReferencedFrameOfReferenceSequence")
    frame = uid(named, "FrameOfReferenceUID") or found.frame_of_reference_uid
    return References(found.series_uids, found.instance_uids, frame)


def _region(item: Dataset, drawn: Dataset | None, kinds: dict[int, str], notes: list[str]) -> Region:
    count = whole(item, "ROINumber", 0)
    name = text(item, "ROIName") or f"Region {count}"
    contours = []
    for inner in items(drawn, "ContourSequence"):
        contour = _contour(inner)
        if contour is None:
            notes.append(f"{name}: a contour whose points cannot be read is left out.")
        else:
            contours.append(contour)
    if not contours:
        notes.append(f"{name} has no contours.")
    return Region(
        count, name, _colour(drawn, count), tuple(contours), kinds.get(count, ""),
        uid(item, "ReferencedFrameOfReferenceUID"),
    )  # fmt: skip


def _contour(item: Dataset) -> RegionContour | None:
    found = points(item, "ContourData", 3)
    if not len(found):
        return None
    if len(found) > 1 and np.allclose(found[0], found[-1]):
        found = found[:-1]
    closed = text(item, "ContourGeometricType").upper().startswith("CLOSED") and len(found) > 2
    shot = first(item, "ContourImageSequence")
    frame = whole(shot, "ReferencedFrameNumber", 0) if shot is not None else 0
    return RegionContour(found, closed, uid(shot, "ReferencedSOPInstanceUID"), frame)


def _colour(drawn: Dataset | None, count: int) -> Rgb:
    stated = numbers(drawn, "ROIDisplayColor") if drawn is not None else ()
    if len(stated) != 3 or not all(0 <= value <= 255 for value in stated):
        return colour_of(max(count, 1))
    return int(stated[0]), int(stated[1]), int(stated[2])


def _planes(contours: tuple[RegionContour, ...], normal: Points) -> dict[float, list[RegionContour]]:
    """Closed contours by their height along a normal."""
    planes: dict[float, list[RegionContour]] = {}
    for contour in contours:
        if contour.closed:
            height = float(contour.points_lps_mm.mean(axis=0) @ normal)
            near = next((h for h in planes if abs(h - height) <= SAME_PLANE_MM), height)
            planes.setdefault(near, []).append(contour)
    return planes


def _area(contours: list[RegionContour], normal: Points) -> float:
    """Area of one plane: what lies inside an even number of other contours counts, the rest are holes."""
    across = np.cross(normal, [1.0, 0.0, 0.0] if abs(normal[0]) < 0.9 else [0.0, 1.0, 0.0])
    across /= np.linalg.norm(across)
    basis = np.stack([across, np.cross(normal, across)], axis=1)
    flat = [contour.points_lps_mm @ basis for contour in contours]
    total = 0.0
    for number, contour in enumerate(contours):
        depth = sum(_inside(flat[number][0], other) for k, other in enumerate(flat) if k != number)
        total += contour.area_mm2 * (-1) ** depth
    return total


def _inside(point: Points, polygon: Points) -> bool:
    """Whether a point lies inside a polygon (n, 2)."""
    a, b = polygon, np.roll(polygon, -1, axis=0)
    crosses = (a[:, 1] > point[1]) != (b[:, 1] > point[1])
    steps = np.where(crosses, b[:, 1] - a[:, 1], 1.0)
    at = a[:, 0] + (point[1] - a[:, 1]) * (b[:, 0] - a[:, 0]) / steps
    return bool((crosses & (point[0] < at)).sum() % 2)
