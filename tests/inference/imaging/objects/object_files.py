"""DICOM objects made in code: what each says is known by construction."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.imaging.placement import plane_of
from tests.imaging_fixtures import ROOT, axial_affine, set_tags, write_file

SEG = "1.2.840.10008.5.1.4.1.1.66.4"
LABELMAP = "1.2.840.10008.5.1.4.1.1.66.7"
CT = "1.2.840.10008.5.1.4.1.1.2"
Frames = Sequence[tuple[int, int, NDArray[Any]]]  # (segment, slice, picture)


def coded(value: str, scheme: str, meaning: str) -> Dataset:
    """A code sequence item."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def header(sop_class: str, modality: str, number: int = 1) -> Dataset:
    """What every object starts with; it belongs to study 1 of the slices of `imaging_fixtures`."""
    d = Dataset()
    d.SOPClassUID, d.SOPInstanceUID = sop_class, f"{ROOT}.77.{number}"
    d.StudyInstanceUID, d.SeriesInstanceUID = f"{ROOT}.1", f"{ROOT}.1.77.{number}"
    d.Modality, d.PatientName, d.PatientID, d.StudyDate = modality, "Doe^Jane", "P1", "20200614"
    d.SeriesDescription = modality
    return d


def referring(d: Dataset, count: int, series: str = "1") -> Dataset:
    """The same object, referring to the first slices of a series of `imaging_fixtures`."""
    item = Dataset()
    item.SeriesInstanceUID = f"{ROOT}.1.{series}"
    item.ReferencedInstanceSequence = [image_reference(k, series) for k in range(count)]
    d.ReferencedSeriesSequence = [item]
    d.FrameOfReferenceUID = f"{ROOT}.1.0"
    return d


def image_reference(k: int, series: str = "1") -> Dataset:
    """An item that names slice `k`."""
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = CT, f"{ROOT}.1.{series}.{k * 1000 + 1}"
    return item


def segment(number: int, label: str) -> Dataset:
    """One item of the Segment Sequence."""
    item = Dataset()
    item.SegmentNumber, item.SegmentLabel, item.SegmentAlgorithmType = number, label, "MANUAL"
    item.SegmentedPropertyCategoryCodeSequence = [coded("85756007", "SCT", "Tissue")]
    item.SegmentedPropertyTypeCodeSequence = [coded("10200004", "SCT", "Liver")]
    return item


def placed_frame(affine: NDArray[np.float64], k: int, number: int) -> Dataset:
    """Per-frame groups of a frame at slice `k`, of a segment."""
    plane, item = plane_of(affine, k), Dataset()
    item.PlanePositionSequence = [Dataset()]
    item.PlanePositionSequence[0].ImagePositionPatient = [f"{v:.10g}" for v in plane.position_lps_mm]
    if number:
        item.SegmentIdentificationSequence = [Dataset()]
        item.SegmentIdentificationSequence[0].ReferencedSegmentNumber = number
    return item


def shared_groups(affine: NDArray[np.float64], *, spaced: bool = True) -> Dataset:
    """Orientation and pixel measures of a grid."""
    plane, item, measures, orientation = plane_of(affine), Dataset(), Dataset(), Dataset()
    measures.PixelSpacing = [f"{v:.9g}" for v in plane.spacing_mm]
    if spaced:
        measures.SpacingBetweenSlices = f"{plane.slice_gap_mm:.9g}"
    orientation.ImageOrientationPatient = [f"{v:.9g}"[:16] for v in (*plane.row_lps, *plane.column_lps)]
    item.PixelMeasuresSequence, item.PlaneOrientationSequence = [measures], [orientation]
    return item


def segmentation(
    path: Path,
    frames: Frames,
    *,
    kind: str = "BINARY",
    affine: NDArray[np.float64] | None = None,
    spaced: bool = True,
    **tags: Any,
) -> Path:
    """A SEG file of these frames, on the grid of `axial_affine` by default."""
    affine = axial_affine() if affine is None else affine
    d = referring(header(LABELMAP if kind == "LABELMAP" else SEG, "SEG"), 6)
    d.SegmentationType, d.NumberOfFrames = kind, len(frames)
    numbers = sorted({number for number, _, _ in frames if number} or {1, 2, 3})
    d.SegmentSequence = [segment(number, f"Organ {number}") for number in numbers]
    d.SharedFunctionalGroupsSequence = [shared_groups(affine, spaced=spaced)]
    d.PerFrameFunctionalGroupsSequence = [placed_frame(affine, k, number) for number, k, _ in frames]
    stored = np.stack([picture for _, _, picture in frames])
    if kind == "FRACTIONAL":
        d.SegmentationFractionalType, d.MaximumFractionalValue = "PROBABILITY", 200
    _pixels(d, stored, bits=1 if kind == "BINARY" else 8 * stored.dtype.itemsize)
    set_tags(d, 0, tags)
    return write_file(path, d)


