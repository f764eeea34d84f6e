"""What every DICOM object that leaves is made from: what it refers to, who made it, how it is kept."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydicom
from pydicom.dataset import Dataset

from app.version import application_version
from inference.card import Card
from inference.errors import ExportError, FileError
from inference.imaging.files import atomic_path
from inference.imaging.layout import OPEN_HINT, quietly
from inference.imaging.study import DisplaySet

if TYPE_CHECKING:
    import highdicom

MAKER = "Negatoscope"
NOTICE = "not for diagnostic use"
_EMPTY = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "AccessionNumber",
    "StudyID", "ReferringPhysicianName", "SeriesNumber", "InstanceNumber", "PositionReferenceIndicator",
)  # fmt: skip
_LONG = 64  # characters that LO holds


@dataclass(frozen=True)
class Maker:
    """Who made an object: the model with the identity of its weights, or the program alone."""

    name: str = MAKER
    version: str = ""
    weights_sha256: str = ""
    origin: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """What goes into the identification of the algorithm."""
        said = {"weights SHA-256": self.weights_sha256, "weights": self.origin, "use": NOTICE}
        return {name: value[:_LONG] for name, value in said.items() if value}


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
    """Elements that every object must have, empty where a file lacks them; what it says stays as it is."""
    for keyword in _EMPTY:
        if keyword not in header:
            setattr(header, keyword, None)
    return header


def common(series_number: int, instance_number: int = 1) -> dict[str, Any]:
    """New UIDs, and the maker, of an object in a series of its own."""
    from highdicom import UID

    return {
        "series_instance_uid": UID(),
        "series_number": series_number,
        "sop_instance_uid": UID(),
        "instance_number": instance_number,
        "manufacturer": MAKER,
    }


def device() -> dict[str, Any]:
    """Model, version and serial number of the program."""
    version = application_version()
    return {"manufacturer_model_name": MAKER, "software_versions": version, "device_serial_number": version}


def algorithm(maker: Maker) -> highdicom.AlgorithmIdentificationSequence:
    """Which model it was, after PS3.3 10.16."""
    from highdicom import AlgorithmIdentificationSequence
    from pydicom.sr.codedict import codes

    return AlgorithmIdentificationSequence(
        maker.name, codes.DCM.ArtificialIntelligence, maker.version or application_version(),
        source=MAKER, parameters=maker.parameters,
    )  # fmt: skip


def described(dataset: Dataset, title: str) -> Dataset:
    """The object with its title, and the notice where it cannot be overlooked."""
    dataset.SeriesDescription = f"{title[: _LONG - len(NOTICE) - 3]} - {NOTICE}"
    dataset.ContentQualification = "RESEARCH"
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


def keep(dataset: Dataset, path: Path) -> Path:
    """Write a data set whole or not at all."""
    try:
        with atomic_path(path) as temporary:
            dataset.save_as(temporary, enforce_file_format=True)
    except OSError as error:
        raise ExportError(
            f"{path.name} cannot be written: {error.strerror or error}.",
            hint="Choose a folder that you may write to, with free space.",
        ) from error
    return path


def shortened(text: str, most: int = _LONG) -> str:
    """Text that fits an element; control characters and backslashes would break it."""
    clean = "".join(c if c.isprintable() and c != "\\" else " " for c in text)
    return " ".join(clean.split())[:most].rstrip()
