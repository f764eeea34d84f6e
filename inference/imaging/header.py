"""One file to what its header tells: robust, quick, and without its pixels."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path

from inference.errors import FileError
from inference.imaging import tags
from inference.imaging.elements import UNDEFINED, Elements, ShortError, read_elements
from inference.imaging.facts import SeriesFacts, StudyFacts, series_facts, study_facts
from inference.imaging.foreign import described, is_foreign
from inference.imaging.instances import SEGMENTATIONS, instance_from, is_image_class, made_uid
from inference.imaging.mosaic import as_slices
from inference.imaging.part10 import DEFLATED, NATIVE, NotDicomError, Start, find_start, inflate
from inference.imaging.study import Instance
from inference.imaging.values import Values

FIRST_READ = 1 << 14
LARGEST_HEADER = 1 << 28
TAIL = 1 << 12
DICOM_SUFFIXES = frozenset({".dcm", ".dicom", ".ima", ".dc3", ".dic", ".acr"})
DICOMDIR = "1.2.840.10008.1.3.10"
_LARGEST_SIDE = 1 << 16
_IDENTITY = (tags.SOP_CLASS, tags.SOP_INSTANCE, tags.STUDY, tags.SERIES, tags.MODALITY)


@dataclass(frozen=True)
class Header:
    """One readable file."""

    instance: Instance
    study: StudyFacts
    series: SeriesFacts


@dataclass(frozen=True)
class Rejected:
    """A file that is not shown. `dicom` where it is, or claims to be, DICOM; `index` for a DICOMDIR."""

    path: Path
    reason: str
    dicom: bool
    index: bool = False


@dataclass(frozen=True)
class _Opened:
    """The bytes that a header needs, and how the file ends."""

    start: Start
    elements: Elements
    size: int  # of the data set: of the file, or inflated
    tail: bytes


def read_header(path: Path) -> Header | Rejected:
    """Read one file up to its pixels; never raises for what the file holds."""
    named = path.suffix.lower() in DICOM_SUFFIXES
    if is_foreign(path):
        return _foreign(path)
    try:
        opened = _open(path)
        return _header(path, opened) if isinstance(opened, _Opened) else opened
    except NotDicomError as error:
        return Rejected(path, str(error), dicom=error.claims or named)
    except OSError as error:
        return Rejected(path, f"It cannot be read: {error.strerror or error}.", dicom=named)
    except Exception as error:  # noqa: BLE001 - untrusted bytes: whatever they do, the other files open
        return Rejected(path, f"Its header is damaged ({type(error).__name__}).", dicom=True)


def _foreign(path: Path) -> Header | Rejected:
    """A volume in another format: a series of its own, in a study of its folder."""
    folder = path.absolute().parent
    uids = (f"study {folder}", f"series {path.absolute()}", f"file {path.absolute()}", f"frame {folder}")
    try:
        study, series, instance, frame = map(made_uid, uids)
        return Header(*described(path, (study, series, instance, frame)))
    except FileError as error:
        return Rejected(path, str(error), dicom=True)
    except Exception as error:  # noqa: BLE001 - untrusted bytes: whatever they do, the other files open
        return Rejected(path, f"Its header is damaged ({type(error).__name__}).", dicom=True)


def _open(path: Path) -> _Opened | Rejected:
    # Not blocking: a FIFO that took the place of a file must not hold the scan.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return Rejected(path, "It is not a plain file.", dicom=False)
        if not status.st_size:
            raise NotDicomError("It is empty.", claims=False)
        head = file.read(FIRST_READ)
        start = find_start(head)
        if start.transfer_syntax == DEFLATED:
            data = inflate((head + file.read())[start.offset :])
            return _Opened(
                start, read_elements(data, explicit=True, little=True, complete=True), len(data), b""
            )
        while True:
            try:
                elements = _elements(head, start, complete=len(head) >= status.st_size)
                break
            except ShortError:
                head = _more(head, file.read(len(head) * 7))
        file.seek(max(0, status.st_size - TAIL))
        encapsulated = elements.pixels is not None and elements.pixels[1] == UNDEFINED
        return _Opened(start, elements, status.st_size - start.offset, file.read() if encapsulated else b"")


def _elements(head: bytes, start: Start, *, complete: bool) -> Elements:
    return read_elements(
        head[start.offset :], explicit=start.explicit, little=start.little, complete=complete
    )


def _more(head: bytes, rest: bytes) -> bytes:
    if not rest or len(head) + len(rest) > LARGEST_HEADER:
        raise NotDicomError("Its header is larger than any real one.", claims=True)
    return head + rest


def _header(path: Path, opened: _Opened) -> Header | Rejected:
    values = Values.of(opened.elements)
    if not any(values.raw(tag) for tag in _IDENTITY) and not opened.start.sop_class:
        claims = opened.start.has_meta
        return Rejected(path, "Nothing in it says what it is, so it is not taken for DICOM.", dicom=claims)
    sop_class = values.text(tags.SOP_CLASS) or opened.start.sop_class
    if sop_class == DICOMDIR:
        words = "It is the index of a disc; the files that it lists are read themselves."
        return Rejected(path, words, dicom=False, index=True)
    instance = instance_from(path, opened.start, values)
    reason = _unshowable(instance, opened)
    if reason:
        return Rejected(path, reason, dicom=True)
    notes = (*opened.start.notes, *values.problems, *_pixel_notes(instance, values, opened))
    return Header(
        as_slices(_identified(instance, tuple(dict.fromkeys(notes)))),
        study_facts(values),
        series_facts(values),
    )


def _unshowable(instance: Instance, opened: _Opened) -> str:
    """Why the file can be neither a picture nor a document; empty where it can."""
    if instance.has_pixels:
        if not instance.rows or not instance.columns:
            return "It has pixels, but does not say how many rows and columns."
        return ""
    if opened.elements.cut and (is_image_class(instance.sop_class_uid) or not opened.elements.count):
        return "It ends in the middle of its header, before the picture."
    if is_image_class(instance.sop_class_uid) or (instance.rows and not _may_lack_pixels(instance)):
        return "It is a picture without pixels: only its header is there."
    if opened.elements.count < 4:
        return "It holds too little to be shown."
    return ""


def _may_lack_pixels(instance: Instance) -> bool:
    return instance.sop_class_uid in SEGMENTATIONS or instance.modality == "RTDOSE"


def _pixel_notes(instance: Instance, values: Values, opened: _Opened) -> list[str]:
    """What is wrong with the pixels as far as the header and the end of the file show."""
    if opened.elements.pixels is None:
        return ["The file ends early: the rest of it is missing."] if opened.elements.cut else []
    _, length, offset = opened.elements.pixels
    encapsulated = instance.transfer_syntax_uid not in NATIVE
    if length == UNDEFINED:
        notes = (
            []
            if encapsulated
            else ["The pixels are wrapped as compressed although the file says they are not."]
        )
        whole = b"\xfe\xff\xdd\xe0" in opened.tail
        return notes if whole else [*notes, "The file ends early: some of its compressed pixels are missing."]
    if encapsulated:
        return ["The file says that its pixels are compressed, but they are stored as they are."]
    there, needed = min(length, opened.size - offset), _bytes_needed(instance, values)
    if there < max(length, needed):
        return [f"The file ends early: {100 * there // max(length, needed)} % of its pixels are there."]
    return []


def _bytes_needed(instance: Instance, values: Values) -> int:
    bits = values.whole(tags.BITS_ALLOCATED) or 0
    if instance.photometric == "YBR_FULL_422":
        bits = 0  # stored with fewer colour samples; the reader of pixels counts them
    samples = instance.rows * instance.columns * instance.samples_per_pixel * instance.frames
    return samples * bits // 8


def _identified(instance: Instance, notes: tuple[str, ...]) -> Instance:
    """Stand-in UIDs where the file has none: a study per folder, a series per file."""
    if not instance.study_uid:
        notes += ("The file names no study; it is shown as one of its folder.",)
    if not instance.series_uid:
        notes += ("The file names no series; it is shown as one of its own.",)
    if max(instance.rows, instance.columns) > _LARGEST_SIDE:
        notes += ("The picture claims an unlikely size.",)
    if not notes:
        return instance
    return replace(
        instance,
        study_uid=instance.study_uid or made_uid(f"study {instance.path.parent}"),
        series_uid=instance.series_uid or made_uid(f"series {instance.path}"),
        warnings=notes,
    )
