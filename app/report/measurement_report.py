"""What a reader measured as a report of its own (template 1500), where no model said anything."""

from __future__ import annotations

from pathlib import Path

from pydicom.dataset import Dataset

from app.report.content import ReaderWork
from app.report.dicom_source import NOTICE, common, device, headers_of, keep, making, shortened, titled
from app.report.measured import measured_group, own_code, own_scheme
from app.report.structured import observers
from app.viewer.measurements.results import results
from inference.errors import ExportError
from inference.imaging.study import Kind

SERIES_NUMBER = 9010


def has_numbers(work: ReaderWork) -> bool:
    """Whether anything was measured, rather than only marked."""
    return any(results(m) for m in work.measurements)


def write_measurement_report(work: ReaderWork, path: Path) -> Path:
    """Write the numbers of a reader with the places that they were measured at."""
    with making("The report of measurements"):
        dataset = measurement_report(work)
    return keep(dataset, path)


def measurement_report(work: ReaderWork) -> Dataset:
    """The data set; it refers to the series that were measured on."""
    from highdicom.sr import (
        Comprehensive3DSR,
        MeasurementReport,
        RelationshipTypeValues,
        TextContentItem,
    )
    from pydicom.sr.codedict import codes

    measured = {m.site.display_set_uid for m in work.measurements if results(m)}
    sets = [d for d in work.study.display_sets if d.kind is not Kind.DOCUMENT and d.uid in measured]
    evidence = [header for d in sets for header in headers_of(d)]
    groups = [group for m in work.measurements if (group := measured_group(m, evidence)) is not None]
    if not evidence or not groups:
        raise ExportError("There is no measurement to write.", hint="Measure something first.")
    content = MeasurementReport(
        observation_context=observers(work.reader),
        procedure_reported=own_code("reading", "Reading of a study"),
        imaging_measurements=groups,
        title=codes.DCM.ImagingMeasurementReport,
    )
    words = shortened(f"{NOTICE}. Measured by {work.reader or 'a reader'} with Negatoscope.", 1000)
    content[0].ContentSequence.append(
        TextContentItem(codes.DCM.Comment, words, RelationshipTypeValues.CONTAINS)
    )
    dataset = Comprehensive3DSR(
        evidence=evidence, content=content[0], is_complete=True, is_verified=False, **common(SERIES_NUMBER)
    )
    dataset.ManufacturerModelName, dataset.SoftwareVersions = list(device().values())[:2]
    dataset.CodingSchemeIdentificationSequence = own_scheme()
    return titled(dataset, "Measurements of the reader")
