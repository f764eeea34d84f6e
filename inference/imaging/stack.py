"""Pictures read together into one array, made once: from any number of files, native or compressed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.errors import ReviewError
from inference.imaging.codecs import WORKERS
from inference.imaging.frames import Frames
from inference.imaging.modality import Modality, rescale
from inference.imaging.stored import Rescale, Rescales
from inference.imaging.study import DisplaySet, Instance
from inference.imaging.supplement import Supplement, shared, supplement_of
from inference.imaging.suv import in_suv, uptake_of
from inference.progress import Report, share, silent

MOST_WARNINGS = 8
Outcome = tuple[str, ...] | ReviewError  # warnings, or why there is no picture


@dataclass(frozen=True, eq=False)
class Stack:
    """Pictures in the order asked for.

    pixels    (n, rows, columns) in `unit`, or (n, rows, columns, 3) RGB 0..255
    missing   positions that could not be decoded and are blank
    inverted  low values are bright (MONOCHROME1)
    rescales  how the values of each picture came from stored ones; empty for colour
    supplement  which values are colours, where all pictures have the same
    """

    pixels: NDArray[Any]
    unit: str = ""
    padding: float | None = None
    inverted: bool = False
    missing: frozenset[int] = frozenset()
    warnings: tuple[str, ...] = ()
    rescales: Rescales = ()
    supplement: Supplement | None = None

    @property
    def is_colour(self) -> bool:
        """RGB rather than grey."""
        return self.pixels.ndim == 4


@dataclass(frozen=True, eq=False)
class Task:
    """One picture to read, and its place in the stack."""

    position: int
    frames: Frames
    frame: int
    modality: Modality

    @property
    def blank(self) -> int:
        """The stored value of pixels that are not there."""
        return 0 if self.frames.is_colour else self.modality.mark


def place(display_set: DisplaySet, picture: int) -> tuple[Instance, int]:
    """The instance and the frame of a picture."""
    instance, frame = display_set.frame_index[picture]
    return display_set.instances[instance], frame


@dataclass(frozen=True, eq=False)
class Opened:
    """Pictures whose files are open. What lies in a file that cannot be opened has no task.

    remarks  what is to be said of the files and of their values, before any picture is read
    """

    tasks: tuple[Task, ...]
    remarks: tuple[str, ...] = ()

    @property
    def picture_shape(self) -> tuple[int, ...]:
        """(rows, columns[, 3]) that every picture fits into."""
        layouts = {task.frames.layout for task in self.tasks}
        size = (max(layout.rows for layout in layouts), max(layout.columns for layout in layouts))
        return (*size, 3) if self.tasks[0].frames.is_colour else size

    @property
    def stored_type(self) -> np.dtype[Any]:
        """The type that holds what every picture stores."""
        if self.tasks[0].frames.is_colour:
            return np.dtype(np.uint8)
        return np.result_type(*{task.frames.layout.dtype for task in self.tasks})


def open_pictures(display_set: DisplaySet, pictures: Sequence[int], report: Report = silent) -> Opened:
    """Open the files of some pictures; the first error where none of them can be opened."""
    files, failures = _open(display_set, pictures, report)
    uptake = uptake_of(display_set)
    tasks = tuple(
        Task(position, files[instance], frame, in_suv(files[instance].modality(frame), uptake))
        for position, (instance, frame) in enumerate(display_set.frame_index[p] for p in pictures)
        if instance in files
    )
    if not tasks:
        raise next(iter(failures.values()))
    notes = [uptake.reason] if uptake.reason else []
    notes += [str(error) for error in failures.values()]
    notes += [note for frames in files.values() for note in frames.warnings]
    return Opened(tasks, tuple(notes))


def read_stack(display_set: DisplaySet, pictures: Sequence[int], report: Report) -> Stack:
    """Read some pictures of a display set. One that fails is blank and named; if all do, the first error."""
    opened = open_pictures(display_set, pictures, share(report, 0.0, 0.3))
    tasks = opened.tasks
    pixels = np.empty((len(pictures), *opened.picture_shape), opened.stored_type)
    outcomes = _outcomes(tasks, pixels, share(report, 0.3, 1.0))
    errors = [outcome for outcome in outcomes.values() if isinstance(outcome, ReviewError)]
    if len(errors) == len(tasks):
        raise errors[0]
    done = {position for position, outcome in outcomes.items() if not isinstance(outcome, ReviewError)}
    missing = frozenset(range(len(pictures))) - done
    pixels[sorted(missing)] = tasks[0].blank
    notes = [*opened.remarks, *(str(error) for error in errors)]
    notes += [note for task in tasks if task.position in done for note in _notes(task, outcomes)]
    return _in_unit(pixels, tasks, missing, few(notes))


def _notes(task: Task, outcomes: dict[int, Outcome]) -> tuple[str, ...]:
    outcome = outcomes[task.position]
    return task.modality.warnings + (outcome if isinstance(outcome, tuple) else ())


def _open(
    display_set: DisplaySet, pictures: Sequence[int], report: Report
) -> tuple[dict[int, Frames], dict[int, ReviewError]]:
    """The files that the pictures lie in, by position in `instances`, and those that cannot be opened."""
    files: dict[int, Frames] = {}
    failures: dict[int, ReviewError] = {}
    needed = list(dict.fromkeys(display_set.frame_index[picture][0] for picture in pictures))
    for done, instance in enumerate(needed):
        report(done / len(needed), f"header {done + 1} of {len(needed)}")
        try:
            frames = Frames(display_set.instances[instance].path)
            _ = frames.layout  # a file without a single codestream fails here rather than later
            files[instance] = frames
        except ReviewError as error:
            failures[instance] = error
    return files, failures


def _outcomes(tasks: Sequence[Task], pixels: NDArray[Any], report: Report) -> dict[int, Outcome]:
    """Read each task into its place; compressed ones side by side, in the decoders' own processes."""

    def work(task: Task) -> Outcome:
        try:
            return read_task(task, pixels[task.position])
        except ReviewError as error:
            return error

    pool = ThreadPoolExecutor(WORKERS) if len(tasks) > 1 and tasks[0].frames.is_compressed else None
    try:
        found = {}
        outcomes: Iterator[Outcome] = pool.map(work, tasks) if pool else map(work, tasks)
        for done, (task, outcome) in enumerate(zip(tasks, outcomes, strict=True), start=1):
            found[task.position] = outcome
            report(done / len(tasks), f"picture {done} of {len(tasks)}")
        return found
    finally:
        if pool:
            pool.shutdown(cancel_futures=True)


