"""Grey pictures part of whose values are colours: the supplemental palette of PS3.3 C.7.6.19.

Stored values below the first one of the palette are grey and go through the window. From there on they are
colours, as on perfusion maps and on ultrasound with flow; those beyond the palette take its last colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.errors import PixelError
from inference.imaging.colour import RGB, Palette, palette
from inference.imaging.layout import Layout, quietly, whole
from inference.imaging.modality import Modality, functional_group

_FRAME_TYPES = (
    "MRImageFrameTypeSequence", "CTImageFrameTypeSequence", "PETFrameTypeSequence",
    "MRSpectroscopyFrameTypeSequence", "XRay3DFrameTypeSequence",
)  # fmt: skip
_COLOURED = ("COLOR", "MIXED")
_GREY = "MONOCHROME"


@dataclass(frozen=True, eq=False)
class Supplement:
    """Which values of a picture are colours. `slope` and `intercept` bring stored values to those shown."""

    palette: Palette
    slope: float = 1.0
    intercept: float = 0.0

    def is_colour(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        """Which values are colours."""
        found: NDArray[np.bool_] = self._stored(values) >= self.palette.first
        return found

    def grey_of(self, values: NDArray[Any]) -> NDArray[Any]:
        """(n,) the values that are grey, to find a window from."""
        found: NDArray[Any] = values[~self.is_colour(values)]
        return found

    def over(self, shades: NDArray[np.uint8], values: NDArray[Any]) -> RGB:
        """(rows, columns[, 3]) shades of `values` (rows, columns) -> RGB, colours in their places."""
        rgb = np.repeat(shades[..., None], 3, axis=-1) if shades.ndim == values.ndim else shades.copy()
        stored = self._stored(values)
        coloured = stored >= self.palette.first
        rgb[coloured] = self.palette(stored[coloured])
        return rgb

    def _stored(self, values: NDArray[Any]) -> NDArray[Any]:
        if (self.slope, self.intercept) == (1.0, 0.0) and values.dtype.kind in "iu":
            return values
        before = (np.nan_to_num(values.astype(np.float64)) - self.intercept) / self.slope
        return np.rint(before).astype(np.int64)


def supplement_of(
    header: Dataset, layout: Layout, pictures: Sequence[tuple[int, Modality]], name: str
) -> Supplement | None:
    """The colours of (frame, modality) of one file; None where they are grey, or do not all agree."""
    if layout.samples != 1 or not layout.photometric.startswith(_GREY):
        return None
    if "RedPaletteColorLookupTableDescriptor" not in header:
        return None
    modality = pictures[0][1]
    alike = all((m.slope, m.intercept) == (modality.slope, modality.intercept) for _, m in pictures)
    if not alike or not modality.slope or any(m.table is not None for _, m in pictures):
        return None  # no way back to what is stored
    if not all(_is_presented_in_colour(header, frame) for frame, _ in pictures):
        return None
    try:
        return Supplement(palette(header, layout, name), modality.slope, modality.intercept)
    except PixelError:  # grey is true as far as it goes
        return None


def shared(found: Sequence[Supplement | None]) -> Supplement | None:
    """What holds for all pictures; None where they differ, so that no colour is put where none belongs."""
    first = found[0] if found else None
    if first is None or any(s is None or not _same(s, first) for s in found):
        return None
    return first


def _same(one: Supplement, other: Supplement) -> bool:
    return (one.slope, one.intercept) == (other.slope, other.intercept) and one.palette.equals(other.palette)


def _is_presented_in_colour(header: Dataset, frame: int) -> bool:
    """As the frame says, else the file; ultrasound says in its own way that there is colour."""
    with quietly():
        groups = (functional_group(header, frame, name) for name in _FRAME_TYPES)
        said = next((str(g.get("PixelPresentation") or "") for g in groups if g is not None), "")
        said = (said or str(header.get("PixelPresentation") or "")).strip().upper()
    return said in _COLOURED or (not said and whole(header, "UltrasoundColorDataPresent", 0) == 1)
