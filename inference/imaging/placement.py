"""Headers into our frame and back: the one place that knows how DICOM says where a pixel lies.

DICOM gives the centre of the first pixel, the directions in which column and row index grow, and the gaps
between rows and between columns. We keep a (4, 4) map from the voxel index (k, j, i, 1) to LPS millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from inference.errors import SeriesError
from inference.imaging.study import DisplaySet, Frame, Instance, Kind, Triple

PROJECTIONS = frozenset({"CR", "DX", "MG", "XA", "RF", "US", "IVUS", "IO", "PX", "RG", "RTIMAGE"})
"""Modalities whose pictures are projections or hand-held: they have no place in the patient."""

PLANES = ("sagittal", "coronal", "axial")  # by the axis that the slice normal follows
PLANE_COSINE = np.cos(np.radians(30.0))  # a brain scanned this far off the axis is still called axial
UNIT_TOLERANCE = 0.01
RIGHT_ANGLE_TOLERANCE = 0.01
_SHARED = tuple(
    field for field in fields(Frame) if field.name != "stack"
)  # Frame and Instance agree on these
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Plane:
    """One slice as a DICOM header writes it."""

    position_lps_mm: Triple  # ImagePositionPatient
    row_lps: Triple  # ImageOrientationPatient[:3], direction of growing column index
    column_lps: Triple  # ImageOrientationPatient[3:], direction of growing row index
    spacing_mm: tuple[float, float]  # PixelSpacing: (between rows, between columns)
    slice_gap_mm: float  # centre to centre


def frame_of(instance: Instance, frame: int = 0) -> Frame:
    """What the header says about one frame; frames count from 0."""
    if frame < len(instance.frame_headers):
        return instance.frame_headers[frame]
    return Frame(**{field.name: getattr(instance, field.name) for field in _SHARED})


def is_placed(instance: Instance, frame: int = 0) -> bool:
    """Whether the header puts this frame into the patient."""
    if instance.modality in PROJECTIONS:
        return False
    place = frame_of(instance, frame)
    if not (place.position_lps_mm and place.row_lps and place.column_lps and place.spacing_mm):
        return False
    return directions_are_sound(place.row_lps, place.column_lps) and min(place.spacing_mm) > 0


def directions_are_sound(row_lps: Triple, column_lps: Triple) -> bool:
    """Whether two directions are of length one and at right angles."""
    row, column = np.asarray(row_lps, float), np.asarray(column_lps, float)
    lengths = np.array([np.linalg.norm(row), np.linalg.norm(column)])
    return bool(
        np.all(np.abs(lengths - 1) < UNIT_TOLERANCE) and abs(float(row @ column)) < RIGHT_ANGLE_TOLERANCE
    )


def normal_of(frame: Frame) -> NDArray[np.float64]:
    """(3,) unit normal of a placed frame, row x column."""
    normal = np.cross(np.asarray(frame.row_lps, float), np.asarray(frame.column_lps, float))
    unit: NDArray[np.float64] = normal / np.linalg.norm(normal)
    return unit


def plane_name(normal_lps: NDArray[Any]) -> str:
    """Axial, coronal or sagittal; oblique where the normal is over 30 degrees from every axis."""
    cosines = np.abs(np.asarray(normal_lps, float))
    axis = int(np.argmax(cosines))
    return PLANES[axis] if cosines[axis] >= PLANE_COSINE else "oblique"


def affine_of(display_set: DisplaySet) -> NDArray[np.float64]:
    """(4, 4) voxel index (k, j, i, 1) -> LPS mm of a volume, a cine stack (k counts slices) or one slice.

    The step between slices is measured from the first and the last position, so a tilted stack keeps its
    shear; SliceThickness is used only where there is one slice. SeriesError where there is no grid.
    """
    if display_set.kind in (Kind.DOCUMENT, Kind.STACK):
        raise SeriesError(
            f"The pictures of {display_set.title!r} do not lie on one regular grid.",
            hint="Look at it slice by slice; its warnings say what is irregular.",
        )
    step = display_set.phases if display_set.kind is Kind.CINE_STACK else 1
    first = _picture(display_set, 0)
    slices = len(display_set.frame_index) // step if display_set.kind is not Kind.CINE else 1
    affine = _affine_of_frame(*first)
    if slices > 1:
        last = frame_of(*_picture(display_set, (slices - 1) * step))
        start = np.asarray(frame_of(*first).position_lps_mm, float)
        affine[:3, 0] = (np.asarray(last.position_lps_mm, float) - start) / (slices - 1)
    return affine


def affine_of_picture(instance: Instance, frame: int = 0) -> NDArray[np.float64] | None:
    """(4, 4) of one picture as a one-slice volume; None where the header does not place it."""
    return _affine_of_frame(instance, frame) if is_placed(instance, frame) else None


def pixel_spacing_of(instance: Instance, frame: int = 0) -> tuple[float, float] | None:
    """(between rows, between columns) mm; None where the file gives none; see `spacing_note`."""
    return frame_of(instance, frame).spacing_mm or instance.spacing_mm


def affine_from_plane(plane: Plane) -> NDArray[np.float64]:
    """(4, 4) of a stack that starts at `plane` and goes on along +(row x column)."""
    row, column = np.asarray(plane.row_lps, float), np.asarray(plane.column_lps, float)
    affine = np.eye(4)
    affine[:3, 0] = np.cross(row, column) * plane.slice_gap_mm
    affine[:3, 1] = column * plane.spacing_mm[0]
    affine[:3, 2] = row * plane.spacing_mm[1]
    affine[:3, 3] = plane.position_lps_mm
    return affine


def plane_of(affine_lps: NDArray[Any], slice_index: int = 0) -> Plane:
    """How DICOM writes slice `slice_index` of a grid; what writers put into their headers."""
    matrix = np.asarray(affine_lps, float)
    gaps = np.linalg.norm(matrix[:3, :3], axis=0)
    column, row = matrix[:3, 1] / gaps[1], matrix[:3, 2] / gaps[2]
    return Plane(
        position_lps_mm=_triple(matrix[:3, 3] + slice_index * matrix[:3, 0]),
        row_lps=_triple(row),
        column_lps=_triple(column),
        spacing_mm=(float(gaps[1]), float(gaps[2])),
        slice_gap_mm=float(gaps[0]),
    )


def _affine_of_frame(instance: Instance, frame: int) -> NDArray[np.float64]:
    if not is_placed(instance, frame):
        raise SeriesError(
            "The file does not say where its pixels lie in the patient.",
            hint="It can be looked at, but not measured in the patient's frame.",
        )
    place = frame_of(instance, frame)
    plane = Plane(
        _given(place.position_lps_mm),
        _unit(_given(place.row_lps)),
        _unit(_given(place.column_lps)),
        _given(place.spacing_mm),
        place.slice_thickness_mm or 1.0,
    )
    return affine_from_plane(plane)


def _given(value: _Value | None) -> _Value:
    if value is None:
        raise ValueError("the frame is not placed")
    return value


def _picture(display_set: DisplaySet, index: int) -> tuple[Instance, int]:
    instance, frame = display_set.frame_index[index]
    return display_set.instances[instance], frame


def _unit(direction: Triple) -> Triple:
    vector = np.asarray(direction, float)
    return _triple(vector / np.linalg.norm(vector))


def _triple(vector: NDArray[Any]) -> Triple:
    x, y, z = (float(value) for value in vector)
    return x, y, z
