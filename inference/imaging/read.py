"""Display sets to pixels: volumes, loops, single pictures, thumbnails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.errors import PixelError, SeriesError
from inference.imaging.foreign import SYNTAX, read_foreign
from inference.imaging.intensity import apply_window, default_window, leaves_dark, percentile_window
from inference.imaging.open_loop import facts_of, pictures_of
from inference.imaging.placement import affine_of, affine_of_picture, pixel_spacing_of
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
                  stack.rescales, stack.supplement)  # fmt: skip


def read_cine(display_set: DisplaySet, report: Report = silent, *, position: int = 0) -> Cine:
    """A loop; of a cine stack, the one at slice `position`. Pictures that cannot be decoded are left out."""
    pictures = pictures_of(display_set, position)
    stack = read_stack(display_set, pictures, report)
    kept = [i for i in range(len(pictures)) if i not in stack.missing]
    facts = facts_of(display_set, pictures, unit=stack.unit, inverted=stack.inverted,
                     rescales=stack.rescales, notes=stack.warnings)  # fmt: skip
    return Cine(
        stack.pixels if len(kept) == len(pictures) else stack.pixels[kept],
        facts.times_ms[kept],
        facts.rate_source,
        facts.pixel_spacing_mm,
        facts.affine_lps,
        facts.unit,
        facts.warnings,
        facts.inverted,
        tuple(facts.rescales[i] for i in kept) if facts.rescales else (),
        tuple(facts.pictures[i] for i in kept),
        stack.supplement,
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
        stack.supplement,
    )


def read_thumbnail(display_set: DisplaySet, size: int = 128) -> NDArray[np.uint8]:
    """(rows, columns[, 3]) of the middle picture as it hangs, windowed, at most `size` on its longer side."""
    try:
        picture = read_picture(display_set, len(display_set.frame_index) // 2)
    except PixelError:  # the middle may be what is missing
        picture = read_picture(display_set, 0)
    stance = stance_of(display_set)
    turned = np.s_[:: -1 if stance.flip_down else 1, :: -1 if stance.flip_across else 1]
    return np.ascontiguousarray(_thumbnail(display_set, picture, size)[turned])


def _thumbnail(display_set: DisplaySet, picture: Picture, size: int) -> NDArray[np.uint8]:
    if picture.is_colour:
        return _shrunk(picture.pixels, size).astype(np.uint8)
    grey = picture.pixels if picture.supplement is None else picture.supplement.grey_of(picture.pixels)
    window = default_window(display_set, grey, padding=picture.padding)
    auto = percentile_window(grey, padding=picture.padding)
    if display_set.modality == "MR" and leaves_dark(window, auto):  # as where the series hangs
        window = auto
    if picture.supplement is not None:
        shades = apply_window(picture.pixels, window, inverted=picture.inverted)
        return _shrunk(picture.supplement.over(shades, picture.pixels), size).astype(np.uint8)
    return apply_window(_shrunk(picture.pixels, size), window, inverted=picture.inverted)


def _shrunk(pixels: NDArray[Any], size: int) -> NDArray[Any]:
    """Means over square blocks, so that fine detail does not turn into noise."""
    step = max(1, -(-max(pixels.shape[:2]) // size))
    rows, columns = (n // step * step for n in pixels.shape[:2])
    if step == 1 or not rows or not columns:
        return pixels[:: max(1, step), :: max(1, step)]
    blocks = pixels[:rows, :columns].reshape(rows // step, step, columns // step, step, *pixels.shape[2:])
    means: NDArray[Any] = blocks.mean(axis=(1, 3))
    return means
