"""The values of one header to an `Instance`."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path

from pydicom.uid import UID

from inference.imaging import tags
from inference.imaging.facts import windows
from inference.imaging.functional_groups import (
    MOST_FRAMES,
    frame_from,
    frame_headers,
    frame_windows,
    ultrasound_spacing,
)
from inference.imaging.part10 import Start
from inference.imaging.placement import PROJECTIONS
from inference.imaging.projections import view_of
from inference.imaging.study import Frame, Instance
from inference.imaging.values import Values

SEGMENTATIONS = frozenset({"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"})
_LOOPS = frozenset({"US", "IVUS", "XA", "RF", "ES", "XC", "GM"})
_RATES = (tags.FRAME_TIME, tags.FRAME_TIME_VECTOR, tags.CINE_RATE, tags.DISPLAY_RATE)
_SHARED = tuple(field.name for field in fields(Frame) if field.name != "stack")  # Frame and Instance agree
_TIME_POINTERS = (tags.FRAME_TIME, tags.FRAME_TIME_VECTOR, 0x00540060, 0x00540070, 0x00540100)  # or NM phases


def instance_from(path: Path, start: Start, values: Values) -> Instance:
    """What the header of one file says about it."""
    sop_class = values.text(tags.SOP_CLASS) or start.sop_class
    modality = values.text(tags.MODALITY)
    frames = _frames(values)
    has_pixels = values.elements.pixels is not None and sop_class not in SEGMENTATIONS
    top, note = _spaced(frame_from(values), values, modality)
    headers = frame_headers(values, top, frames) if has_pixels else ()
    lead = vars(headers[0] if headers else top)
    return Instance(
        path=path,
        sop_instance_uid=values.text(tags.SOP_INSTANCE) or start.sop_instance or made_uid(f"file {path}"),
        sop_class_uid=sop_class,
        series_uid=values.text(tags.SERIES),
        study_uid=values.text(tags.STUDY),
        transfer_syntax_uid=start.transfer_syntax,
        modality=modality,
        instance_number=values.whole(tags.INSTANCE_NUMBER),
        rows=values.whole(tags.ROWS) or 0,
        columns=values.whole(tags.COLUMNS) or 0,
        frames=frames,
        samples_per_pixel=values.whole(tags.SAMPLES_PER_PIXEL) or 1,
        photometric=values.text(tags.PHOTOMETRIC),
        windows=windows(values) or frame_windows(values),
        contrast_agent=values.text(tags.CONTRAST_AGENT),
        frame_of_reference_uid=values.text(tags.FRAME_OF_REFERENCE),
        repetition_time_ms=values.number(tags.REPETITION_TIME),
        has_pixels=has_pixels,
        patient_orientation=values.texts(tags.PATIENT_ORIENTATION),
        laterality=values.text(tags.IMAGE_LATERALITY) or values.text(tags.LATERALITY),
        view=view_of(values, modality),
        concatenation_uid=values.text(tags.CONCATENATION),
        is_loop=frames > 1 and _is_loop(values, modality),
        document_title="" if has_pixels else _title(values, sop_class),
        frame_headers=headers,
        spacing_note=note,
        lut_shape=values.text(tags.LUT_SHAPE).upper(),
        **{name: lead[name] for name in _SHARED},
    )


@lru_cache(maxsize=512)
def class_name(sop_class_uid: str) -> str:
    """The standard's name of a SOP class without its last word, such as "CT Image"; empty where unknown."""
    name = UID(sop_class_uid).name if sop_class_uid else ""
    return "" if name == sop_class_uid else name.removesuffix(" Storage")


def is_image_class(sop_class_uid: str) -> bool:
    """Whether files of this class hold pictures."""
    name = class_name(sop_class_uid)
    return "Image" in name and "Presentation" not in name and sop_class_uid not in SEGMENTATIONS


def made_uid(text: str) -> str:
    """A stable UID for what has none of its own."""
    return f"2.25.{int.from_bytes(hashlib.sha256(text.encode('utf-8', 'replace')).digest()[:15])}"


def _frames(values: Values) -> int:
    count = values.whole(tags.FRAMES)
    if count is None or 1 <= count <= MOST_FRAMES:
        return count or 1
    if count:
        values.problems.append(f"The file claims {count} frames; one is assumed.")
    return 1


def _spaced(place: Frame, values: Values, modality: str) -> tuple[Frame, str]:
    """The place with the pixel spacing that the kind of picture calls for, and what its millimetres mean."""
    if values.elements.nested.get(tags.US_REGIONS):
        spacing = ultrasound_spacing(values)
        return replace(place, spacing_mm=spacing), "from the ultrasound region" if spacing else ""
    if place.spacing_mm is not None:
        return place, _projection_note(values) if modality in PROJECTIONS else ""
    detector = values.pair(tags.IMAGER_SPACING) or values.pair(tags.NOMINAL_SCANNED_SPACING)
    if detector is None:
        return place, ""
    factor = max(1.0, values.number(tags.MAGNIFICATION) or 1.0)
    note = "mm with estimated magnification" if factor > 1 else "mm at the detector"
    return replace(place, spacing_mm=(detector[0] / factor, detector[1] / factor)), note


def _projection_note(values: Values) -> str:
    stated = values.text(tags.CALIBRATION_TYPE).upper()
    notes = {"FIDUCIAL": "calibrated", "GEOMETRY": "mm with estimated magnification"}
    return notes.get(stated, "mm in projection")


def _is_loop(values: Values, modality: str) -> bool:
    pointer = values.elements.values.get(tags.FRAME_INCREMENT, ("", b""))[1]
    order = "little" if values.elements.little else "big"
    group, element = int.from_bytes(pointer[:2], order), int.from_bytes(pointer[2:4], order)  # type: ignore[arg-type]
    if pointer and modality not in _LOOPS:
        return (group << 16 | element) in _TIME_POINTERS
    return modality in _LOOPS or any(values.raw(tag) for tag in _RATES)


def _title(values: Values, sop_class: str) -> str:
    labels = (
        tags.DOCUMENT_TITLE,
        tags.CONTENT_DESCRIPTION,
        tags.CONTENT_LABEL,
        tags.STRUCTURES_LABEL,
        tags.PLAN_LABEL,
        tags.SERIES_DESCRIPTION,
    )
    return next((text for text in map(values.text, labels) if text), "") or class_name(sop_class)