def _pixels(d: Dataset, stored: NDArray[Any], bits: int) -> None:
    d.SamplesPerPixel, d.PhotometricInterpretation, d.PixelRepresentation = 1, "MONOCHROME2", 0
    d.Rows, d.Columns = stored.shape[1:]
    d.BitsAllocated, d.BitsStored, d.HighBit = bits, bits, bits - 1
    packed = np.packbits(stored.reshape(-1).astype(bool), bitorder="little") if bits == 1 else stored
    data = packed.tobytes()
    d.add_new("PixelData", "OW" if bits > 8 else "OB", data + b"\0" * (len(data) % 2))


def parametric_map(
    path: Path, values: NDArray[np.floating], *, affine: NDArray[np.float64] | None = None,
    slope: float = 1.0, intercept: float = 0.0, unit: str = "um2/s",
) -> Path:  # fmt: skip
    """A parametric map of float values (slices, rows, columns)."""
    affine = axial_affine() if affine is None else affine
    d = referring(header("1.2.840.10008.5.1.4.1.1.30", "OT"), 6)
    d.NumberOfFrames, d.SamplesPerPixel, d.PhotometricInterpretation = len(values), 1, "MONOCHROME2"
    d.Rows, d.Columns = values.shape[1:]
    d.BitsAllocated = 8 * values.dtype.itemsize
    mapping = Dataset()
    mapping.RealWorldValueSlope, mapping.RealWorldValueIntercept = slope, intercept
    mapping.LUTLabel, mapping.LUTExplanation = "ADC", "Apparent diffusion"
    mapping.MeasurementUnitsCodeSequence = [coded(unit, "UCUM", unit)]
    groups = shared_groups(affine)
    groups.RealWorldValueMappingSequence = [mapping]
    d.SharedFunctionalGroupsSequence = [groups]
    d.PerFrameFunctionalGroupsSequence = [placed_frame(affine, k, 0) for k in range(len(values))]
    wide = values.dtype.itemsize == 8
    d.add_new("DoubleFloatPixelData" if wide else "FloatPixelData", "OD" if wide else "OF", values.tobytes())
    return write_file(path, d)


def structure_set(path: Path, regions: dict[str, list[NDArray[np.float64]]], **tags: Any) -> Path:
    """An RTSTRUCT with closed contours (n, 3) in LPS mm by name."""
    d = header("1.2.840.10008.5.1.4.1.1.481.3", "RTSTRUCT")
    d.StructureSetLabel = "Plan"
    frame = Dataset()
    frame.FrameOfReferenceUID = f"{ROOT}.1.0"
    d.ReferencedFrameOfReferenceSequence = [frame]
    d.StructureSetROISequence, d.ROIContourSequence = [], []
    for number, (name, contours) in enumerate(regions.items(), start=1):
        named, drawn = Dataset(), Dataset()
        named.ROINumber, named.ROIName, named.ReferencedFrameOfReferenceUID = number, name, f"{ROOT}.1.0"
        drawn.ReferencedROINumber, drawn.ROIDisplayColor = number, [10, 200, 30]
        drawn.ContourSequence = [_contour(points) for points in contours]
        d.StructureSetROISequence.append(named)
        d.ROIContourSequence.append(drawn)
    set_tags(d, 0, tags)
    return write_file(path, d)


def _contour(points: NDArray[np.float64]) -> Dataset:
    item = Dataset()
    item.ContourGeometricType, item.NumberOfContourPoints = "CLOSED_PLANAR", len(points)
    item.ContourData = [f"{v:.8g}" for v in points.reshape(-1)]
    return item


def report(path: Path, content: list[Dataset], *, title: str = "Finding", template: str = "") -> Path:
    """A comprehensive SR with these content items."""
    d = header("1.2.840.10008.5.1.4.1.1.88.34", "SR")
    d.ValueType, d.ConceptNameCodeSequence = "CONTAINER", [coded("121071", "DCM", title)]
    d.ContinuityOfContent, d.CompletionFlag, d.VerificationFlag = "SEPARATE", "COMPLETE", "UNVERIFIED"
    if template:
        d.ContentTemplateSequence = [Dataset()]
        d.ContentTemplateSequence[0].TemplateIdentifier = template
    d.ContentSequence = content
    return write_file(path, d)


def content(kind: str, name: Dataset | None, *children: Dataset, **values: Any) -> Dataset:
    """One content item."""
    item = Dataset()
    item.RelationshipType, item.ValueType = "CONTAINS", kind
    if name is not None:
        item.ConceptNameCodeSequence = [name]
    set_tags(item, 0, values)
    if children:
        item.ContentSequence = list(children)
    return item


def numeric(name: Dataset, value: float, unit: str) -> Dataset:
    """A NUM item in a UCUM unit."""
    measured = Dataset()
    measured.NumericValue = f"{value:g}"
    measured.MeasurementUnitsCodeSequence = [coded(unit, "UCUM", unit)]
    return content("NUM", name, MeasuredValueSequence=[measured])
