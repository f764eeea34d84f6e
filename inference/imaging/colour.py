"""Colour pictures, however stored, as RGB of 8 bits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.errors import PixelError
from inference.imaging.layout import Layout, numbers, quietly
from inference.imaging.tables import count_of, entries, signed_start

RGB = NDArray[np.uint8]
_CHANNELS = ("Red", "Green", "Blue")
_FROM_YBR = np.array([[1.0, 1.0, 1.0], [0.0, -0.344136, 1.772], [1.402, -0.714136, 0.0]], np.float32)


def is_colour(layout: Layout) -> bool:
    """Whether the pictures of a file are shown in colour, without a window."""
    return layout.samples == 3 or layout.photometric == "PALETTE COLOR"


def to_rgb(pixels: NDArray[Any], photometric: str, layout: Layout, header: Dataset, name: str) -> RGB:
    """(rows, columns[, 3]) as decoded -> (rows, columns, 3) RGB 0..255."""
    if photometric == "PALETTE COLOR":
        return palette(header, layout, name)(pixels)
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, axis=-1)
    pixels = _eight_bits(pixels, layout)
    if photometric.startswith("YBR_FULL"):
        return rgb_from_ybr(pixels)
    if photometric.startswith("YBR_PARTIAL"):
        return rgb_from_ybr(_full_range(pixels))
    return pixels


def rgb_from_ybr(pixels: RGB) -> RGB:
    """YBR_FULL of PS3.3 C.7.6.3.1.2 (luminance and two colour differences around 128) -> RGB."""
    centred = pixels.astype(np.float32)
    centred[..., 1:] -= 128
    return _bytes(centred @ _FROM_YBR)


def luminance(pixels: NDArray[Any]) -> NDArray[Any]:
    """(rows, columns, 3) RGB -> (rows, columns) grey in the same type."""
    grey = pixels[..., :3].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    return np.rint(grey).astype(pixels.dtype)


def _eight_bits(pixels: NDArray[Any], layout: Layout) -> RGB:
    if pixels.dtype == np.uint8:
        return pixels
    return _bytes(pixels >> max(0, layout.bits_stored - 8))


def _full_range(pixels: RGB) -> RGB:
    """Luminance 16..235 and colour 16..240 -> 0..255."""
    spread = np.array([255 / 219, 255 / 224, 255 / 224], np.float32)
    centre = np.array([16, 128, 128], np.float32)
    target = np.array([0, 128, 128], np.float32)
    return _bytes((pixels.astype(np.float32) - centre) * spread + target)


def _bytes(values: NDArray[Any]) -> RGB:
    rounded: RGB = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return rounded


class Palette:
    """A table of colours. Values below its first entry take the first colour, above its last the last."""

    def __init__(self, first: int, colours: RGB) -> None:
        self.first = first  # the stored value that has the first colour
        self._colours = colours  # (entries, 3)

    def equals(self, other: Palette) -> bool:
        """Whether the same values have the same colours."""
        return self.first == other.first and np.array_equal(self._colours, other._colours)

    def __call__(self, pixels: NDArray[Any]) -> RGB:
        """Stored values (...) -> (..., 3)."""
        position = pixels.astype(np.int64) - self.first
        return self._colours[np.clip(position, 0, len(self._colours) - 1)]


def palette(header: Dataset, layout: Layout, name: str) -> Palette:
    """The palette of a PALETTE COLOR file; PixelError where it is missing or unreadable."""
    try:
        with quietly():
            first, channels = _channels(header, layout)
    except Exception as error:  # untrusted bytes: they may fail in any way
        raise PixelError(
            f"{name}: its colour table is missing or unreadable.", hint="Export it again from the archive."
        ) from error
    return Palette(first, np.stack(channels, axis=-1))


def _channels(header: Dataset, layout: Layout) -> tuple[int, list[RGB]]:
    found = []
    for channel in _CHANNELS:
        count, first, bits = (int(n) for n in numbers(header, f"{channel}PaletteColorLookupTableDescriptor"))
        data = header.get(f"{channel}PaletteColorLookupTableData")
        if data is None:
            segments = header.get(f"Segmented{channel}PaletteColorLookupTableData")
            data = unfolded(entries(segments, len(segments), bits), count_of(count))
        found.append((signed_start(first, signed=layout.signed), entries(data, count_of(count), bits)))
    length = max(len(values) for _, values in found)
    wide = max(int(values.max(initial=0)) for _, values in found) > 255  # some write 8 bits and say 16
    return found[0][0], [_channel(values, length, wide=wide) for _, values in found]


def _channel(values: NDArray[Any], length: int, *, wide: bool) -> RGB:
    eight = (values >> 8 if wide else values).astype(np.uint8)
    return np.pad(eight, (0, length - len(eight)), mode="edge")


def unfolded(segments: NDArray[Any], count: int) -> NDArray[Any]:
    """A segmented table (PS3.3 C.7.9.2), of bytes or words: runs, lines, and segments used again."""
    out: list[int] = []
    _unfold(
        segments.astype(np.uint8 if segments.dtype.itemsize == 1 else np.uint16), len(segments), 0, out, count
    )
    return np.asarray(out[:count], np.int64)


def _unfold(segments: NDArray[Any], most: int, at: int, out: list[int], count: int) -> None:
    """Append up to `most` segments that begin at `at`."""
    words, size = segments.tolist(), segments.dtype.itemsize
    for _ in range(most):
        if at + 1 >= len(words) or len(out) >= count:
            return
        kind, length = words[at], words[at + 1]
        if kind == 0:
            out += words[at + 2 : at + 2 + length]
            at += 2 + length
        elif kind == 1 and out:
            out += _line(out[-1], words[at + 2], length)
            at += 3
        elif kind == 2 and most == len(words):  # never from within a segment used again
            wide = 4 // size  # the offset has 32 bits and counts bytes
            back = int.from_bytes(segments[at + 2 : at + 2 + wide].tobytes(), "little") // size
            _unfold(segments, length, back, out, count)
            at += 2 + wide
        else:
            raise ValueError(f"unknown segment {kind}")


def _line(start: int, end: int, length: int) -> list[int]:
    return [round(start + (end - start) * step / length) for step in range(1, length + 1)]