def read_task(task: Task, out: NDArray[Any]) -> tuple[str, ...]:
    """Fill `out` with one picture as stored, or in colour, and return warnings in words."""
    layout = task.frames.layout
    if task.frames.is_colour:
        picture, notes = task.frames.colour(task.frame)
    elif out.shape == (layout.rows, layout.columns) and out.dtype == layout.dtype:
        return task.frames.grey(task.frame, out, task.modality)
    else:
        picture = np.empty((layout.rows, layout.columns), layout.dtype)
        notes = task.frames.grey(task.frame, picture, task.modality)
    out[...] = task.blank
    out[: layout.rows, : layout.columns] = picture if out.ndim == picture.ndim else picture[..., None]
    return notes


def _in_unit(
    pixels: NDArray[Any], tasks: Sequence[Task], missing: frozenset[int], notes: tuple[str, ...]
) -> Stack:
    first = tasks[0]
    if pixels.ndim == 4:
        return Stack(pixels, missing=missing, warnings=notes)
    by_position = {task.position: task.modality for task in tasks}
    modalities = [by_position.get(position, first.modality) for position in range(len(pixels))]
    return Stack(
        rescale(pixels, modalities, possible_values(tasks)),
        unit_of(modalities),
        first.modality.padding_value,
        first.frames.source.layout.is_inverted,
        missing,
        notes,
        rescales_of(modalities, whole=not first.frames.layout.is_float),
        supplement_in(tasks),
    )


def supplement_in(tasks: Sequence[Task]) -> Supplement | None:
    """Which values are colours. A plain file holds no palette, and most series are of plain files."""
    if tasks[0].frames.source.facts is not None:
        return None
    by_file: dict[Path, list[Task]] = {}
    for task in tasks:
        by_file.setdefault(task.frames.source.path, []).append(task)
    found = []
    for some in by_file.values():
        frames = some[0].frames
        pictures = [(task.frame, task.modality) for task in some]
        found.append(supplement_of(frames.source.header, frames.layout, pictures, frames.name))
    return shared(found)


def unit_of(modalities: Sequence[Modality]) -> str:
    """The unit that all pictures are in; empty where they differ."""
    units = {modality.unit for modality in modalities}
    return units.pop() if len(units) == 1 else ""


def rescales_of(modalities: Sequence[Modality], *, whole: bool) -> Rescales:
    """The way back to stored values; `whole`: the files store whole numbers."""
    return tuple(Rescale(m.slope, m.intercept, whole) if m.table is None else None for m in modalities)


def possible_values(tasks: Sequence[Task]) -> tuple[int, int] | None:
    """The lowest and highest value that the stored bits can hold; None where that is as wide as the type."""
    layouts = {task.frames.layout for task in tasks}
    if any(layout.is_float or layout.bits_stored >= layout.bits_allocated for layout in layouts):
        return None
    ends = [layout.stored_range for layout in layouts]
    padding = [task.modality.mark for task in tasks]
    return min(padding + [low for low, _ in ends]), max(padding + [high for _, high in ends])


def few(notes: Iterable[str]) -> tuple[str, ...]:
    """Each warning once, and not hundreds of them."""
    distinct = tuple(dict.fromkeys(notes))
    if len(distinct) <= MOST_WARNINGS:
        return distinct
    return (*distinct[:MOST_WARNINGS], f"... and {len(distinct) - MOST_WARNINGS} more warnings.")
