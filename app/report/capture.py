"""Key pictures as DICOM secondary captures; what is burned into them is said to be."""

from __future__ import annotations

from pathlib import Path

from pydicom.dataset import Dataset
from PySide6.QtGui import QImage

from app.report.content import KeyPicture
from app.report.dicom_source import common, described, headers_of, keep, making, shortened
from app.report.equipment import Maker
from app.version import application_version
from app.viewer.grey import image_to_array
from inference.errors import ExportError
from inference.imaging.study import DisplaySet

SERIES_NUMBER = 9300


def write_capture(picture: KeyPicture, source: DisplaySet, path: Path, maker: Maker, number: int = 1) -> Path:
    """Write a picture as it is seen, with all that is drawn on it."""
    with making("The picture"):
        dataset = capture(picture, headers_of(source)[:1], maker, number)
    return keep(dataset, path)


def capture(picture: KeyPicture, headers: list[Dataset], maker: Maker, number: int) -> Dataset:
    """The data set of a picture that was made from the series of `headers`."""
    from highdicom.sc import SCImage

    image = QImage.fromData(picture.png)
    if image.isNull():
        raise ExportError(f"{picture.title} is not a picture.", hint="Draw it again.")
    pixels = image_to_array(image)[..., :3].copy()
    dataset = SCImage.from_ref_dataset(
        headers[0], pixels, "RGB", 8, "PATIENT", patient_orientation=("L", "P"),
        transfer_syntax_uid="1.2.840.10008.1.2.1", **common(SERIES_NUMBER, number, maker),
    )  # fmt: skip
    del dataset.PatientOrientation  # a view is turned and cut as its reader likes
    dataset.PatientOrientation = None
    dataset.BurnedInAnnotation, dataset.ConversionType = "YES", "WSD"
    dataset.ManufacturerModelName, dataset.SoftwareVersions = maker.name, application_version()
    dataset.DerivationDescription = shortened(f"{picture.caption} Not for diagnostic use.", 1000)
    return described(dataset, shortened(picture.title) or "Key picture")
