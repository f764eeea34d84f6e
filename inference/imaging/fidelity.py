"""Whether a picture lost anything when it was compressed, as its header says."""

from __future__ import annotations

from pathlib import Path

from pydicom.dataset import Dataset

from inference.imaging.layout import numbers, quietly
from inference.imaging.objects.items import text, texts
from inference.imaging.objects.opening import read_object

_METHODS = {
    "ISO_10918_1": "JPEG",
    "ISO_14495_1": "JPEG-LS",
    "ISO_15444_1": "JPEG 2000",
    "ISO_15444_15": "HTJ2K",
    "ISO_13818_2": "MPEG-2",
    "ISO_14496_10": "H.264",
    "ISO_23008_2": "H.265",
}
LOSSY_SYNTAXES = {
    "1.2.840.10008.1.2.4.50": "JPEG",
    "1.2.840.10008.1.2.4.51": "JPEG",
    "1.2.840.10008.1.2.4.53": "JPEG",
    "1.2.840.10008.1.2.4.81": "JPEG-LS",
}  # those that always lose something; others say so in the header


def compression_of(path: Path, syntax_uid: str) -> str:
    """ "lossy JPEG 12 : 1"; empty where nothing was lost. FileError where the file cannot be read."""
    return compression_from(read_object(path, "a picture"), syntax_uid)


def compression_from(header: Dataset, syntax_uid: str) -> str:
    """The same from a header: what was lost once stays lost, however the file is stored now."""
    with quietly():
        was_lossy = text(header, "LossyImageCompression") == "01"
        methods = texts(header, "LossyImageCompressionMethod")
        ratios = numbers(header, "LossyImageCompressionRatio")
    if not was_lossy and syntax_uid not in LOSSY_SYNTAXES:
        return ""
    method = _METHODS.get(methods[-1].strip().upper(), "") if methods else ""
    method = method or LOSSY_SYNTAXES.get(syntax_uid, "")
    times = 1.0
    for ratio in ratios:  # each compression adds to the one before
        times *= max(float(ratio), 1.0)
    share = f"{times:.0f} : 1" if times >= 1.5 else ""
    return " ".join(part for part in ("lossy", method, share) if part)
