"""Segments as smooth surfaces in a VTK scene. Lives in the render thread."""

from __future__ import annotations

import numpy as np
import pyvista
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer

from inference.imaging.segments import Segment, SegmentMap

MOST_VOXELS = 1_500_000  # of the labels that surfaces are made from
_OPACITY = 0.55
_ROUNDS = 12  # of smoothing that keeps the volume


class Surfaces:
    """One actor for each visible segment; made when other segments are asked for."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self._renderer = renderer
        self._shown: SegmentMap | None = None
        self._actors: list[vtkActor] = []

    def show(self, segments: SegmentMap | None) -> None:
        """Show these instead of the last ones."""
        if segments is self._shown:
            return
        for actor in self._actors:
            self._renderer.RemoveActor(actor)
        self._shown = segments
        self._actors = [] if segments is None else actors_of(segments)
        for actor in self._actors:
            self._renderer.AddActor(actor)


def actors_of(segments: SegmentMap) -> list[vtkActor]:
    """An actor for each visible segment that has voxels."""
    labels, affine = thinned_labels(segments.labels.voxels, segments.labels.affine_lps)
    present = set(np.unique(labels).tolist())
    visible = [s for s in segments.segments if s.visible and s.number in present]
    return [_actor(surface_of(labels == s.number, affine), s) for s in visible]


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


def surface_of(mask: NDArray[np.bool_], affine_lps: NDArray[np.float64]) -> pyvista.PolyData:
    """The closed surface round a mask, in LPS millimetres."""
    padded = np.pad(mask, 1).astype(np.float32)
    grid = pyvista.ImageData(dimensions=padded.shape[::-1])
    grid.point_data["inside"] = padded.reshape(-1)  # x runs fastest, as columns do
    found = grid.contour([0.5], scalars="inside", method="flying_edges")
    if found.n_points:
        found = found.smooth_taubin(n_iter=_ROUNDS, pass_band=0.1)
    index = np.asarray(found.points, float)[:, ::-1] - 1  # (k, j, i), less the padding
    found.points = (index @ affine_lps[:3, :3].T + affine_lps[:3, 3]).astype(np.float32)
    return found


def _actor(surface: pyvista.PolyData, segment: Segment) -> vtkActor:
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(surface.compute_normals(auto_orient_normals=True) if surface.n_points else surface)
    mapper.ScalarVisibilityOff()
    actor = vtkActor()
    actor.SetMapper(mapper)
    look = actor.GetProperty()
    look.SetColor(*(channel / 255 for channel in segment.rgb))
    look.SetOpacity(_OPACITY)
    look.SetSpecular(0.2)
    return actor
