"""A loop whose files are open: what is known of it at once, and each frame when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.errors import PixelError
from inference.imaging import timing
from inference.imaging.modality import Modality, rescale
from inference.imaging.pixel_source import pixel_source
from inference.imaging.placement import affine_of_picture, frame_of, pixel_spacing_of
from inference.imaging.stack import (
    Task,
    few,
    open_pictures,
    place,
    possible_values,
    read_task,
    rescales_of,
    supplement_in,
    unit_of,
)
from inference.imaging.stored import Rescales
from inference.imaging.study import DisplaySet, Kind
from inference.imaging.volume import LoopFacts
from inference.progress import Report, silent

_HINT = "Copy it again from its source; the other frames are not affected."


@dataclass(frozen=True, eq=False)
class OpenLoop:
    """Reads single frames, converted as `read_cine` converts all of them. Safe from several threads.

    A frame that cannot be read stays in its place: nothing is known of it before it is asked for.

    dtype  of the values; as narrow as every value that the files may hold allows
    """

    facts: LoopFacts
    frame_shape: tuple[int, ...]  # (rows, columns[, 3])
    dtype: np.dtype[Any]
    _tasks: Mapping[int, Task]
    _possible: tuple[int, int] | None

    @property
    def count(self) -> int:
        """How many frames there are."""
        return len(self.facts.times_ms)

    @cached_property
    def is_compressed(self) -> bool:
        """Reading takes a decoder in a process of its own, of which there are several."""
        return next(iter(self._tasks.values())).frames.is_compressed

    def read(self, frame: int, out: NDArray[Any]) -> tuple[str, ...]:
        """Fill `out` (rows, columns[, 3]) of `dtype`, return warnings in words; ReviewError if it fails."""
        task = self._tasks.get(frame)
        if task is None:
            raise PixelError(f"The file of frame {frame + 1} cannot be opened.", hint=_HINT)
        try:
            return self._read(task, out)
        except OSError as error:  # such as a medium that was taken out meanwhile
            reason = error.strerror or error
            raise PixelError(f"{task.frames.name} cannot be read: {reason}.", hint=_HINT) from error

    def _read(self, task: Task, out: NDArray[Any]) -> tuple[str, ...]:
        if task.frames.is_colour or _is_plain(task.modality):
            return read_task(task, out)
        stored = np.empty((1, *self.frame_shape), _stored_type(self._tasks))
        notes = read_task(task, stored[0])
        out[...] = rescale(stored, [task.modality], self._possible)[0]
        return notes


def open_loop(display_set: DisplaySet, report: Report = silent, *, position: int = 0) -> OpenLoop:
    """Open the files of a loop; of a cine stack, of the one at slice `position`."""
    pictures = pictures_of(display_set, position)
    opened = open_pictures(display_set, pictures, report)
    tasks = {task.position: task for task in opened.tasks}
    first = opened.tasks[0]
    modalities = [tasks.get(position, first).modality for position in range(len(pictures))]
    colour, is_float = first.frames.is_colour, first.frames.layout.is_float
    possible = None if colour else possible_values(opened.tasks) or _whole_range(opened.stored_type)
    facts = facts_of(
        display_set,
        pictures,
        unit="" if colour else unit_of(modalities),
        inverted=not colour and first.frames.source.layout.is_inverted,
        rescales=() if colour else rescales_of(modalities, whole=not is_float),
        notes=few(opened.remarks),
    )
    if not colour:
        facts = replace(facts, supplement=supplement_in(opened.tasks))
    dtype = opened.stored_type if colour else _type_of(opened.stored_type, modalities, possible)
    return OpenLoop(facts, opened.picture_shape, dtype, tasks, possible)


def pictures_of(display_set: DisplaySet, position: int = 0) -> range:
    """The pictures of a loop in its display set; of a cine stack, those at slice `position`."""
    phases = display_set.phases if display_set.kind is Kind.CINE_STACK else len(display_set.frame_index)
    return range(position * phases, (position + 1) * phases)


def facts_of(
    display_set: DisplaySet, pictures: Sequence[int], *, unit: str, inverted: bool, rescales: Rescales,
    notes: tuple[str, ...],
) -> LoopFacts:  # fmt: skip
    """All of a loop but its pixels."""
    first, frame = place(display_set, pictures[0])
    times = times_of(display_set, pictures)
    return LoopFacts(
        times.times_ms,
        times.source,
        pixel_spacing_of(first, frame),
        affine_of_picture(first, frame),
        unit,
        display_set.warnings + times.warnings + notes,
        inverted,
        rescales,
        tuple(pictures),
    )


def times_of(display_set: DisplaySet, pictures: Sequence[int]) -> timing.Timing:
    """When the pictures were taken; those of one file follow its own frame times."""
    places = [place(display_set, picture) for picture in pictures]
    facts = [frame_of(*where) for where in places]
    moments = {"Trigger Time": [fact.trigger_time_ms for fact in facts]}
    if len({instance.path for instance, _ in places}) > 1:
        seconds = [fact.acquired_at_s for fact in facts]
        moments["Acquisition Time"] = [None if s is None else s * 1000 for s in seconds]
    return timing.timing_from(moments, pixel_source(places[0][0].path).header)


def _is_plain(modality: Modality) -> bool:
    return modality.table is None and (modality.slope, modality.intercept) == (1.0, 0.0)


def _stored_type(tasks: Mapping[int, Task]) -> np.dtype[Any]:
    return np.result_type(*{task.frames.layout.dtype for task in tasks.values()})


def _whole_range(stored: np.dtype[Any]) -> tuple[int, int] | None:
    """Every value of the type: what the pictures really hold is not known before they are read."""
    if stored.kind not in "iu":
        return None
    info = np.iinfo(stored)
    return int(info.min), int(info.max)


def _type_of(
    stored: np.dtype[Any], modalities: Sequence[Modality], possible: tuple[int, int] | None
) -> np.dtype[Any]:
    """The type of the values, found as for a picture of one pixel of each kind."""
    kinds = list({(m.slope, m.intercept, id(m.table)): m for m in modalities}.values())
    return rescale(np.zeros((len(kinds), 1, 1), stored), kinds, possible).dtype
