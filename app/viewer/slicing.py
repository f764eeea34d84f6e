"""Cut a volume into pictures: by index where its axes agree with the patient's, else resampled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from app.viewer.look import Cut, Oblique, Plane, Slab
from app.viewer.picture_plane import PicturePlane, plane_of_affine, unplaced_plane
from inference.imaging.volume import Picture, Volume

Pixels = NDArray[Any]

# Patient axes (slice, down, across) of each plane, in LPS: seen from the feet, the front, the left.
PATIENT_AXES: dict[Plane, NDArray[np.float64]] = {
    Plane.AXIAL: np.array([(0, 0, 1), (0, 1, 0), (1, 0, 0)], float),
    Plane.CORONAL: np.array([(0, 1, 0), (0, 0, -1), (1, 0, 0)], float),
    Plane.SAGITTAL: np.array([(1, 0, 0), (0, 0, -1), (0, 1, 0)], float),
}
_ALIGNED = (
    0.9998  # cosine within which an index axis counts as a patient axis; the plane keeps the true direction
)
_ROUNDING_MM = 1e-6
_MOST_PIXELS = 1024  # along one edge of a resampled picture


class Slices(Protocol):
    """A row of pictures that one view can scroll through."""

    @property
    def count(self) -> int:
        """How many pictures there are."""
        ...

    def plane(self, index: int) -> PicturePlane:
        """Where picture `index` lies."""
        ...

    def pixels(self, index: int, slab_mm: float = 0.0, slab: Slab = Slab.MEAN) -> Pixels | None:
        """(rows, columns[, 3]) of picture `index`; None where it has not been read yet."""
        ...


@dataclass(frozen=True, eq=False)
class IndexSlices:
    """Slices along an index axis: views of the stored voxels, without a copy."""

    voxels: Pixels  # (slices, rows, columns)
    affine_lps: NDArray[np.float64]
    _planes: dict[int, PicturePlane] = field(default_factory=dict, repr=False)  # asked for at every turn

    @property
    def count(self) -> int:
        """How many slices there are."""
        return int(self.voxels.shape[0])

    def plane(self, index: int) -> PicturePlane:
        """Where slice `index` lies."""
        if index not in self._planes:
            shape = (self.voxels.shape[1], self.voxels.shape[2])
            self._planes[index] = plane_of_affine(self.affine_lps, index, shape)
        return self._planes[index]

    def pixels(self, index: int, slab_mm: float = 0.0, slab: Slab = Slab.MEAN) -> Pixels:
        """One slice, or the slab round it."""
        reach = round(slab_mm / float(np.linalg.norm(self.affine_lps[:3, 0])) / 2)
        if reach == 0:
            single: Pixels = self.voxels[index]
            return single
        thick = self.voxels[max(0, index - reach) : index + reach + 1]
        return _flattened(thick, slab)


@dataclass(frozen=True, eq=False)
class ObliqueSlices:
    """Slices along the patient through a volume that lies askew: one plane is resampled at a time."""

    volume: Volume
    affine_lps: NDArray[np.float64]  # of the new grid (k, j, i, 1)
    shape: tuple[int, int, int]
    outside: float
    _planes: dict[int, PicturePlane] = field(default_factory=dict, repr=False)

    @property
    def count(self) -> int:
        """How many slices there are."""
        return self.shape[0]

    def plane(self, index: int) -> PicturePlane:
        """Where slice `index` lies."""
        if index not in self._planes:
            self._planes[index] = plane_of_affine(self.affine_lps, index, self.shape[1:])
        return self._planes[index]

    def pixels(self, index: int, slab_mm: float = 0.0, slab: Slab = Slab.MEAN) -> Pixels:
        """One resampled slice, or the slab round it."""
        reach = round(slab_mm / float(np.linalg.norm(self.affine_lps[:3, 0])) / 2)
        first, last = max(0, index - reach), min(self.count - 1, index + reach)
        return _flattened(self._sampled((first, 0), (last - first + 1, *self.shape[1:])), slab)

    def rows(self, index: int, first: int, last: int) -> Pixels:
        """(last - first, columns) of one resampled slice: a part of `pixels`, in a part of its time."""
        shape = (1, min(last, self.shape[1]) - first, self.shape[2])
        part: Pixels = self._sampled((index, first), shape)[0]
        return part

    def coarser(self, times: int) -> ObliqueSlices:
        """The same slices of pixels `times` as large; the first pixel's corner stays where it is."""
        affine = self.affine_lps.copy()
        affine[:3, 1:3] *= times
        affine[:3, 3] += (self.affine_lps[:3, 1] + self.affine_lps[:3, 2]) * (times - 1) / 2
        rows, columns = (-(-size // times) for size in self.shape[1:])
        return ObliqueSlices(self.volume, affine, (self.shape[0], rows, columns), self.outside)

    def _sampled(self, start: tuple[int, int], shape: tuple[int, int, int]) -> Pixels:
        """(slices, rows, columns) from slice and row `start` on."""
        to_voxel = np.linalg.inv(self.volume.affine_lps) @ self.affine_lps
        sampled: Pixels = ndimage.affine_transform(
            self.volume.voxels,
            to_voxel[:3, :3],
            offset=to_voxel[:3, 3] + to_voxel[:3, :2] @ start,
            output_shape=shape,
            order=1 if self.volume.supplement is None else 0,  # between two colours there is no third
            cval=self.outside,
        )
        return sampled


@dataclass(eq=False)
class PictureSlices:
    """Pictures that form no regular volume; they arrive one by one."""

    count: int
    shape: tuple[int, int]
    pictures: dict[int, Picture] = field(default_factory=dict)

    def plane(self, index: int) -> PicturePlane:
        """Where picture `index` lies, if it has been read and says so."""
        picture = self.pictures.get(index)
        if picture is None:
            return unplaced_plane(self.shape, None)
        shape = (picture.pixels.shape[0], picture.pixels.shape[1])
        if picture.affine_lps is None:
            return unplaced_plane(shape, picture.pixel_spacing_mm)
        return plane_of_affine(picture.affine_lps, 0, shape)

    def pixels(self, index: int, slab_mm: float = 0.0, slab: Slab = Slab.MEAN) -> Pixels | None:  # noqa: ARG002 - no slabs here
        """Picture `index`, or None while it is being read."""
        picture = self.pictures.get(index)
        return None if picture is None else picture.pixels


def _flattened(thick: Pixels, slab: Slab) -> Pixels:
    """A slab as one picture of the same type."""
    if len(thick) == 1:
        flat: Pixels = thick[0]
    elif slab is Slab.MEAN:
        flat = thick.mean(axis=0, dtype=np.float32).astype(thick.dtype)
    else:
        flat = thick.max(axis=0) if slab is Slab.MAXIMUM else thick.min(axis=0)
    return flat


def slices_of(volume: Volume, plane: Cut = Plane.NATIVE, outside: float | None = None) -> Slices:
    """The pictures of `volume` in `plane`; they ascend to the left, to the back, or to the head.

    outside  the value beside the volume where it is resampled; found from the voxels where it is None
    """
    if plane is Plane.NATIVE:
        return IndexSlices(volume.voxels, volume.affine_lps)
    beside = outside_of(volume) if outside is None else outside
    if isinstance(plane, Oblique):
        axes = np.array([plane.slice_lps, plane.down_lps, plane.across_lps])
        return _oblique(volume, axes, beside, through_lps_mm=np.array(plane.centre_lps_mm))
    return _aligned(volume, plane) or _oblique(volume, PATIENT_AXES[plane], beside)


def _aligned(volume: Volume, plane: Plane) -> IndexSlices | None:
    cosines = PATIENT_AXES[plane] @ volume.directions_lps  # (picture axis, index axis)
    order = np.argmax(np.abs(cosines), axis=1)
    strongest = cosines[np.arange(3), order]
    if len(set(order)) < 3 or np.abs(strongest).min() < _ALIGNED:
        return None
    affine = np.eye(4)
    affine[:3, :3] = volume.affine_lps[:3, order]
    affine[:3, 3] = volume.affine_lps[:3, 3]
    voxels = volume.voxels.transpose(order)
    for axis in np.flatnonzero(strongest < 0):
        affine[:3, 3] += (voxels.shape[axis] - 1) * affine[:3, axis]
        affine[:3, axis] *= -1
        voxels = np.flip(voxels, int(axis))
    return IndexSlices(voxels, affine)


def _oblique(
    volume: Volume,
    axes: NDArray[np.float64],
    outside: float,
    through_lps_mm: NDArray[np.float64] | None = None,
) -> ObliqueSlices:
    """A grid along `axes` (slice, down, across) round the whole volume; one slice passes through a point."""
    ends = np.array(np.meshgrid(*[(0, n - 1) for n in volume.shape])).reshape(3, -1).T
    corners = volume.to_lps_mm(ends) @ axes.T  # along (slice, down, across)
    low, high = corners.min(axis=0), corners.max(axis=0)
    step = max(min(volume.spacing_mm), float((high - low).max()) / _MOST_PIXELS)
    if through_lps_mm is not None:
        ahead = float(axes[0] @ through_lps_mm)
        low[0] = ahead - np.ceil((ahead - low[0]) / step) * step
    affine = np.eye(4)
    affine[:3, :3] = axes.T * step
    affine[:3, 3] = axes.T @ low
    slices, rows, columns = (int(np.ceil(e / step)) + 1 for e in high - low)
    return ObliqueSlices(volume, affine, (slices, rows, columns), outside)


def outside_of(volume: Volume) -> float:
    """What is shown beside a volume: its padding, else its lowest value."""
    if volume.padding is not None:
        return float(volume.padding)
    return float(volume.voxels[::4, ::4, ::4].min())


def nearest_slice(slices: Slices, point_lps_mm: NDArray[Any]) -> int:
    """The slice whose plane lies closest to a point."""
    first, last = slices.plane(0), slices.plane(slices.count - 1)
    gap = float(last.to_pixels(first.origin_lps_mm)[2])
    if slices.count == 1 or abs(gap) < 1e-9:
        return 0
    ahead = float(first.to_pixels(point_lps_mm)[2])
    return int(np.clip(round(ahead / -gap * (slices.count - 1)), 0, slices.count - 1))


def reaches(slices: Slices, point_lps_mm: NDArray[Any]) -> bool:
    """Whether there is a slice at a point; not more than a gap beyond, nor while the ends are unread."""
    first, last = slices.plane(0), slices.plane(slices.count - 1)
    if not (first.placed and last.placed):
        return False
    ends = sorted(float(end.to_pixels(point_lps_mm)[2]) for end in (first, last))
    gap = (ends[1] - ends[0]) / max(1, slices.count - 1)
    beyond = max(gap, first.thickness_mm) + _ROUNDING_MM
    return ends[0] <= beyond and ends[1] >= -beyond
