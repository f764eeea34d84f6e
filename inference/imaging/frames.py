"""The pictures of one file, native or compressed, grey or colour: decoded when asked for."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.errors import PixelError
from inference.imaging.codecs import Decoded, decode
from inference.imaging.codestream import Codestream, Coding, inspect
from inference.imaging.colour import RGB, is_colour, luminance, to_rgb
from inference.imaging.encapsulated import FrameIndex, frame_index, read_frame
from inference.imaging.layout import Layout
from inference.imaging.modality import Modality, blank_padding, modality_of
from inference.imaging.mosaic import Mosaic, mosaic_of
from inference.imaging.native import clean, read_native
from inference.imaging.part10 import NATIVE
from inference.imaging.pixel_source import PixelSource, pixel_source

Stored = NDArray[Any]


class Frames:
    """One open file. Reading is safe from several threads."""

    def __init__(self, path: Path) -> None:
        self.source: PixelSource = pixel_source(path)
        self.name = path.name
        self._kept: Stored | None = None  # the picture of a mosaic while its slices are read

    @cached_property
    def layout(self) -> Layout:
        """How pictures come out of here: as the header says, save where the codestream knows better."""
        if self.mosaic is not None:
            rows, columns = self.mosaic.tile
            return replace(self._whole, rows=rows, columns=columns, frames=self.mosaic.count)
        return self._whole

    @cached_property
    def mosaic(self) -> Mosaic | None:
        """How the one picture of the file is tiled with slices; None where it is not."""
        kind = self.source.header.get("ImageType") or ()
        return mosaic_of(self.source.path) if "MOSAIC" in [str(word) for word in kind] else None

    @cached_property
    def _whole(self) -> Layout:
        """How the stored pictures come out."""
        layout = self.source.layout
        if not self.source.encapsulated:
            return layout
        stream = self._stream
        signed = layout.signed or (stream.coding is Coding.JPEG_2000 and stream.signed)
        allocated = max(layout.bits_allocated, 16 if stream.precision > 8 else 8)
        return replace(layout, signed=signed, bits_allocated=allocated)

    @cached_property
    def _stream(self) -> Codestream:
        """The markers of the first picture."""
        data, _ = read_frame(self.source, self._index, 0)
        return inspect(data)

    @cached_property
    def _index(self) -> FrameIndex:
        return frame_index(self.source)

    @property
    def is_colour(self) -> bool:
        """Ask `colour` rather than `grey`."""
        return is_colour(self.source.layout)

    @property
    def is_compressed(self) -> bool:
        """Reading takes a decoder."""
        return self.source.encapsulated

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What is odd about the file as a whole."""
        if not self.source.encapsulated:
            return self.source.warnings
        notes = [*self.source.warnings, *self._index.warnings]
        if self.source.syntax in NATIVE:
            notes.append(f"{self.name} calls itself uncompressed but is compressed.")
        stream, signed = self._stream, self.source.layout.signed
        if stream.coding is Coding.JPEG_2000 and stream.signed != signed:
            here, there = ("signed", "unsigned")[:: 1 if signed else -1]
            notes.append(f"{self.name}: its header calls the pixels {here}, the compressed picture {there}.")
        return tuple(notes)

    def modality(self, frame: int) -> Modality:
        """How stored values of a frame become values in a unit."""
        return modality_of(self.source, frame)

    def grey(self, frame: int, out: Stored, modality: Modality) -> tuple[str, ...]:
        """Fill `out` (rows, columns) of `layout.dtype` with stored values and return warnings in words."""
        if self.mosaic is not None:
            return self._tile(self.mosaic, frame, out, modality)
        return self._picture(frame, out, modality)

    def _tile(self, mosaic: Mosaic, frame: int, out: Stored, modality: Modality) -> tuple[str, ...]:
        """One slice of a mosaic; the whole of it is kept until its last slice has been asked for."""
        kept, notes = self._kept, tuple[str, ...]()
        if kept is None:
            kept = np.empty((self._whole.rows, self._whole.columns), self._whole.dtype)
            notes = self._picture(0, kept, modality)
        self._kept = kept if frame < mosaic.count - 1 else None
        out[...] = mosaic.slice_of(kept, frame)
        return notes

    def _picture(self, frame: int, out: Stored, modality: Modality) -> tuple[str, ...]:
        blank = modality.mark
        if self.source.encapsulated:
            decoded = self._decoded(frame)
            pixels = luminance(decoded.pixels) if decoded.pixels.ndim == 3 else decoded.pixels
            _place(_signed(pixels, decoded, self._whole), out, blank)
            notes = decoded.warnings
        else:
            notes = read_native(self.source, frame, out, blank=blank)
        blank_padding(out, modality)
        return notes

    def colour(self, frame: int) -> tuple[RGB, tuple[str, ...]]:
        """(rows, columns, 3) RGB 0..255, and warnings in words."""
        layout = self.source.layout
        if self.source.encapsulated:
            decoded = self._decoded(frame)
            pixels, photometric, notes = decoded.pixels, decoded.photometric, decoded.warnings
        else:
            shape = (layout.rows, layout.columns, 3)[: 3 if layout.samples == 3 else 2]
            pixels, photometric = np.empty(shape, layout.dtype), layout.photometric
            notes = read_native(self.source, frame, pixels)
        rgb = to_rgb(pixels, photometric, layout, self.source.header, self.name)
        if rgb.shape[:2] == (layout.rows, layout.columns):
            return rgb, notes
        fitted = np.zeros((layout.rows, layout.columns, 3), np.uint8)
        _place(rgb, fitted, 0)
        return fitted, notes

    def _decoded(self, frame: int) -> Decoded:
        data, whole = read_frame(self.source, self._index, frame)
        if not data:
            raise PixelError(
                f"{self.name}: picture {frame + 1} is empty.", hint="Export it again from the archive."
            )
        decoded = decode(data, self.source.syntax, self.source.layout, self.name)
        if whole or decoded.warnings:
            return decoded
        note = f"{self.name} is cut short; part of picture {frame + 1} may be wrong."
        return replace(decoded, warnings=(note,))


def _signed(pixels: Stored, decoded: Decoded, layout: Layout) -> Stored:
    """Decoded pixels in the type of the layout; most codecs know no sign, so it is put back."""
    if decoded.is_signed or not layout.signed:
        return pixels
    bits = min(decoded.precision, layout.bits_stored)
    values = pixels.astype(layout.dtype.str.replace("i", "u")).view(layout.dtype)
    clean(values, replace(layout, bits_stored=bits, high_bit=bits - 1))
    return values


def _place(pixels: Stored, out: Stored, blank: int) -> None:
    """Copy what fits; the rest is blank."""
    rows, columns = min(len(pixels), len(out)), min(pixels.shape[1], out.shape[1])
    if pixels.shape[:2] != out.shape[:2]:
        out[...] = blank
    out[:rows, :columns] = pixels[:rows, :columns]
