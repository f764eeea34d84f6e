"""What lies under the pointer, in words: value and stored value, and the place in patient and file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.viewer.cine_slices import CineSlices
from app.viewer.exhibit import Exhibit
from app.viewer.look import Look
from app.viewer.picture_plane import PicturePlane
from app.viewer.slicing import IndexSlices, PictureSlices, Pixels
from inference.imaging.stored import Rescale, Rescales
from inference.imaging.volume import AXES

Place = tuple[int, ...]


@dataclass(frozen=True)
class Probed:
    """Two lines of words; both empty beside the picture."""

    value: str = ""
    place: str = ""


def probe(
    exhibit: Exhibit, look: Look, plane: PicturePlane, pixels: Pixels, pixel: NDArray[np.float64]
) -> Probed:
    """Value and place under (row, column) of the picture on show."""
    if not plane.contains(pixel):
        return Probed()
    row, column = (int(np.floor(float(x) + 0.5)) for x in pixel)
    value = pixels[min(row, pixels.shape[0] - 1), min(column, pixels.shape[1] - 1)]
    voxel = voxel_at(exhibit, look, plane, (row, column))
    said = [f"{value_text(value)} {exhibit.unit}".rstrip(), stored_text(exhibit, look, voxel, value)]
    where = [place_text(plane.to_lps_mm(pixel)) if plane.placed else "", voxel_text(exhibit, voxel)]
    return Probed(" · ".join(filter(None, said)), " · ".join(filter(None, where)))


def voxel_at(exhibit: Exhibit, look: Look, plane: PicturePlane, pixel: tuple[int, int]) -> Place:
    """(slice or frame, row, column) in the order of the series, the nearest where a plane lies askew."""
    if exhibit.volume is None:
        return (look.slice_index, *pixel)
    index = exhibit.volume.to_index(plane.to_lps_mm(np.array(pixel)))
    k, j, i = (int(np.floor(float(x) + 0.5)) for x in index)
    return k, j, i


def voxel_text(exhibit: Exhibit, voxel: Place) -> str:
    """ "i 12 j 34 k 5": column, row and slice, counted from 0; a loop has frames "t" in place of slices."""
    third, row, column = voxel
    several = exhibit.native.count > 1
    letter = "t" if isinstance(exhibit.native, CineSlices) else "k"
    return f"i {column} j {row}" + (f" {letter} {third}" if several else "")


def stored_text(exhibit: Exhibit, look: Look, voxel: Place, value: NDArray[np.generic]) -> str:
    """ "stored 1064"; empty where that is the value itself, or where what is shown stands in no file."""
    number = float(value) if np.ndim(value) == 0 else None
    rescale = rescale_of(exhibit, look, voxel[0])
    if number is None or rescale is None or rescale.is_plain or number == exhibit.padding:
        return ""
    return f"stored {rescale.stored(number):.7g}" if np.isfinite(number) else ""


def rescale_of(exhibit: Exhibit, look: Look, picture: int) -> Rescale | None:
    """How the values of one picture were made; None of slabs and of planes between the voxels."""
    slices = exhibit.slices(look.plane)
    if look.slab_mm or not isinstance(slices, IndexSlices | PictureSlices | CineSlices):
        return None
    if isinstance(slices, PictureSlices):
        shown = slices.pictures.get(picture)
        return shown.rescale if shown is not None else None
    rescales: Rescales = ()
    if isinstance(slices, CineSlices):
        rescales = slices.facts.rescales
    elif exhibit.volume is not None:
        rescales = exhibit.volume.rescales
    return rescales[picture] if 0 <= picture < len(rescales) else None


def value_text(value: NDArray[np.generic]) -> str:
    """One number, or "R 12 G 30 B 200" for colour."""
    if np.ndim(value):
        return " ".join(f"{letter} {int(v)}" for letter, v in zip("RGB", value, strict=False))
    return f"{float(value):.4g}" if np.asarray(value).dtype.kind == "f" else str(int(value))


def place_text(point_lps_mm: NDArray[np.float64]) -> str:
    """A point as a reader says it: "L 12.3 P 4.5 S 33.0 mm"."""
    parts = (f"{AXES[axis][int(x > 0)]} {abs(x):.1f}" for axis, x in enumerate(point_lps_mm))
    return " ".join(parts) + " mm"
