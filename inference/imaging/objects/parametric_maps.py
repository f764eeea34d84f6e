"""Parametric maps and dose grids: values in a unit on their own grid, to be laid over pictures in colour."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.imaging.frames import Frames
from inference.imaging.modality import functional_group
from inference.imaging.objects.grid import Grid, grid_of
from inference.imaging.objects.items import first_text
from inference.imaging.objects.kinds import PARAMETRIC_MAPS
from inference.imaging.objects.opening import check_class, opening
from inference.imaging.objects.real_world import ValueMapping, mappings_in
from inference.imaging.objects.references import References, references_of
from inference.imaging.read import read_volume
from inference.imaging.study import DisplaySet
from inference.imaging.volume import Volume
from inference.progress import Report, silent

WHAT = "a parametric map"


@dataclass(frozen=True, eq=False)
class ValueMap:
    """Values that are laid over a picture.

    values  float32 or float64, not a number where there is none; `values.unit` is the real unit
    """

    title: str
    quantity: str
    values: Volume
    references: References
    warnings: tuple[str, ...] = ()

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest and the highest finite value; (0, 0) where there is none."""
        finite = self.values.voxels[np.isfinite(self.values.voxels)]
        return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def read_map(path: Path, report: Report = silent) -> tuple[ValueMap, ...]:
    """The maps of a file: one, or one for each quantity that its frames are of."""
    frames = Frames(path)
    header = frames.source.header
    check_class(header, path, WHAT, PARAMETRIC_MAPS)
    with opening(path, WHAT):
        grid = grid_of(header, frames.layout, path)
        mapped = [_mapping(header, frame) for frame in range(frames.layout.frames)]
        title = first_text(header, "SeriesDescription", "ContentDescription", "ContentLabel")
        references = references_of(header)
    groups: dict[tuple[str, str, str], list[int]] = {}
    for frame, mapping in enumerate(mapped):
        groups.setdefault((mapping.label, mapping.quantity, mapping.unit), []).append(frame)
    found = []
    for (label, quantity, unit), members in groups.items():
        voxels, notes = _filled(frames, grid, [(f, mapped[f]) for f in members], report)
        name = " · ".join(part for part in (title, label if len(groups) > 1 else "") if part)
        values = Volume(voxels, grid.affine_lps, unit)
        found.append(ValueMap(name or "Map", quantity or label, values, references, (*grid.warnings, *notes)))
    return tuple(found)


def dose_map(display_set: DisplaySet, report: Report = silent) -> ValueMap:
    """A dose grid as a map in its unit."""
    volume = read_volume(display_set, report)
    relative = "Gy" if volume.unit.lower() == "gy" else volume.unit or "relative"
    voxels = replace(volume, voxels=volume.voxels.astype(np.float32), unit=relative)
    frame = References(frame_of_reference_uid=display_set.frame_of_reference_uid)
    return ValueMap(display_set.title, "Dose", voxels, frame, volume.warnings)


def _mapping(header: Dataset, frame: int) -> ValueMapping:
    """What the values of one frame mean; as stored where the file does not say."""
    group = functional_group(header, frame, "RealWorldValueMappingSequence")
    if group is not None:
        holder = Dataset()
        holder.RealWorldValueMappingSequence = [group]
        found = mappings_in(holder)
        if found:
            return found[0]
    found = mappings_in(header)
    return found[0] if found else ValueMapping("", "")


def _filled(
    frames: Frames, grid: Grid, members: list[tuple[int, ValueMapping]], report: Report
) -> tuple[NDArray[np.floating], tuple[str, ...]]:
    """The voxels of one quantity, and what has to be said about them."""
    layout = frames.layout
    exact = np.float64 if layout.dtype.itemsize > 4 else np.float32
    voxels = np.full(grid.shape, np.nan, exact)
    taken: set[int] = set()
    doubled = 0
    stored = np.empty((layout.rows, layout.columns), layout.dtype)
    for done, (frame, mapping) in enumerate(members, start=1):
        frames.grey(frame, stored, frames.modality(frame))
        doubled += grid.slice_of[frame] in taken
        taken.add(grid.slice_of[frame])
        voxels[grid.slice_of[frame]] = mapping.apply(stored)
        report(done / len(members), f"frame {done} of {len(members)}")
    notes = []
    if doubled:
        notes.append(f"{doubled} frames lie where another of the same quantity lies; the last one is shown.")
    if not any(mapping.unit or mapping.label or mapping.quantity for _, mapping in members):
        notes.append("The file does not say what its values are, nor in which unit.")
    return voxels, tuple(notes)
