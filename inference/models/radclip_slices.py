"""What RadCLIP sees of a display set: a few slices, grey as a reader sees them, squared with the aspect kept.

Only the slices that are read are decoded, so that a series larger than memory costs no more than a small one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import interpolate

from inference.errors import SeriesError
from inference.imaging.modality_words import modality_words
from inference.imaging.placement import affine_of, affine_of_picture, pixel_spacing_of
from inference.imaging.stack import place, read_stack
from inference.imaging.study import DisplaySet, Kind
from inference.models.radclip_grey import XRAY, Pixels, Wish, grey_of, not_read
from inference.place import Place
from inference.progress import Report, silent

READ = ("CT", "MR", *XRAY)


@dataclass(frozen=True)
class Square:
    """Where a picture lies in the square that the network sees: rows and columns from `top`, `left`."""

    top: int
    left: int
    rows: int
    columns: int


@dataclass(frozen=True, eq=False)
class Slices:
    """Slices of one display set as the network sees them.

    pixels    (n, image, image, 3) 0..1
    index     (n,) which pictures of the display set they are, in display order
    where     (n,) the adapter's position of each: where it lies between the first and the last slice
    places    of each slice: its patches on their grid
    """

    pixels: Pixels
    index: NDArray[np.int64]
    where: NDArray[np.int64]
    places: tuple[Place, ...]
    warnings: tuple[str, ...] = ()


def reason_against(display_set: DisplaySet) -> str:
    """Why a display set is not read, from its headers alone; empty where nothing speaks against it."""
    if display_set.kind is Kind.DOCUMENT or not display_set.frame_index:
        return "a document, not pictures"
    if display_set.modality not in READ:
        return f"not X-ray, CT or MR but {modality_words(display_set.modality)}"
    if display_set.first.samples_per_pixel > 1:
        return "colour pictures"
    if display_set.kind in (Kind.CINE, Kind.CINE_STACK):
        return "repeated in time"
    return ""


def picked(count: int, most: int) -> NDArray[np.int64]:
    """Which of `count` slices are read: all, or `most` of them evenly spread."""
    if count <= most:
        return np.arange(count)
    return ((np.arange(most) + 0.5) * count / most).astype(np.int64)


def positions(index: NDArray[np.int64], count: int, most: int) -> NDArray[np.int64]:
    """The adapter's position of each slice, by where it lies in the volume."""
    return ((index + 0.5) * most / count).astype(np.int64)


def read_slices(display_set: DisplaySet, wish: Wish, text: str = "", report: Report = silent) -> Slices:
    """Read a display set; `text` says in words what was examined. NotApplicableError where nothing shows."""
    count = len(display_set.frame_index)
    index = picked(count, wish.slices)
    stack = read_stack(display_set, [int(i) for i in index], report)
    if stack.is_colour:
        raise not_read("colour pictures")
    kept = np.array([n for n in range(len(index)) if n not in stack.missing])
    grey = grey_of(display_set, stack, wish, text)[kept]
    seen = index[kept]
    spacing = pixel_spacing_of(*place(display_set, int(seen[0]))) or (1.0, 1.0)
    square = square_of(grey.shape[1:3], spacing, wish.image)
    return Slices(
        pixels=squared(grey, square, wish.image),
        index=seen,
        where=positions(seen, count, wish.slices),
        places=tuple(_place(display_set, int(k), square, wish) for k in seen),
        warnings=stack.warnings,
    )


def square_of(shape: tuple[int, ...], spacing_mm: tuple[float, float], image: int) -> Square:
    """The picture as large as the square allows, in the middle, in its true aspect."""
    height, width = shape[0] * spacing_mm[0], shape[1] * spacing_mm[1]
    longest = max(height, width)
    rows = max(1, round(image * height / longest))
    columns = max(1, round(image * width / longest))
    return Square((image - rows) // 2, (image - columns) // 2, rows, columns)


def squared(grey: Pixels, square: Square, image: int) -> Pixels:
    """(n, rows, columns, 3) -> (n, image, image, 3); black beside the picture."""
    planes = torch.from_numpy(np.ascontiguousarray(grey)).permute(0, 3, 1, 2)
    small = interpolate(
        planes, (square.rows, square.columns), mode="bilinear", antialias=True, align_corners=False
    )
    made = torch.zeros(len(grey), 3, image, image)
    made[:, :, square.top : square.top + square.rows, square.left : square.left + square.columns] = small
    pixels: Pixels = made.permute(0, 2, 3, 1).contiguous().numpy()
    return pixels


def patch_affine(picture: NDArray[np.float64], shape: Sequence[int], square: Square, patch: int) -> Any:
    """(4, 4) patch index (0, j, i, 1) -> LPS mm, from that of the picture's pixels (rows, columns)."""
    step = (patch * shape[0] / square.rows, patch * shape[1] / square.columns)
    first = [
        ((patch - 1) / 2 - start + 0.5) * pixels / drawn - 0.5
        for start, pixels, drawn in (
            (square.top, shape[0], square.rows),
            (square.left, shape[1], square.columns),
        )
    ]
    affine = picture.copy()
    affine[:, 3] = picture @ np.array([0.0, first[0], first[1], 1.0])
    affine[:3, 1] *= step[0]
    affine[:3, 2] *= step[1]
    return affine


def _place(display_set: DisplaySet, index: int, square: Square, wish: Wish) -> Place:
    instance, _frame = place(display_set, index)
    shape = (instance.rows, instance.columns)
    n = wish.image // wish.patch
    picture = _picture_affine(display_set, index)
    return Place(
        display_set_uid=display_set.uid,
        series_uid=display_set.series_uid,
        title=_title(display_set, index),
        frame_of_reference_uid=display_set.frame_of_reference_uid,
        shape=(1, n, n),
        index=np.indices((1, n, n), np.int64).reshape(3, -1).T,
        affine_lps=patch_affine(picture, shape, square, wish.patch),
    )


def _title(display_set: DisplaySet, index: int) -> str:
    """Slices of a volume are one thing to a reader; pictures that form none are named one by one."""
    if display_set.kind in (Kind.VOLUME, Kind.STILL) or len(display_set.frame_index) == 1:
        return display_set.title
    return f"{display_set.title}, picture {index + 1}"


def _picture_affine(display_set: DisplaySet, index: int) -> NDArray[np.float64]:
    """Of one picture: on the volume's grid, as its own header has it, or in its own millimetres."""
    instance, frame = place(display_set, index)
    if display_set.kind is Kind.VOLUME:
        try:
            affine = affine_of(display_set)
            affine[:3, 3] += index * affine[:3, 0]
            return affine
        except SeriesError:  # placed by its pictures alone
            pass
    placed = affine_of_picture(instance, frame)
    if placed is not None:
        return placed
    rows_mm, columns_mm = pixel_spacing_of(instance, frame) or (1.0, 1.0)
    return np.array([[0, 0, columns_mm, 0], [0, rows_mm, 0, 0], [1, 0, 0, index], [0, 0, 0, 1.0]])
