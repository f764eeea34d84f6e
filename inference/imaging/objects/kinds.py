"""What kind of object a file is, by its SOP class."""

from __future__ import annotations

from enum import StrEnum

from inference.imaging.instances import SEGMENTATIONS, class_name
from inference.imaging.study import DisplaySet, Instance

_SR = "1.2.840.10008.5.1.4.1.1.88."
KEY_OBJECTS = frozenset({f"{_SR}59"})
STRUCTURES = frozenset({"1.2.840.10008.5.1.4.1.1.481.3"})
PARAMETRIC_MAPS = frozenset({"1.2.840.10008.5.1.4.1.1.30"})
DOSES = frozenset({"1.2.840.10008.5.1.4.1.1.481.2"})
PRESENTATIONS = frozenset({f"1.2.840.10008.5.1.4.1.1.11.{number}" for number in (1, 2, 3, 4, 5)})
PDFS = frozenset({"1.2.840.10008.5.1.4.1.1.104.1"})
PLANS = frozenset({"1.2.840.10008.5.1.4.1.1.481.5", "1.2.840.10008.5.1.4.1.1.481.8"})  # RT, RT Ion
VALUE_MAPPINGS = frozenset({"1.2.840.10008.5.1.4.1.1.67"})
RECORDINGS = frozenset({f"1.2.840.10008.5.1.4.1.1.9.1.{number}" for number in (1, 2, 3, 4)})


class ObjectKind(StrEnum):
    """What the window does with an object."""

    SEGMENTATION = "segmentation"
    CONTOURS = "contours"
    MAP = "parametric map"
    DOSE = "dose"
    PRESENTATION = "presentation state"
    REPORT = "report"
    KEY_IMAGES = "key images"
    PDF = "PDF"
    PLAN = "RT plan"
    VALUE_MAPPING = "value mapping"
    RECORDING = "ECG"
    OTHER = "document"


_KINDS: tuple[tuple[frozenset[str], ObjectKind], ...] = (
    (SEGMENTATIONS, ObjectKind.SEGMENTATION),
    (STRUCTURES, ObjectKind.CONTOURS),
    (PARAMETRIC_MAPS, ObjectKind.MAP),
    (DOSES, ObjectKind.DOSE),
    (PRESENTATIONS, ObjectKind.PRESENTATION),
    (KEY_OBJECTS, ObjectKind.KEY_IMAGES),
    (PDFS, ObjectKind.PDF),
    (PLANS, ObjectKind.PLAN),
    (VALUE_MAPPINGS, ObjectKind.VALUE_MAPPING),
    (RECORDINGS, ObjectKind.RECORDING),
)

LAYERS = frozenset({ObjectKind.SEGMENTATION, ObjectKind.CONTOURS, ObjectKind.MAP, ObjectKind.DOSE})
"""Kinds that are laid over a picture."""


def kind_of(instance: Instance) -> ObjectKind | None:
    """What kind of object a file is; None for a picture."""
    sop_class = instance.sop_class_uid
    for classes, kind in _KINDS:
        if sop_class in classes:
            return kind
    if sop_class.startswith(_SR) or instance.modality == "SR":
        return ObjectKind.REPORT
    return None if instance.has_pixels else ObjectKind.OTHER


def object_kind(display_set: DisplaySet) -> ObjectKind | None:
    """What kind of object a display set is; None for pictures."""
    return kind_of(display_set.first)


def kind_words(display_set: DisplaySet) -> str:
    """How a reader calls an object, such as "segmentation" or "RT Plan"."""
    kind = object_kind(display_set)
    if kind in (ObjectKind.OTHER, ObjectKind.PLAN):
        return class_name(display_set.first.sop_class_uid) or "document"
    return kind.value if kind else "pictures"
