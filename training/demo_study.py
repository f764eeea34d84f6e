"""The study that ships with the product: a volunteer's brain without name, scanner's notes and face.

`python -m training.demo_study SOURCE OUT` reads a brain MR study whose series share one frame of reference,
keeps only listed header elements, gives it new UIDs, empties every voxel outside the region that holds the
brain, and writes lossless JPEG-LS. The planes were chosen for the volunteer of `resources/demo/CREDITS.md`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, JPEGLSLossless

from inference.errors import SeriesError
from inference.imaging.instances import made_uid
from inference.imaging.placement import affine_of_picture
from inference.imaging.scan import scan
from inference.imaging.study import DisplaySet, Kind


@dataclass(frozen=True)
class Cut:
    """A plane through a point in the patient; what lies on the side that `removes` points to is emptied."""

    point_lps_mm: tuple[float, float, float]
    removes_lps: tuple[float, float, float]

    def kept(self, points_lps_mm: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of (..., 3) points stay."""
        away: NDArray[np.float64] = (points_lps_mm - np.array(self.point_lps_mm)) @ np.array(self.removes_lps)
        return away <= 0


FACE = (
    Cut(
        (-12.5, -100.8, 23.7), (-0.040, -0.759, -0.651)
    ),  # from the brow down to the throat: eyes, nose, mouth
    Cut((0.0, 0.0, -54.0), (0.0, 0.0, -1.0)),  # below the cerebellum: jaw and neck
    Cut((58.2, -30.4, 21.5), (0.997, -0.075, 0.025)),  # left ear
    Cut((-71.2, -20.7, 18.3), (-0.997, 0.075, -0.025)),  # right ear
)

KEPT = (
    "SOPClassUID",
    "ImageType",
    "Modality",
    "Manufacturer",
    "SeriesDescription",
    "ScanningSequence",
    "SequenceVariant",
    "ScanOptions",
    "MRAcquisitionType",
    "SliceThickness",
    "RepetitionTime",
    "EchoTime",
    "InversionTime",
    "NumberOfAverages",
    "ImagedNucleus",
    "EchoNumbers",
    "MagneticFieldStrength",
    "EchoTrainLength",
    "FlipAngle",
    "PatientPosition",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "SeriesNumber",
    "AcquisitionNumber",
    "InstanceNumber",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "Rows",
    "Columns",
    "PixelSpacing",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "WindowCenter",
    "WindowWidth",
)

SAID = {
    "PatientName": "VOLUNTEER^A",
    "PatientID": "DEMO-1",
    "PatientSex": "O",
    "PatientBirthDate": "",
    "PatientIdentityRemoved": "YES",
    "DeidentificationMethod": "Listed elements kept, UIDs replaced, face and ears emptied",
    "RecognizableVisualFeatures": "NO",
    "BurnedInAnnotation": "NO",
    "StudyDate": "20200101",
    "StudyTime": "120000",
    "AccessionNumber": "",
    "ReferringPhysicianName": "",
    "StudyID": "1",
    "StudyDescription": "Brain of a volunteer (demonstration)",
    "BodyPartExamined": "BRAIN",
}


def make(source: Path, out: Path, *, cuts: Sequence[Cut] = FACE) -> list[Path]:
    """Write every volume of `source` below `out`, a folder per series. SeriesError where there is none."""
    volumes = [
        (study.uid, part)
        for study in scan(source).studies
        for part in study.display_sets
        if part.kind is Kind.VOLUME and part.modality == "MR"
    ]
    if not volumes:
        raise SeriesError(
            "There is no MR volume in the source.", hint="Name the folder that holds the study."
        )
    return [
        path
        for number, (study_uid, volume) in enumerate(volumes, 1)
        for path in _write_volume(volume, out / f"series{number}", study_uid, cuts)
    ]


def emptied(
    pixels: NDArray[np.integer], affine_lps: NDArray[np.float64], cuts: Sequence[Cut]
) -> NDArray[np.integer]:
    """A (rows, columns) picture with zeros where a cut removes."""
    j, i = np.indices(pixels.shape)
    index = np.stack([np.zeros_like(j), j, i, np.ones_like(j)], axis=-1)
    points = (index @ affine_lps.T)[..., :3]
    kept = np.logical_and.reduce([cut.kept(points) for cut in cuts]) if cuts else np.ones_like(j, bool)
    return np.where(kept, pixels, 0).astype(pixels.dtype)


def _write_volume(volume: DisplaySet, folder: Path, study_uid: str, cuts: Sequence[Cut]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, instance in enumerate(volume.instances, 1):
        source = dcmread(instance.path)
        affine = affine_of_picture(instance)
        if affine is None:
            raise SeriesError(
                "A slice of the source has no place in the patient.", hint="Leave its series out."
            )
        dataset = _header(source, study_uid)
        dataset.InstanceNumber = number
        dataset.PixelData = emptied(source.pixel_array, affine, cuts).tobytes()
        dataset.compress(JPEGLSLossless, encoding_plugin="pyjpegls", generate_instance_uid=False)
        path = folder / f"{number:03d}.dcm"
        dataset.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


def _header(source: Dataset, study_uid: str) -> Dataset:
    dataset = Dataset()
    for keyword in KEPT:
        if keyword in source:
            dataset[keyword] = source[keyword]
    for keyword, value in SAID.items():
        setattr(dataset, keyword, value)
    dataset.StudyInstanceUID = made_uid(f"demo study {study_uid}")
    dataset.SeriesInstanceUID = made_uid(f"demo series {source.SeriesInstanceUID}")
    dataset.SOPInstanceUID = made_uid(f"demo instance {source.SOPInstanceUID}")
    dataset.FrameOfReferenceUID = made_uid(f"demo frame {source.FrameOfReferenceUID}")
    dataset.PositionReferenceIndicator = ""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return dataset


def main() -> None:
    """Read the two folders from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    named = parser.parse_args()
    paths = make(named.source, named.out)
    size = sum(path.stat().st_size for path in paths)
    parser.exit(message=f"{len(paths)} files, {size / 2**20:.1f} MB in {named.out}\n")


if __name__ == "__main__":
    main()
