"""Display sets to pixels: volumes, loops, single pictures, thumbnails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.errors import PixelError, SeriesError
from inference.imaging import timing
from inference.imaging.foreign import SYNTAX, read_foreign
from inference.imaging.intensity import apply_window, default_window, leaves_dark, percentile_window
from inference.imaging.pixel_source import pixel_source
from inference.imaging.placement import affine_of, affine_of_picture, frame_of, pixel_spacing_of
from inference.imaging.projections import stance_of
from inference.imaging.stack import place, read_stack
from inference.imaging.study import DisplaySet, Kind
from inference.imaging.volume import Cine, Picture, Volume
from inference.progress import Report, silent


def read_volume(display_set: DisplaySet, report: Report = silent, *, phase: int = 0) -> Volume:
    """All slices of a volume on their grid; of a cine stack, those of one phase.

    Slices that cannot be decoded are blank, and warned of. SeriesError where the pictures form no volume.
    """
    if display_set.kind is Kind.CINE:
        raise SeriesError(
            f"{display_set.title!r} is a loop, not a volume.", hint="Play it, or read it as a loop."
        )
    if display_set.first.transfer_syntax_uid == SYNTAX:
        return replace(read_foreign(display_set), warnings=display_set.warnings)
    affine_lps = affine_of(display_set)
    step = display_set.phases if display_set.kind is Kind.CINE_STACK else 1
    stack = read_stack(display_set, range(phase, len(display_set.frame_index), step), report)
    if stack.is_colour:
        raise SeriesError(
            f"{display_set.title!r} is in colour and forms no volume.", hint="Look at it slice by slice."
        )
    notes = display_set.warnings + stack.warnings
    return Volume(stack.pixels, affine_lps, stack.unit, stack.padding, notes, stack.inverted,
                  stack.rescales)  # fmt: skip


def read_cine(display_set: DisplaySet, report: Report = silent, *, position: int = 0) -> Cine:
    """A loop; of a cine stack, the one at slice `position`. Pictures that cannot be decoded are left out."""
    phases = display_set.phases if display_set.kind is Kind.CINE_STACK else len(display_set.frame_index)
    pictures = range(position * phases, (position + 1) * phases)
    stack = read_stack(display_set, pictures, report)
    kept = [i for i in range(len(pictures)) if i not in stack.missing]
    first, frame = place(display_set, pictures[0])
    times = times_of(display_set, pictures)
    return Cine(
        stack.pixels if len(kept) == len(pictures) else stack.pixels[kept],
        times.times_ms[kept],
        times.source,
        pixel_spacing_of(first, frame),
        affine_of_picture(first, frame),
        stack.unit,
        display_set.warnings + times.warnings + stack.warnings,
        stack.inverted,
        tuple(stack.rescales[i] for i in kept) if stack.rescales else (),
        tuple(pictures[i] for i in kept),
    )


def read_picture(display_set: DisplaySet, index: int = 0) -> Picture:
    """The picture at `index` in display order, without reading any other."""
    if not display_set.frame_index:
        raise PixelError(f"{display_set.title!r} holds no pictures.", hint="It may be a report or a plan.")
    instance, frame = place(display_set, index)
    if instance.transfer_syntax_uid == SYNTAX:
        whole = read_foreign(display_set)
        spacing, affine = pixel_spacing_of(instance, frame), affine_of_picture(instance, frame)
        return Picture(
            whole.voxels[index], pixel_spacing_mm=spacing, affine_lps=affine, warnings=instance.warnings
        )
    stack = read_stack(display_set, [index], silent)
    return Picture(
        stack.pixels[0],
        stack.unit,
        stack.inverted,
        stack.padding,
        pixel_spacing_of(instance, frame),
        affine_of_picture(instance, frame),
        instance.warnings + stack.warnings,
        stack.rescales[0] if stack.rescales else None,
    )


def read_thumbnail(display_set: DisplaySet, size: int = 128) -> NDArray[np.uint8]:
    """(rows, columns[, 3]) of the middle picture as it hangs, windowed, at most `size` on its longer side."""
    try:
        picture = read_picture(display_set, len(display_set.frame_index) // 2)
    except PixelError:  # the middle may be what is missing
        picture = read_picture(display_set, 0)
    stance = stance_of(display_set)
    small = _shrunk(picture.pixels, size)
    small = small[:: -1 if stance.flip_down else 1, :: -1 if stance.flip_across else 1]
    if picture.is_colour:
        return small.astype(np.uint8)
    window = default_window(display_set, picture.pixels, padding=picture.padding)
    auto = percentile_window(picture.pixels, padding=picture.padding)
    if display_set.modality == "MR" and leaves_dark(window, auto):  # as where the series hangs
        window = auto
    return apply_window(small, window, inverted=picture.inverted)


def _shrunk(pixels: NDArray[Any], size: int) -> NDArray[Any]:
    """Means over square blocks, so that fine detail does not turn into noise."""
    step = max(1, -(-max(pixels.shape[:2]) // size))
    rows, columns = (n // step * step for n in pixels.shape[:2])
    if step == 1 or not rows or not columns:
        return pixels[:: max(1, step), :: max(1, step)]
    blocks = pixels[:rows, :columns].reshape(rows // step, step, columns // step, step, *pixels.shape[2:])
    means: NDArray[Any] = blocks.mean(axis=(1, 3))
    return means


def times_of(display_set: DisplaySet, pictures: Sequence[int]) -> timing.Timing:
    """When the pictures were taken; those of one file follow its own frame times."""
    places = [place(display_set, picture) for picture in pictures]
    facts = [frame_of(*where) for where in places]
    moments = {"Trigger Time": [fact.trigger_time_ms for fact in facts]}
    if len({instance.path for instance, _ in places}) > 1:
        seconds = [fact.acquired_at_s for fact in facts]
        moments["Acquisition Time"] = [None if s is None else s * 1000 for s in seconds]
    return timing.timing_from(moments, pixel_source(places[0][0].path).header)
