"""Contours that a reader drew, as a DICOM structure set: each on the picture that it was drawn on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RTStructureSetStorage, generate_uid

from app.contours import Contour
from app.report.dicom_source import (
    device,
    headers_of,
    in_one_frame,
    keep,
    making,
    person_name,
    shortened,
    titled,
)
from app.report.equipment import MAKER, Maker, contributing
from app.report.loop_segmentation import Shot, reference, referenced_series, shot_of
from inference.errors import ExportError
from inference.imaging.study import Study

SERIES_NUMBER = 9400
RGB = (126, 224, 199)  # what a person did
_COPIED = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate",
    "StudyTime", "StudyID", "AccessionNumber", "ReferringPhysicianName", "StudyDescription",
)  # fmt: skip
_DIGITS = 10  # of a coordinate: micrometres, in the 16 characters that a decimal string holds


def write_structure_set(contours: Sequence[Contour], study: Study, path: Path, reader: str = "") -> Path:
    """Write the contours of a study."""
    with making("The contours"):
        dataset = structure_set(contours, study, reader)
    return keep(dataset, path)


def structure_set(contours: Sequence[Contour], study: Study, reader: str) -> Dataset:
    """The data set: one region, a closed contour for each picture that the reader changed."""
    if not contours:
        raise ExportError("There is no contour to write.", hint="Move a contour first.")
    sets = {d.uid: d for d in study.display_sets}
    shots = [shot_of(sets.get(c.key.display_set_uid), c.key) for c in contours]
    wanted = {shot.instance.sop_instance_uid for shot in shots}
    holders = [d for d in study.display_sets if any(i.sop_instance_uid in wanted for i in d.instances)]
    headers = {str(h.SOPInstanceUID): h for h in in_one_frame([h for d in holders for h in headers_of(d)])}
    used = [headers[uid] for uid in dict.fromkeys(shot.instance.sop_instance_uid for shot in shots)]
    dataset = _begun(used[0], reader)
    dataset.ReferencedFrameOfReferenceSequence = [_frame(used)]
    frame = dataset.ReferencedFrameOfReferenceSequence[0].FrameOfReferenceUID
    dataset.StructureSetROISequence = [_region(frame)]
    drawn = Dataset()
    drawn.ReferencedROINumber, drawn.ROIDisplayColor = 1, list(RGB)
    drawn.ContourSequence = [_contour(c, s, headers) for c, s in zip(contours, shots, strict=True)]
    dataset.ROIContourSequence = [drawn]
    dataset.RTROIObservationsSequence = [_observation(reader)]
    return titled(dataset, "Contours of the reader")


def _begun(header: Dataset, reader: str) -> Dataset:
    """Patient and study as in the pictures; a series and an object of its own."""
    now = datetime.now()
    dataset = Dataset()
    for keyword in _COPIED:
        if keyword in header:
            setattr(dataset, keyword, header.get(keyword))
    dataset.SOPClassUID, dataset.SOPInstanceUID = RTStructureSetStorage, generate_uid(prefix=None)
    dataset.SeriesInstanceUID, dataset.SeriesNumber = generate_uid(prefix=None), SERIES_NUMBER
    dataset.InstanceNumber, dataset.Modality, dataset.Manufacturer = 1, "RTSTRUCT", MAKER
    for keyword, value in zip(("ManufacturerModelName", "SoftwareVersions"), device().values(), strict=False):
        setattr(dataset, keyword, value)
    dataset.OperatorsName = None
    dataset.StructureSetLabel, dataset.StructureSetName = "CONTOURS", "Contours of the reader"
    dataset.StructureSetDate, dataset.StructureSetTime = f"{now:%Y%m%d}", f"{now:%H%M%S}"
    dataset.InstanceCreationDate, dataset.InstanceCreationTime = f"{now:%Y%m%d}", f"{now:%H%M%S}"
    dataset.ApprovalStatus = "UNAPPROVED"
    if reader:
        dataset.StructureSetDescription = shortened(f"Drawn by {reader}")
    dataset.FrameOfReferenceUID = header.get("FrameOfReferenceUID") or generate_uid(prefix=None)
    dataset.PositionReferenceIndicator = header.get("PositionReferenceIndicator")
    dataset.ContributingEquipmentSequence = contributing(Maker())
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    return dataset


def _frame(used: list[Dataset]) -> Dataset:
    """The frame of reference that the contours are counted in, with the series that they were drawn on."""
    series = []
    for named in referenced_series(used):
        item = Dataset()
        item.SeriesInstanceUID = named.SeriesInstanceUID
        item.ContourImageSequence = named.ReferencedInstanceSequence
        series.append(item)
    study = Dataset()
    study.ReferencedSOPClassUID = (
        "1.2.840.10008.3.1.2.3.1"  # Detached Study Management, as the module asks for
    )
    study.ReferencedSOPInstanceUID = used[0].StudyInstanceUID
    study.RTReferencedSeriesSequence = series
    frame = Dataset()
    frame.FrameOfReferenceUID = used[0].get("FrameOfReferenceUID") or generate_uid(prefix=None)
    frame.RTReferencedStudySequence = [study]
    return frame


def _region(frame_of_reference_uid: str) -> Dataset:
    item = Dataset()
    item.ROINumber, item.ROIName, item.ROIGenerationAlgorithm = 1, "LV cavity, edited by reader", "MANUAL"
    item.ReferencedFrameOfReferenceUID = frame_of_reference_uid
    return item


def _observation(reader: str) -> Dataset:
    item = Dataset()
    item.ObservationNumber, item.ReferencedROINumber = 1, 1
    item.RTROIInterpretedType, item.ROIInterpreter = "ORGAN", person_name(reader) or None
    return item


def _contour(contour: Contour, shot: Shot, headers: Mapping[str, Dataset]) -> Dataset:
    line = contour.line_lps_mm
    item = Dataset()
    item.ContourImageSequence = [
        reference(headers[shot.instance.sop_instance_uid], shot.frame + 1 if shot.instance.frames > 1 else 0)
    ]
    item.ContourGeometricType, item.NumberOfContourPoints = "CLOSED_PLANAR", len(line)
    item.ContourData = [f"{value:.{_DIGITS}g}" for value in np.round(line, 4).reshape(-1)]
    return item
