"""Segments as smooth surfaces in a VTK scene. Lives in the render thread."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyvista
from numpy.typing import NDArray
from scipy import ndimage
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer

from inference.imaging.segments import Rgb, Segment, SegmentMap

MOST_VOXELS = 1_500_000  # of the labels that surfaces are made from
_AROUND = 0.3  # opacity of what lies round something else
_ROUNDS = 12  # of smoothing that keeps the volume


class Surfaces:
    """One actor for each visible segment; made when other segments are asked for."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self._renderer = renderer
        self._shown: tuple[SegmentMap, ...] = ()
        self._actors: list[vtkActor] = []

    def show(self, segments: Sequence[SegmentMap]) -> None:
        """Show these instead of the last ones."""
        if tuple(segments) == self._shown:
            return
        for actor in self._actors:
            self._renderer.RemoveActor(actor)
        self._shown = tuple(segments)
        self._actors = actors_of(segments)
        for actor in self._actors:
            self._renderer.AddActor(actor)


def actors_of(segment_maps: Sequence[SegmentMap]) -> list[vtkActor]:
    """An actor for each visible segment that has voxels.

    What lies round another segment can be seen through, as an organ round its lesion. The others cannot:
    only so do they stand before and behind the volume in their right depth on every machine.
    """
    made = [found for segment_map in segment_maps for found in _surfaces_of(segment_map)]
    bounds = [np.reshape(surface.bounds, (3, 2)) for surface, _ in made]
    return [
        actor_of(surface, segment.rgb, _AROUND if _holds_any(n, bounds) else 1.0)
        for n, (surface, segment) in enumerate(made)
    ]


def _surfaces_of(segments: SegmentMap) -> list[tuple[pyvista.PolyData, Segment]]:
    """Each segment from its own part of the labels: a small lesion in a large scan keeps every voxel."""
    grid = segments.labels
    places = ndimage.find_objects(grid.voxels.astype(np.int32))
    made = []
    for segment in segments.segments:
        place = places[segment.number - 1] if segment.number <= len(places) else None
        if not segment.visible or place is None:
            continue
        affine = grid.affine_lps.copy()
        affine[:3, 3] = grid.to_lps_mm(np.array([part.start for part in place]))
        part, affine = thinned_labels(grid.voxels[place], affine)
        made.append((surface_of(np.equal(part, segment.number), affine), segment))
    return made


def _holds_any(number: int, bounds: Sequence[NDArray[np.float64]]) -> bool:
    """Whether another segment lies within the bounds of this one."""
    low, high = bounds[number].T
    others = (b for n, b in enumerate(bounds) if n != number)
    return any(bool(np.all(b[:, 0] >= low) and np.all(b[:, 1] <= high)) for b in others)


def thinned_labels(
    labels: NDArray[np.generic], affine_lps: NDArray[np.float64]
) -> tuple[NDArray[np.generic], NDArray[np.float64]]:
    """Every n-th voxel, so that at most MOST_VOXELS are left."""
    steps = [1, 1, 1]
    spacing = np.linalg.norm(affine_lps[:3, :3], axis=0)
    while np.prod([-(-n // s) for n, s in zip(labels.shape, steps, strict=True)]) > MOST_VOXELS:
        steps[int(np.argmin(spacing * steps))] *= 2
    affine = affine_lps.copy()
    affine[:3, :3] = affine_lps[:3, :3] * steps
    return labels[:: steps[0], :: steps[1], :: steps[2]], affine


def surface_of(
    mask: NDArray[np.bool_], affine_lps: NDArray[np.float64], rounds: int = _ROUNDS
) -> pyvista.PolyData:
    """The closed surface round a mask, in LPS millimetres."""
    padded = np.pad(mask, 1).astype(np.float32)
    grid = pyvista.ImageData(dimensions=padded.shape[::-1])
    grid.point_data["inside"] = padded.reshape(-1)  # x runs fastest, as columns do
    found = grid.contour([0.5], scalars="inside", method="flying_edges")
    if found.n_points and rounds:
        found = found.smooth_taubin(n_iter=rounds, pass_band=0.1)
    index = np.asarray(found.points, float)[:, ::-1] - 1  # (k, j, i), less the padding
    found.points = (index @ affine_lps[:3, :3].T + affine_lps[:3, 3]).astype(np.float32)
    return found


def actor_of(surface: pyvista.PolyData, rgb: Rgb, opacity: float) -> vtkActor:
    """A surface in a colour, 0..255."""
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(surface.compute_normals(auto_orient_normals=True) if surface.n_points else surface)
    mapper.ScalarVisibilityOff()
    actor = vtkActor()
    actor.SetMapper(mapper)
    look = actor.GetProperty()
    look.SetColor(*(channel / 255 for channel in rgb))
    look.SetOpacity(opacity)
    look.SetSpecular(0.2)
    return actor
