"""The pictures that a reader marked, as a DICOM key object selection."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydicom.dataset import Dataset

from app.report.content import ReaderWork
from app.report.dicom_source import common, device, headers_of, keep, making, shortened, titled
from app.report.structured import observer_contexts
from app.viewer.measurements.measurement import Kind, Measurement
from inference.errors import ExportError

SERIES_NUMBER = 9600


def write_key_images(work: ReaderWork, path: Path) -> Path:
    """Write which pictures were marked."""
    with making("The key images"):
        dataset = key_images(work)
    return keep(dataset, path)


def key_images(work: ReaderWork) -> Dataset:
    """The data set; a frame of a loop is named as a frame."""
    from highdicom.ko import KeyObjectSelection, KeyObjectSelectionDocument
    from pydicom.sr.codedict import codes

    marks = marked(work.measurements)
    headers = _headers(work, marks)
    marks = [mark for mark in marks if mark.site.sop_instance_uid in headers]
    if not marks:
        raise ExportError("No picture was marked.", hint="Mark a key image first.")
    person, machine = observer_contexts(work.reader)
    content = KeyObjectSelection(
        document_title=codes.DCM.OfInterest,
        referenced_objects=[headers[mark.site.sop_instance_uid] for mark in marks],
        observer_person_context=person,
        observer_device_context=machine,
        description=shortened("; ".join(mark.text for mark in marks if mark.text), 1000) or None,
    )
    _name_frames(content[0], marks, headers)
    dataset = KeyObjectSelectionDocument(
        evidence=list(headers.values()), content=content, **common(SERIES_NUMBER)
    )
    dataset.ManufacturerModelName, dataset.SoftwareVersions = list(device().values())[:2]
    return titled(dataset, "Key images of the reader")


def marked(measurements: Sequence[Measurement]) -> list[Measurement]:
    """The marks that name a picture."""
    return [m for m in measurements if m.kind is Kind.KEY_IMAGE and m.site.sop_instance_uid]


def _headers(work: ReaderWork, marks: Sequence[Measurement]) -> dict[str, Dataset]:
    """The headers of the marked pictures that the study holds."""
    wanted = {mark.site.sop_instance_uid for mark in marks}
    sets = [d for d in work.study.display_sets if any(i.sop_instance_uid in wanted for i in d.instances)]
    found = {str(h.SOPInstanceUID): h for d in sets for h in headers_of(d)}
    return {uid: header for uid, header in found.items() if uid in wanted}


def _name_frames(content: Dataset, marks: Sequence[Measurement], headers: dict[str, Dataset]) -> None:
    """Which frame of a multi-frame picture was marked."""
    pictures = [item for item in content.ContentSequence if item.ValueType == "IMAGE"]
    for item, mark in zip(pictures, marks, strict=True):
        if int(headers[mark.site.sop_instance_uid].get("NumberOfFrames") or 1) > 1:
            item.ReferencedSOPSequence[0].ReferencedFrameNumber = mark.site.frame + 1
