"""The door of every object: a file to the data set it holds, up to its pixels, or a sentence why not."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag

from inference.errors import FileError, ReviewError
from inference.imaging import tags
from inference.imaging.layout import OPEN_HINT, quietly
from inference.imaging.objects.items import uid
from inference.imaging.part10 import DEFLATED, NotDicomError, find_start, inflate

FIRST_READ = 1 << 14
LARGEST = 1 << 30  # bytes of an object without pixels
OTHER_HINT = "It may have been written by a program with an error; the other files are not affected."


@contextmanager
def opening(path: Path, what: str) -> Iterator[None]:
    """Whatever the bytes of a file do inside the block, only a sentence leaves it."""
    try:
        with quietly():
            yield
    except ReviewError:
        raise
    except NotDicomError as error:
        raise FileError(f"{path.name}: {error}", hint=OPEN_HINT) from error
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror or error}.", hint=OPEN_HINT) from error
    except Exception as error:  # untrusted bytes: the parser may fail in any way
        words = f"{path.name} is not readable as {what} ({type(error).__name__})."
        raise FileError(words, hint=OTHER_HINT) from error


def read_object(path: Path, what: str, classes: frozenset[str] = frozenset()) -> Dataset:
    """The data set of a file without its pixels. FileError where it is none of `classes` (any by default)."""
    with opening(path, what):
        if path.stat().st_size > LARGEST and not classes:
            raise FileError(f"{path.name} is too large for {what}.", hint=OTHER_HINT)
        header = _read(path)
    check_class(header, path, what, classes)
    return header


def check_class(header: Dataset, path: Path, what: str, classes: frozenset[str]) -> None:
    """FileError where an object is none of `classes`."""
    if classes and uid(header, "SOPClassUID") not in classes:
        raise FileError(f"{path.name} is not {what}.", hint="`negatoscope list` shows what each file is.")


def _read(path: Path) -> Dataset:
    with path.open("rb") as file:
        start = find_start(file.read(FIRST_READ))
        file.seek(start.offset)
        stream = io.BytesIO(inflate(file.read())) if start.transfer_syntax == DEFLATED else file
        header = read_dataset(stream, not start.explicit, start.little, stop_when=_at_pixels)
    if "SOPClassUID" not in header and start.sop_class:
        header.SOPClassUID = start.sop_class
    return header


def _at_pixels(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return int(tag) in tags.PIXEL_TAGS
