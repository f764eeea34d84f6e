"""What of a picture itself may tell who the patient is: burned-in text, overlays in spare bits."""

from __future__ import annotations

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import UID

from app.deidentification.faces import cautions_of_faces
from inference.errors import ExportError
from inference.imaging.study import Study

# modalities whose pictures often carry a name or a date in their pixels
BURNS_IN = frozenset({"US", "IVUS", "XA", "RF", "ES", "XC", "GM", "SC", "OT"})
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


def has_pixels(dataset: Dataset) -> bool:
    """Whether there is a picture: what holds text or drawings only cannot be cleaned by attribute."""
    return any(name in dataset for name in _PIXELS)


def may_be_burned_in(dataset: Dataset) -> bool:
    """Whether a name or a date may stand in the pixels: the file says so, or does not deny what is usual."""
    said = str(dataset.get("BurnedInAnnotation", "") or "").strip().upper()
    if said in ("YES", "NO"):
        return said == "YES"
    secondary = str(dataset.get("SOPClassUID", "")).startswith(SECONDARY_CAPTURE)
    return secondary or str(dataset.get("Modality", "")).upper() in BURNS_IN


def cautions_before(study: Study) -> tuple[str, ...]:
    """What the headers of a study let expect, before any file is read again."""
    said = []
    burning = sorted({series.modality for series in study.series} & BURNS_IN)
    if burning:
        said.append(
            f"{' and '.join(burning)} pictures often have a name or a date burned into their pixels, "
            "which is not removed. Look at them first."
        )
    return (*said, *cautions_of_faces(study))


def clear_spare_bits(dataset: Dataset) -> bool:
    """Blank the bits above the stored ones where an overlay is kept in them; True where that was done."""
    if not _has_hidden_overlay(dataset):
        return False
    syntax = UID(str(dataset.file_meta.TransferSyntaxUID))
    allocated, stored = int(dataset.BitsAllocated), int(dataset.BitsStored)
    if syntax.is_compressed or allocated not in (8, 16) or int(dataset.HighBit) != stored - 1:
        raise ExportError(
            "An overlay is hidden in its compressed pixels.", hint="Export the study from where it was made."
        )
    order = ">" if not syntax.is_little_endian else "<"
    kind = np.dtype(f"{order}u{allocated // 8}")
    words = np.frombuffer(dataset.PixelData, kind)
    if int(dataset.PixelRepresentation) == 1:  # what is left must stay the same number: extend its sign
        sign = kind.type(1 << (stored - 1))
        low = words & kind.type((1 << stored) - 1)
        words = ((low ^ sign) - sign).astype(kind)
    else:
        words = words & kind.type((1 << stored) - 1)
    dataset.PixelData = words.astype(kind).tobytes()
    return True


def _has_hidden_overlay(dataset: Dataset) -> bool:
    """An overlay of the old kind: its bits lie beside those of the picture."""
    planes = (element for element in dataset if element.tag.group >> 8 == 0x60 and element.tag.elem == 0x0102)
    return any(int(plane.value or 0) > 0 for plane in planes) and "PixelData" in dataset
