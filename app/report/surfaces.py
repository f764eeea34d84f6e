"""Surfaces of segments as STL files: in millimetres of the patient, LPS, one file for each segment.

STL itself states neither unit nor frame: the header of each file and the list beside them do.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.errors import ExportError
from inference.imaging.files import write_atomic
from inference.imaging.segments import Segment, SegmentMap
from inference.progress import Report, silent

LIST = "surfaces.json"
SPACE, UNIT = "LPS", "mm"
HEADER = b"Negatoscope SPACE=LPS UNITS=mm"  # the words in which 3D Slicer looks for the frame
_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attributes", "<u2")])

Triangles = NDArray[np.float32]  # (triangles, corners, xyz) LPS millimetres, wound so that normals point out


@dataclass(frozen=True)
class _Made:
    """One surface and what the list says of it."""

    segment: Segment
    title: str
    file: str
    triangles: Triangles
    labels_ml: float


def write_surfaces(
    segment_maps: Sequence[SegmentMap], folder: Path, report: Report = silent, *, replace: bool = False
) -> list[Path]:
    """Write the visible segments into a folder; the files written, the list last.

    ExportError where none has a voxel, or where one of the files is there already, unless it may be replaced.
    """
    wanted = [(m, s) for m in segment_maps for s in m.segments if s.visible]
    made = list[_Made]()
    for number, (segment_map, segment) in enumerate(wanted):
        report(0.9 * number / len(wanted), segment.name)
        triangles = surface_triangles(segment_map, segment.number)
        if len(triangles):
            name = f"{len(made) + 1:02d}-{_harmless(segment.name)}.stl"
            volume_ml = segment_map.volumes_ml[segment.number]
            made.append(_Made(segment, segment_map.title, name, triangles, volume_ml))
    if not made:
        raise ExportError("No segment that is shown has a voxel.", hint="Show a segment first.")
    paths = [folder / name for name in (*(one.file for one in made), LIST)]
    there = [path.name for path in paths if path.exists()]
    if there and not replace:
        raise ExportError(
            f"{folder} already holds {there[0]}; nothing was written.", hint="Choose another folder."
        )
    return _write(made, paths, folder)


def _write(made: Sequence[_Made], paths: list[Path], folder: Path) -> list[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one, path in zip(made, paths[:-1], strict=True):
            write_atomic(path, stl_bytes(one.triangles))
        write_atomic(paths[-1], json.dumps(_told(made), indent=2).encode())
    except OSError as error:
        raise ExportError(
            f"The surfaces cannot be written into {folder}: {error.strerror or error}.",
            hint="Choose a folder that you may write to, with free space.",
        ) from error
    return paths


def surface_triangles(segments: SegmentMap, number: int) -> Triangles:
    """The closed surface round one segment, smoothed as it is on the screen; none where it has no voxel."""
    from app.viewer.surfaces import surface_of

    grid = segments.labels
    place = ndimage.find_objects((grid.voxels == number).astype(np.uint8))
    if not place:
        return np.empty((0, 3, 3), np.float32)
    affine = grid.affine_lps.copy()
    affine[:3, 3] = grid.to_lps_mm(np.array([part.start for part in place[0]]))
    surface = surface_of(np.equal(grid.voxels[place[0]], number), affine).triangulate()
    corners: Triangles = np.asarray(surface.points, np.float32)[surface.faces.reshape(-1, 4)[:, 1:]]
    inside_out = enclosed_ml(corners) < 0
    return corners[:, ::-1] if inside_out else corners


def enclosed_ml(triangles: Triangles) -> float:
    """What a closed surface holds; negative where it is wound inside out."""
    a, b, c = np.moveaxis(triangles.astype(np.float64), 1, 0)
    return float(np.einsum("ij,ij->", a, np.cross(b, c))) / 6000.0


def stl_bytes(triangles: Triangles) -> bytes:
    """Triangles as binary STL."""
    facets = np.zeros(len(triangles), _TRIANGLE)
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    facets["normal"] = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0)
    facets["corners"] = triangles
    return HEADER.ljust(80, b" ") + len(triangles).to_bytes(4, "little") + facets.tobytes()


def _told(made: Sequence[_Made]) -> dict[str, Any]:
    """What the list says: the frame, the unit, and of each surface what it is of."""
    return {
        "space": SPACE,
        "axes": "x to the patient's left, y to the back, z to the head",
        "unit": UNIT,
        "smoothed": True,
        "notice": "not for diagnostic use",
        "surfaces": [
            {
                "file": one.file,
                "segment": one.segment.name,
                "number": one.segment.number,
                "of": one.title,
                "rgb": list(one.segment.rgb),
                "triangles": len(one.triangles),
                "enclosed_ml": round(enclosed_ml(one.triangles), 3),
                "labels_ml": round(one.labels_ml, 3),
            }
            for one in made
        ],
    }


def _harmless(name: str) -> str:
    """Letters and digits of a name: text from a file never becomes a path."""
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in name)
    return "-".join(part for part in kept.split("-") if part)[:40].lower() or "segment"
