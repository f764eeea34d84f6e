"""NIfTI, NRRD and MHA files beside DICOM: one volume each, told and read like a multi-frame file."""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.errors import FileError
from inference.imaging.facts import SeriesFacts, StudyFacts
from inference.imaging.nifti import affine_of_header, read_nifti
from inference.imaging.placement import plane_of
from inference.imaging.study import DisplaySet, Frame, Instance, Patient
from inference.imaging.upright import turn_of
from inference.imaging.volume import Volume

SYNTAX = "foreign"  # stands for a transfer syntax
SUFFIXES = (".nii", ".nii.gz", ".nrrd", ".mha")
NOTE = "It is no DICOM file: no patient, and left and right are as its writer meant."
MOST_SLICES = 20_000
_HEADER = 352
_HINT = "Check that it holds one three-dimensional grey volume and was copied whole."


@dataclass(frozen=True, eq=False)
class Told:
    """What the header of such a file says; `told_by` turns it upright, as the voxels will be."""

    shape: tuple[int, int, int]  # (slices, rows, columns)
    affine_lps: NDArray[np.float64]

    def upright(self) -> Told:
        """As it is shown."""
        turn = turn_of(self.affine_lps)
        return Told(turn.shape(self.shape), turn.affine(self.affine_lps, self.shape))


def is_foreign(path: Path) -> bool:
    """Whether a file's name says that it is such a volume."""
    return path.name.lower().endswith(SUFFIXES)


def told_by(path: Path) -> Told:
    """Shape and place, without the voxels. FileError where the file holds no such volume."""
    try:
        found = _told_by_nifti(path) if _is_nifti(path) else _told_by_toolkit(path)
    except (OSError, zlib.error, EOFError, struct.error, RuntimeError, ValueError) as error:
        raise FileError(f"{path.name} cannot be read as a volume.", hint=_HINT) from error
    if min(found.shape) < 1 or found.shape[0] > MOST_SLICES:
        raise FileError(f"{path.name} claims an unlikely size.", hint=_HINT)
    if abs(float(np.linalg.det(found.affine_lps[:3, :3]))) < 1e-9 or not np.isfinite(found.affine_lps).all():
        raise FileError(f"{path.name} gives its voxels no size.", hint=_HINT)
    return found.upright()


def read_foreign(display_set: DisplaySet) -> Volume:
    """The volume of a display set, its slices in display order."""
    path = display_set.first.path
    try:
        found = _kept(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror or error}.", hint=_HINT) from error
    order = [frame for _, frame in display_set.frame_index]
    same = order == list(range(len(order)))
    return found if same else _reordered(found, order)


def described(path: Path, uids: tuple[str, str, str, str]) -> tuple[Instance, StudyFacts, SeriesFacts]:
    """A file as an instance of a study of its folder. `uids`: study, series, instance, frame of reference."""
    told = told_by(path)
    study, series, instance, frame = uids
    planes = [plane_of(told.affine_lps, k) for k in range(told.shape[0])]
    frames = tuple(
        Frame(p.position_lps_mm, p.row_lps, p.column_lps, p.spacing_mm, p.slice_gap_mm) for p in planes
    )
    first = frames[0]
    made = Instance(
        path, instance, "", series, study, SYNTAX, "OT", frames=told.shape[0], rows=told.shape[1],
        columns=told.shape[2], photometric="MONOCHROME2", position_lps_mm=first.position_lps_mm,
        row_lps=first.row_lps, column_lps=first.column_lps, spacing_mm=first.spacing_mm,
        slice_thickness_mm=first.slice_thickness_mm, frame_of_reference_uid=frame, warnings=(NOTE,),
        frame_headers=frames,
    )  # fmt: skip
    title = path.name[: -len(next(s for s in SUFFIXES if path.name.lower().endswith(s)))]
    nobody = StudyFacts(Patient(), "", "", f"Folder {path.parent.name}", "", "")
    return made, nobody, SeriesFacts(None, "OT", title, "", "")


@lru_cache(maxsize=2)
def _kept(path: Path, _changed: int) -> Volume:
    """The last files, so that a first picture does not cost a second reading."""
    found = read_nifti(path) if _is_nifti(path) else _read_by_toolkit(path)
    turn = turn_of(found.affine_lps)
    return Volume(turn.voxels(found.voxels), turn.affine(found.affine_lps, found.shape), found.unit)


def _reordered(volume: Volume, order: list[int]) -> Volume:
    affine = volume.affine_lps.copy()
    affine[:3, 3] = volume.to_lps_mm(np.array([order[0], 0, 0]))
    if len(order) > 1:
        affine[:3, 0] *= order[1] - order[0]
    return Volume(volume.voxels[order], affine, volume.unit)


def _is_nifti(path: Path) -> bool:
    return path.name.lower().endswith(SUFFIXES[:2])


def _told_by_nifti(path: Path) -> Told:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with gzip.open(path) if packed else path.open("rb") as stream:
        raw = stream.read(_HEADER)
    if len(raw) < _HEADER or 348 not in (struct.unpack_from("<i", raw)[0], struct.unpack_from(">i", raw)[0]):
        raise FileError(f"{path.name} is not a NIfTI-1 file.", hint=_HINT)
    order = "<" if struct.unpack_from("<i", raw)[0] == 348 else ">"
    rank, columns, rows, slices, *more = struct.unpack_from(f"{order}8h", raw, 40)
    if rank < 3 or any(n > 1 for n in more[: rank - 3]):
        raise FileError(f"{path.name} does not hold one volume.", hint=_HINT)
    return Told((slices, rows, columns), affine_of_header(raw, order))


def _told_by_toolkit(path: Path) -> Told:
    import SimpleITK

    reader = SimpleITK.ImageFileReader()
    reader.SetFileName(str(path))
    reader.ReadImageInformation()
    if reader.GetDimension() != 3 or reader.GetNumberOfComponents() != 1:
        raise FileError(f"{path.name} does not hold one grey volume.", hint=_HINT)
    columns, rows, slices = (int(n) for n in reader.GetSize())
    return Told((slices, rows, columns), _affine(reader))


def _read_by_toolkit(path: Path) -> Volume:
    import SimpleITK

    try:
        image = SimpleITK.ReadImage(str(path))
    except RuntimeError as error:
        raise FileError(f"{path.name} cannot be read as a volume.", hint=_HINT) from error
    return Volume(SimpleITK.GetArrayFromImage(image), _affine(image))


def _affine(image: Any) -> NDArray[np.float64]:
    """The toolkit counts (i, j, k) and is in LPS millimetres already."""
    directions = np.array(image.GetDirection(), float).reshape(3, 3) * np.array(image.GetSpacing(), float)
    affine = np.eye(4)
    affine[:3, :3] = directions[:, ::-1]
    affine[:3, 3] = image.GetOrigin()
    return affine
