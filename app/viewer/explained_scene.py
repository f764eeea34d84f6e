"""An explanation within the scene of a volume: nested surfaces, or a second volume of coloured mist.

Lives in the render thread. The map keeps the model's own blocks: nothing is smoothed between them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonDataModel import vtkPiecewiseFunction
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkColorTransferFunction,
    vtkProp,
    vtkRenderer,
    vtkVolume,
    vtkVolumeProperty,
)

from app.overlays import OverlayMode
from app.viewer.map_in_space import MapInSpace, Side
from app.viewer.surfaces import actor_of, surface_of
from app.viewer.volume_casters import Casters, grid, placing
from app.viewer.volume_request import Detail

_FINER = 4  # cells along each edge of a block, so that its corners stay corners
_MOST = 4_000_000  # of such cells
_OUTER = 0.28  # opacity of the surfaces round the innermost, which is not seen through
_MIST = 0.08  # opacity per millimetre of the strongest, at the reader's full opacity


class ExplainedScene:
    """Surfaces and mist of one map; made anew when another map is asked for."""

    def __init__(self, renderer: vtkRenderer, *, software: bool) -> None:
        self._renderer, self._software = renderer, software
        self._shown: MapInSpace | None = None
        self._props: list[vtkProp] = []

    def show(self, explained: MapInSpace | None) -> None:
        """Show this instead of the last one."""
        if explained is self._shown:
            return
        for prop in self._props:
            self._renderer.RemoveViewProp(prop)
        self._shown = explained
        self._props = [] if explained is None else self._made(explained)
        for prop in self._props:
            self._renderer.AddViewProp(prop)

    def _made(self, explained: MapInSpace) -> list[vtkProp]:
        if explained.mode is OverlayMode.CONTOUR:
            return [actor for side in explained.sides for actor in nested(side, explained.affine_lps)]
        return [self._mist(side, explained) for side in explained.sides]

    def _mist(self, side: Side, explained: MapInSpace) -> vtkVolume:
        step_mm = float(np.linalg.norm(explained.affine_lps[:3, :3], axis=0).min())
        padded, affine = _padded(side.strengths, explained.affine_lps)
        casters = Casters(grid(padded, affine), step_mm / 4, software=self._software)
        mist = vtkVolume()
        mist.SetMapper(casters.mapper("composite", Detail.FULL, None))
        mist.SetProperty(_mist_property(side, explained))
        mist.SetUserMatrix(placing(affine))
        return mist


def nested(side: Side, affine_lps: NDArray[np.float64]) -> list[vtkActor]:
    """A surface round all blocks at and above each level; the innermost cannot be seen through."""
    finer = _FINER if side.strengths.size * _FINER**3 <= _MOST else 1
    made = []
    for number, level in enumerate(side.levels):
        mask, affine = _in_cells(side.strengths >= level, affine_lps, finer)
        rgb = tuple(round(255 * channel) for channel in side.rgb)
        surface = surface_of(mask, affine, rounds=0)
        made.append(actor_of(surface, (rgb[0], rgb[1], rgb[2]), 1.0 if number == 0 else _OUTER))
    return made


def _in_cells(
    mask: NDArray[np.bool_], affine_lps: NDArray[np.float64], finer: int
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Each block as `finer` cells along each edge, in their place."""
    for axis in range(3):
        mask = np.repeat(mask, finer, axis=axis)
    affine = affine_lps.copy()
    affine[:3, :3] = affine_lps[:3, :3] / finer
    shift = np.full(3, (1 - finer) / (2 * finer))
    affine[:3, 3] = affine_lps[:3, 3] + affine_lps[:3, :3] @ shift
    return mask, affine


def _padded(
    strengths: NDArray[np.float32], affine_lps: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """With nothing all round: the outer blocks are seen to their ends, and one slice has depth."""
    affine = affine_lps.copy()
    affine[:3, 3] = affine_lps[:3, 3] - affine_lps[:3, :3].sum(axis=1)
    return np.pad(strengths, 1), affine


def _mist_property(side: Side, explained: MapInSpace) -> vtkVolumeProperty:
    opacity, colour = vtkPiecewiseFunction(), vtkColorTransferFunction()
    low = max(explained.threshold, explained.limit * 1e-3)
    opacity.AddPoint(0.0, 0.0)
    opacity.AddPoint(low * 0.999, 0.0)
    opacity.AddPoint(low, _MIST * explained.opacity * low / explained.limit)
    opacity.AddPoint(max(explained.limit, low * 1.001), _MIST * explained.opacity)
    colour.AddRGBPoint(0.0, *side.rgb)
    colour.AddRGBPoint(explained.limit, *side.rgb)
    made = vtkVolumeProperty()
    made.SetScalarOpacity(opacity)
    made.SetColor(colour)
    made.SetInterpolationTypeToLinear()
    made.ShadeOff()
    return made
