"""What every DICOM object that leaves is made from: what it refers to, who made it, how it is kept."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydicom
from pydicom.dataset import Dataset
from pydicom.valuerep import DA, TM

from app.report.equipment import MAKER, Maker, contributing
from app.version import application_version
from inference.card import Card
from inference.errors import ExportError, FileError
from inference.imaging.files import atomic_path
from inference.imaging.layout import OPEN_HINT, quietly
from inference.imaging.study import DisplaySet

if TYPE_CHECKING:
    import highdicom

NOTICE = "not for diagnostic use"
_EMPTY = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "AccessionNumber",
    "StudyID", "ReferringPhysicianName", "SeriesNumber", "InstanceNumber", "PositionReferenceIndicator",
)  # fmt: skip
_DATES = ("PatientBirthDate", "StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")
_TIMES = ("StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime")
_SIDED = ("PR", "OT")
_SEXES = ("M", "F", "O")
_LONG = 64  # characters that LO holds


def maker_of(card: Card) -> Maker:
    """The model behind an answer."""
    return Maker(card.title[:_LONG], card.version or "1", card.weights_sha256, card.weights_origin)


def headers_of(display_set: DisplaySet) -> list[Dataset]:
    """The headers of a display set without pixels, completed where they lack what every object must have."""
    found = []
    for instance in display_set.instances:
        try:
            with quietly():
                header = pydicom.dcmread(instance.path, stop_before_pixels=True)
        except Exception as error:
            words = f"{instance.path.name} cannot be read again."
            raise FileError(words, hint=OPEN_HINT) from error
        found.append(completed(header))
    return found


def completed(header: Dataset) -> Dataset:
    """Elements that every object must have, empty where a file lacks them or says what cannot be.

    Dates such as 20120000 stand in files that were made anonymous; no object may repeat them.
    """
    for keyword in _EMPTY:
        if keyword not in header:
            setattr(header, keyword, None)
    for keywords, kind in ((_DATES, DA), (_TIMES, TM)):
        for keyword in keywords:
            if keyword in header and not _is_a(kind, header.get(keyword)):
                setattr(header, keyword, None)
    if header.get("PatientSex") not in _SEXES:
        header.PatientSex = None
    return header


def _is_a(kind: type[DA] | type[TM], value: object) -> bool:
    try:
        kind(value)
    except (TypeError, ValueError):
        return False
    return True


def in_one_frame(headers: list[Dataset]) -> list[Dataset]:
    """The headers of one series with one frame of reference: that of the first.

    Files that were made anonymous may name another one each, although their positions agree.
    """
    for header in headers[1:]:
        header.FrameOfReferenceUID = headers[0].get("FrameOfReferenceUID")
    return headers


def common(series_number: int, instance_number: int = 1, maker: Maker | None = None) -> dict[str, Any]:
    """New UIDs, the maker, and what contributed to an object in a series of its own."""
    from highdicom import UID

    return {
        "series_instance_uid": UID(),
        "series_number": series_number,
        "sop_instance_uid": UID(),
        "instance_number": instance_number,
        "manufacturer": MAKER,
        "contributing_equipment": contributing(maker or Maker()),
    }


def device() -> dict[str, Any]:
    """Model, version and serial number of the program."""
    version = application_version()
    return {"manufacturer_model_name": MAKER, "software_versions": version, "device_serial_number": version}


def parameters_of(maker: Maker) -> dict[str, str]:
    """What goes into the identification of an algorithm."""
    said = {"weights SHA-256": maker.weights_sha256, "weights": maker.origin, "use": NOTICE}
    return {name: value[:_LONG] for name, value in said.items() if value}


def algorithm(maker: Maker) -> highdicom.AlgorithmIdentificationSequence:
    """Which model it was, after PS3.3 10.16."""
    from highdicom import AlgorithmIdentificationSequence
    from pydicom.sr.codedict import codes

    return AlgorithmIdentificationSequence(
        maker.name, codes.DCM.ArtificialIntelligence, maker.version or application_version(),
        source=MAKER, parameters=parameters_of(maker),
    )  # fmt: skip


def described(dataset: Dataset, title: str) -> Dataset:
    """The object with its title, and the notice where it cannot be overlooked."""
    titled(dataset, title)
    dataset.ContentQualification = "RESEARCH"
    return dataset


def titled(dataset: Dataset, title: str) -> Dataset:
    """The object with its title and the notice."""
    dataset.SeriesDescription = f"{title[: _LONG - len(NOTICE) - 3]} - {NOTICE}"
    if "Laterality" not in dataset and dataset.get("Modality") in _SIDED:
        dataset.Laterality = None  # the objects say no side of a paired part; the standard wants the element
    return dataset


@contextmanager
def making(what: str) -> Iterator[None]:
    """Whatever a header makes the writer stumble over becomes a sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except ImportError as error:
        raise ExportError(
            f"{what} cannot be written.", hint="Install highdicom: pip install highdicom"
        ) from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        words = f"{what} cannot be written: the headers of the pictures do not allow it ({error})."
        raise ExportError(words, hint="The report itself is not affected.") from error


def without_pixels(path: Path) -> Dataset:
    """An object that was just written, to be referred to."""
    return pydicom.dcmread(path, stop_before_pixels=True)


def keep(dataset: Dataset, path: Path) -> Path:
    """Write a data set whole or not at all, in UTF-8 whatever its pictures are written in."""
    dataset.SpecificCharacterSet = "ISO_IR 192"
    try:
        with atomic_path(path) as temporary:
            dataset.save_as(temporary, enforce_file_format=True)
    except OSError as error:
        raise ExportError(
            f"{path.name} cannot be written: {error.strerror or error}.",
            hint="Choose a folder that you may write to, with free space.",
        ) from error
    return path


def person_name(reader: str) -> str:
    """A name as DICOM writes it: "Given Family" becomes "Family^Given"; one with a caret stays."""
    clean = shortened(reader.replace("=", " "))
    given, _, family = clean.rpartition(" ")
    return clean if "^" in clean or not given else f"{family}^{given}"


def shortened(text: str, most: int = _LONG) -> str:
    """Text that fits an element; control characters and backslashes would break it."""
    clean = "".join(c if c.isprintable() and c != "\\" else " " for c in text)
    return " ".join(clean.split())[:most].rstrip()
