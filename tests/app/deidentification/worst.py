"""The worst that a file can hold: a patient named in every corner of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.app.library.dicom_files import write_file

NAME, NUMBER, DOCTOR, HOUSE = "Lovelace^Augusta", "MRN-998172453", "Babbage^Charles", "Marylebone Infirmary"
TELLING = (b"lovelace", b"augusta", b"998172453", b"babbage", b"marylebone", b"18151210", b"acc-5521")


def write_worst(path: Path, **changes: object) -> Path:
    """One slice in which everything names somebody."""
    write_file(path, PatientName=NAME, PatientID=NUMBER, PatientBirthDate="18151210")
    data = dcmread(path)
    data.AccessionNumber, data.ReferringPhysicianName, data.InstitutionName = "ACC-5521", DOCTOR, HOUSE
    data.OtherPatientIDs = [NUMBER, "MRN-998172453-B"]
    data.StudyDescription = "MR brain Lovelace with contrast"
    data.SeriesDescription, data.ProtocolName = "T1_ax_Lovelace", "Lovelace research"
    data.SequenceName = "se2d lovelace"  # the profile does not know that a name can stand here
    data.ImageComments = f"Discussed with {DOCTOR}"
    data.StationName, data.DeviceSerialNumber = "MARYLEBONE1", "998172453"
    data.SeriesDate, data.SeriesTime, data.AcquisitionDate = "20240103", "101500", "20240103"
    data.FrameOfReferenceUID = "1.2.3.4.5"
    data.RequestAttributesSequence = Sequence([_request()])
    data.ReferencedImageSequence = Sequence([_reference()])
    _add_private(data)
    _add_curve_and_overlay(data)
    data.update(changes)
    data.preamble = b"LOVELACE".ljust(128, b"\0")
    data.file_meta.SourceApplicationEntityTitle = "MARYLEBONE"
    data.save_as(path, enforce_file_format=True)
    return path


def write_hidden_overlay(path: Path) -> Path:
    """Twelve stored bits, and a name drawn in the four above them."""
    write_file(path, BitsStored=12, HighBit=11)
    data = dcmread(path)
    picture = np.arange(16, dtype=np.uint16).reshape(4, 4)
    data.PixelData = (picture | 0xF000).tobytes()
    data.add_new(0x60000010, "US", 4)
    data.add_new(0x60000011, "US", 4)
    data.add_new(0x60000100, "US", 16)
    data.add_new(0x60000102, "US", 12)
    data.save_as(path, enforce_file_format=True)
    return path


def _request() -> Dataset:
    item, step = Dataset(), Dataset()
    item.RequestedProcedureDescription, item.RequestedProcedureID = "for Augusta", "ACC-5521"
    step.CodeValue, step.CodingSchemeDesignator, step.CodeMeaning = "1", "99LOCAL", "as Lovelace wishes"
    item.ScheduledProtocolCodeSequence = Sequence([step])
    block = item.private_block(0x0011, "NESTED CREATOR", create=True)
    block.add_new(0x01, "LO", NAME)
    return item


def _reference() -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.4", "1.2.1.1.2"
    return item


def _add_private(data: Dataset) -> None:
    block = data.private_block(0x0029, "LOVELACE CREATOR", create=True)
    block.add_new(0x10, "LT", f"{NAME} {NUMBER}")
    block.add_new(0x11, "OB", b"Augusta Lovelace\0\0")


def _add_curve_and_overlay(data: Dataset) -> None:
    data.add_new(0x50000022, "LO", "Curve of Lovelace")
    data.add_new(0x50003000, "OW", b"lovelace")
    data.add_new(0x60000010, "US", 4)
    data.add_new(0x60000011, "US", 4)
    data.add_new(0x60000022, "LO", "Overlay of Lovelace")
    data.add_new(0x60003000, "OW", b"\xff\xff")
    data.add_new(0x60004000, "LT", "Augusta")
