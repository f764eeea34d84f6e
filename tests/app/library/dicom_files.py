"""Small real DICOM files for the tests of the library."""

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage


def write_file(path: Path, study: int = 1, series: int = 1, number: int = 1, **changes: object) -> Path:
    """One 4 x 4 MR slice."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = MRImageStorage
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = f"1.2.{study}.{series}.{number}"
    data.StudyInstanceUID, data.SeriesInstanceUID = f"1.2.{study}", f"1.2.{study}.{series}"
    data.SpecificCharacterSet = "ISO_IR 192"
    data.PatientName, data.PatientID, data.PatientBirthDate = "Doe^Jane", "4711", "19700102"
    data.StudyDate, data.StudyTime, data.StudyDescription = f"202401{study:02}", "101112", "Brain"
    data.Modality, data.SeriesNumber, data.SeriesDescription = "MR", series, f"T{series}"
    data.InstanceNumber = number
    data.Rows = data.Columns = 4
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 16
    data.HighBit, data.PixelRepresentation = 15, 0
    data.PixelSpacing, data.SliceThickness = [1, 1], 2
    data.ImageOrientationPatient, data.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, 2 * number]
    data.WindowCenter, data.WindowWidth = 40, 400
    data.PixelData = np.full((4, 4), number, np.uint16).tobytes()
    data.update(changes)
    path.parent.mkdir(parents=True, exist_ok=True)
    data.save_as(path, enforce_file_format=True)
    return path


def write_study(folder: Path, study: int = 1, files: int = 3, **changes: object) -> Path:
    """Two series of one study."""
    for series in (1, 2):
        for number in range(1, files + 1):
            write_file(folder / f"{series}" / f"{number}.dcm", study, series, number, **changes)
    return folder
