"""A beating ellipsoid in a short-axis stack: its volume is known in every phase, and so is each mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import MRImageStorage

from inference.imaging.placement import plane_of
from inference.models.ventricle_geometry import SliceGeometry
from inference.models.ventricle_stack import ShortAxis
from tests.imaging_fixtures import ROOT, slice_dataset, write_file

ROW_MM, COLUMN_MM = 1.5, 1.25
APEX = np.array([0.62, -0.45, -0.64]) / np.linalg.norm([0.62, -0.45, -0.64])
BEAT_MS = 800.0


@dataclass(frozen=True, eq=False)
class Heart:
    """The stack, the true masks (positions, phases, rows, columns) and volumes (phases,)."""

    stack: ShortAxis
    masks: NDArray[np.bool_]
    volume_ml: NDArray[np.float64]


def affine_at(along_mm: float, *, apex_last: bool = True, shape: tuple[int, int] = (120, 128)):
    """(4, 4) of the picture that far along the normal; the long axis runs through its middle."""
    normal = APEX if apex_last else -APEX
    row = np.cross([0.0, 1.0, 0.2], normal)
    row /= np.linalg.norm(row)
    column = np.cross(normal, row)
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1], affine[:3, 2] = normal * 8, column * ROW_MM, row * COLUMN_MM
    middle = (column * ROW_MM * (shape[0] - 1) + row * COLUMN_MM * (shape[1] - 1)) / 2
    affine[:3, 3] = np.array([10.0, -20.0, 30.0]) + normal * along_mm - middle
    return affine


def heart(
    along_mm=None, *, phases: int = 10, ef: float = 0.6, shape=(120, 128), apex_last: bool = True
) -> Heart:
    """Half-axes 44, 27 and 27 mm in diastole; it shrinks alike everywhere, between two bright squares."""
    along = np.arange(-48.0, 49.0, 8.0) if along_mm is None else np.asarray(along_mm, float)
    squeeze = (1 - np.cos(2 * np.pi * np.arange(phases) / phases)) / 2
    size = np.cbrt(1 - ef * squeeze)  # (phases,)
    rows, columns = np.indices(shape)
    away = np.hypot((rows - (shape[0] - 1) / 2) * ROW_MM, (columns - (shape[1] - 1) / 2) * COLUMN_MM)
    radius = 27 * np.sqrt(np.clip(size[None] ** 2 - (along[:, None] / 44) ** 2, 0, None))
    masks = away < radius[:, :, None, None]
    wall = away < np.where(radius > 0, radius + 9, 0)[:, :, None, None]
    frames = np.where(masks, 400.0, np.where(wall, 120.0, 40.0)).astype(np.float32)
    for corner in (slice(5, 25), slice(-25, -5)):  # something bright and still in every slice
        frames[:, :, corner, corner] = 400.0
    affines = np.stack([affine_at(mm, apex_last=apex_last, shape=shape) for mm in along])
    geometry = SliceGeometry(affines, np.arange(phases) * BEAT_MS / phases, (("set", 0),) * len(along))
    volumes = 4 / 3 * np.pi * 44 * 27 * 27 / 1000 * size**3
    return Heart(ShortAxis(frames, geometry), masks, volumes)


def write_heart(folder, made: Heart, *, series_of=lambda _position: "1", **tags):
    """The stack as DICOM; `series_of` names the series of each slice position."""
    for n, loop in enumerate(made.stack.frames):
        plane = plane_of(made.stack.geometry.affines_lps[n])
        for phase, picture in enumerate(loop):
            d = slice_dataset(
                made.stack.geometry.affines_lps[n], 0, picture.astype(np.int16), series=series_of(n)
            )
            d.SOPClassUID, d.Modality = MRImageStorage, "MR"
            d.StudyDescription, d.SeriesDescription = "Heart", "CINE SAX"
            d.SOPInstanceUID = f"{ROOT}.9.{n + 1}.{phase + 1}"
            d.InstanceNumber = n * len(loop) + phase + 1
            d.TriggerTime = f"{made.stack.geometry.times_ms[phase]:g}"
            d.ImagePositionPatient = [f"{x:.8g}" for x in plane.position_lps_mm]
            for keyword, value in tags.items():
                setattr(d, keyword, value)
            write_file(folder / f"{n:02d}_{phase:02d}.dcm", d)
    return folder
