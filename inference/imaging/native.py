"""Uncompressed pixels: from the file straight into the array that will be shown, without a second copy."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from inference.errors import PixelError
from inference.imaging.layout import Layout
from inference.imaging.pixel_source import PixelSource

Stored = NDArray[Any]  # (rows, columns[, samples]) as stored, before any rescale


def read_native(source: PixelSource, frame: int, out: Stored, *, blank: int = 0) -> tuple[str, ...]:
    """Fill `out` with one frame and return warnings in words.

    `out` is C-contiguous, (rows, columns[, samples]) in `source.layout.dtype`. Pixels that a cut file no
    longer has become `blank` and are named in the warning; PixelError where nothing of the frame is left.
    """
    layout = source.layout
    if (
        layout.bits_allocated == 1
        or layout.frame_bits != out.nbytes * 8
        or (layout.samples > 1 and layout.planar)
    ):
        data, share = _rough(source, frame)
        out[...] = _arranged(data, layout)
    else:
        share = _straight(source, frame, out)
    clean(out, layout)
    if share >= 1:
        return ()
    out.reshape(-1)[int(out.size * share) :] = (
        blank  # of a picture by plane or by bit, more is lost than this
    )
    return (f"{source.path.name} is cut short: {share:.0%} of the picture is there, the rest is blank.",)


def _straight(source: PixelSource, frame: int, out: Stored) -> float:
    """The usual case: stored as shown. Returns the share of the bytes that were there."""
    start = frame * out.nbytes
    there = _there(source, start, out.nbytes)
    target = out.reshape(-1).view(np.uint8).data
    with source.open() as file:
        file.seek(source.offset + start)
        filled = _fill(file, target[:there])
    target[filled:] = bytes(out.nbytes - filled)
    if _swapped(source):
        _swap(out, source.layout)
    return filled / out.nbytes


def _rough(source: PixelSource, frame: int) -> tuple[NDArray[np.uint8], float]:
    """The bytes of a frame that needs rearranging (bits for 1-bit pixels), and the share that was there."""
    bits = source.layout.frame_bits
    first, last = frame * bits // 8, -(-(frame + 1) * bits // 8)
    there = _there(source, first, last - first)
    data = np.zeros(last - first, np.uint8)
    with source.open() as file:
        file.seek(source.offset + first)
        filled = _fill(file, data.data[:there])
    if _swapped(source) and source.layout.bits_allocated <= 8:
        data[: len(data) // 2 * 2] = data[: len(data) // 2 * 2].reshape(-1, 2)[:, ::-1].reshape(-1)
    if source.layout.bits_allocated == 1:  # frames are not aligned to bytes
        data = np.unpackbits(data, bitorder="little")[frame * bits - first * 8 :][:bits]
    elif _swapped(source):
        data = data.view(source.layout.dtype).byteswap().view(np.uint8)
    return data, filled / (last - first)


def _there(source: PixelSource, start: int, wanted: int) -> int:
    """How many of the wanted bytes the file has."""
    there = min(wanted, source.length - start)
    if there <= 0:
        raise PixelError(
            f"{source.path.name} is cut short: nothing of this picture is left.",
            hint="Copy the file again from its source; the other files of the study are not affected.",
        )
    return there


def _fill(file: BinaryIO, target: memoryview) -> int:
    """Read until `target` is full or the file ends."""
    done = 0
    while done < len(target):
        count = cast(Any, file).readinto(target[done:])
        if not count:
            break
        done += count
    return done


def _swapped(source: PixelSource) -> bool:
    """Big endian; bytes stand swapped in pairs even in 8-bit pixels where they were written as words."""
    return source.layout.big_endian and (source.layout.bits_allocated > 8 or source.vr == "OW")


def _swap(out: Stored, layout: Layout) -> None:
    if layout.bits_allocated > 8:
        out.byteswap(inplace=True)
        return
    flat = out.reshape(-1).view(np.uint8)
    even = flat[: len(flat) // 2 * 2].reshape(-1, 2)
    even[:] = even[:, ::-1].copy()


def _arranged(data: NDArray[np.uint8], layout: Layout) -> Stored:
    """(rows, columns[, samples]) of a frame that is stored by plane, by bit, or with shared colour."""
    if layout.bits_allocated == 1:
        return data.reshape(layout.rows, layout.columns)
    values = data.view(layout.dtype)
    if layout.photometric == "YBR_FULL_422" and layout.samples == 3:
        return _spread_colour(values, layout)
    planes = values.reshape(layout.samples, layout.rows, layout.columns)
    return np.moveaxis(planes, 0, -1)


def _spread_colour(values: Stored, layout: Layout) -> Stored:
    """Y Y Cb Cr for every two pixels -> Y Cb Cr for each."""
    pairs = values.reshape(layout.rows, layout.columns // 2, 4)
    out = np.empty((layout.rows, layout.columns // 2, 2, 3), values.dtype)
    out[..., 0] = pairs[..., :2]
    out[..., 1:] = pairs[..., None, 2:]
    return out.reshape(layout.rows, layout.columns, 3)


def clean(out: Stored, layout: Layout) -> None:
    """Leave only the stored bits, in place: shift from the high bit, drop overlays, extend the sign."""
    if layout.is_float or layout.bits_allocated == 1 or layout.bits_stored >= layout.bits_allocated:
        return
    unused = (
        layout.bits_allocated - 1 - layout.high_bit
    )  # bits above the high bit; old files keep overlays there
    at_the_bottom = layout.high_bit == layout.bits_stored - 1
    if at_the_bottom and not layout.signed and not out.max(initial=0) >> layout.bits_stored:
        return
    np.left_shift(out, unused, out=out)
    np.right_shift(
        out, layout.bits_allocated - layout.bits_stored, out=out
    )  # extends the sign where there is one
