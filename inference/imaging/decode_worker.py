"""The process in which pictures and pages are decoded: C decoders may hang or abort, and only this ends.

It is run as a file: requests come in on stdin, pictures go out on stdout. Each message is 4 bytes of length,
that much JSON, and a payload of `size` bytes. Decoders are imported when first needed, and nothing else of
this project is, so that a worker starts in a tenth of a second.
"""

from __future__ import annotations

import contextlib
import faulthandler
import io
import json
import os
import struct
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

Facts = dict[
    str, Any
]  # decoder, syntax, photometric, rows, columns, samples, bits_*, signed, deadline_s, size
MEMORY_LIMIT = 4 << 30
_WORDS_S = 4.0  # for the text of a document; what comes later is left out


def main() -> None:
    """Answer requests until stdin ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a C library prints must not reach the answers
    requests = sys.stdin.buffer
    _limit_memory()
    while (request := receive(requests)) is not None:
        facts, data = request
        with _deadline(facts["deadline_s"]):
            answer, payload = _answer(facts, data)
        send(answers, answer, payload)


def send(stream: BinaryIO, facts: Facts, payload: bytes | memoryview) -> None:
    """Write one message."""
    head = json.dumps({**facts, "size": len(payload)}).encode()
    stream.write(struct.pack("<L", len(head)) + head)
    stream.write(payload)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[Facts, bytes] | None:
    """Read one message; None at the end of the stream."""
    length = stream.read(4)
    if len(length) < 4:
        return None
    facts = json.loads(stream.read(struct.unpack("<L", length)[0]))
    return facts, stream.read(facts["size"])


def _answer(facts: Facts, data: bytes) -> tuple[Facts, bytes | memoryview]:
    try:
        pixels = np.ascontiguousarray(DECODERS[facts["decoder"]](data, facts))
    except BaseException as error:  # noqa: BLE001 - some decoders raise past Exception; the answer is a reason
        return {"reason": _reason(error)}, b""
    return {"dtype": pixels.dtype.str, "shape": pixels.shape}, pixels.reshape(-1).view(np.uint8).data


def _reason(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0][:200] or type(error).__name__


def _jpeg(data: bytes, facts: Facts) -> NDArray[Any]:
    """Baseline, extended and progressive JPEG of 8 bits; a cut one is decoded as far as it goes."""
    from PIL import Image, ImageFile

    ImageFile.LOAD_TRUNCATED_IMAGES = True
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        if facts["untransformed"]:
            image.draft("YCbCr", image.size)  # hands the components over as they are
        return np.asarray(image)


def _jpeg_ls(data: bytes, _facts: Facts) -> NDArray[Any]:
    import jpeg_ls

    buffer, info = jpeg_ls.decode_pixel_data(data)
    values = np.frombuffer(buffer, "u1" if info["bits_per_sample"] <= 8 else "<u2")
    rows, columns, samples = info["height"], info["width"], info["components"]
    if samples == 1:
        return values.reshape(rows, columns)
    if info["interleave_mode"] == 0:
        return np.moveaxis(values.reshape(samples, rows, columns), 0, -1)
    return values.reshape(rows, columns, samples)


def _jpeg_2000(data: bytes, _facts: Facts) -> NDArray[Any]:
    import openjpeg

    return np.asarray(openjpeg.decode(data))


def _gdcm(data: bytes, facts: Facts) -> NDArray[Any]:
    """JPEG lossless, and JPEG of 12 bits."""
    import gdcm

    gdcm.Trace.WarningOff()
    gdcm.Trace.ErrorOff()
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(data)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((facts["columns"], facts["rows"], 1))
    image.SetDataElement(element)
    kind = gdcm.PhotometricInterpretation.GetPIType(facts["photometric"])
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    if facts["samples"] > 1:
        image.SetPlanarConfiguration(0)
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(facts["syntax"])))
    stored = facts["bits_stored"]
    image.SetPixelFormat(
        gdcm.PixelFormat(facts["samples"], facts["bits_allocated"], stored, stored - 1, int(facts["signed"]))
    )
    buffer = image.GetBuffer()  # bytes, disguised as text
    if buffer is None:
        raise ValueError("the data are damaged")
    values = np.frombuffer(buffer.encode("utf-8", "surrogateescape"), f"<u{facts['bits_allocated'] // 8}")
    shape = (facts["rows"], facts["columns"], facts["samples"])
    if values.size != np.prod(shape):
        raise ValueError("the data end too early")
    return values.reshape(shape if facts["samples"] > 1 else shape[:2])


def _rle(data: bytes, facts: Facts) -> NDArray[Any]:
    """Byte planes, most significant first, each packed on its own (PS3.5 annex G)."""
    count, *offsets = struct.unpack("<16L", data[:64])
    size, samples = facts["rows"] * facts["columns"], facts["samples"]
    width = facts["bits_allocated"] // 8
    if count != samples * width:
        raise ValueError(f"{count} segments where {samples * width} are needed")
    ends = [*offsets[1:count], len(data)]
    planes = [unpacked(data[a:b], size) for a, b in zip(offsets[:count], ends, strict=True)]
    values = np.empty((size, samples, width), np.uint8)
    for position, plane in enumerate(planes):
        values[:, position // width, width - 1 - position % width] = np.frombuffer(plane, np.uint8)
    shape = (facts["rows"], facts["columns"], samples)
    return values.reshape(-1).view(f"<u{width}").reshape(shape if samples > 1 else shape[:2])


def _pdf_facts(data: bytes, facts: Facts) -> NDArray[Any]:
    """Of a PDF, as JSON: how many pages, (width, height) of those that may be drawn in points, the text."""
    import pypdfium2

    end = time.monotonic() + _WORDS_S
    with pypdfium2.PdfDocument(data) as document:
        count = len(document)
        shown = min(count, facts["most_pages"])
        sizes = [document.get_page_size(number) for number in range(shown)]
        texts: list[str] = []
        for number in range(shown):
            if time.monotonic() > end or sum(map(len, texts)) > facts["most_letters"]:
                break
            texts.append(_page_text(document, number))
    told = {"count": count, "sizes_pt": sizes, "texts": texts}
    return np.frombuffer(json.dumps(told).encode(), np.uint8)


def _page_text(document: Any, number: int) -> str:
    """The text of one page; none where the page is damaged."""
    try:
        return str(document[number].get_textpage().get_text_range())
    except Exception:  # noqa: BLE001 - one bad page does not hide the text of the others
        return ""


def _pdf_page(data: bytes, facts: Facts) -> NDArray[Any]:
    """(rows, columns, 3) RGB of one page. Forms are not set up, so nothing in the file is run."""
    import pypdfium2

    with pypdfium2.PdfDocument(data) as document:
        bitmap = document[facts["page"]].render(
            scale=facts["scale"], may_draw_forms=False, rev_byteorder=True
        )
        return np.array(bitmap.to_numpy()[..., :3])


def unpacked(packed: bytes, size: int) -> bytearray:
    """PackBits: a count below 128 is followed by that many bytes and one more, above 128 by one to repeat."""
    out = bytearray()
    at, end = 0, len(packed)
    while at < end and len(out) < size:
        count = packed[at]
        if count < 128:
            out += packed[at + 1 : at + 2 + count]
            at += 2 + count
        else:
            if count > 128:
                out += packed[at + 1 : at + 2] * (257 - count)
            at += 2 if count > 128 else 1
    if len(out) < size:
        raise ValueError(f"the data end after {len(out)} of {size} bytes")
    return out[:size]


DECODERS: dict[str, Callable[[bytes, Facts], NDArray[Any]]] = {
    "jpeg": _jpeg,
    "jpeg ls": _jpeg_ls,
    "jpeg 2000": _jpeg_2000,
    "gdcm": _gdcm,
    "rle": _rle,
    "pdf facts": _pdf_facts,
    "pdf page": _pdf_page,
}


@contextlib.contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """End this process when the block takes longer, even inside C: the window may be gone by then."""
    faulthandler.dump_traceback_later(seconds, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def _limit_memory() -> None:
    """No core files and a bound on memory, where the system has such limits."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


if __name__ == "__main__":
    main()
