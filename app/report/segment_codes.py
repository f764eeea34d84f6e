"""What segments and measures are called in SNOMED CT, LOINC and UCUM; a code of our own where none fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.report.measured import own_code
from inference.card import Target

_STRUCTURE, _ABNORMAL, _SUBSTANCE = (
    ("91723000", "Anatomical Structure"), ("49755003", "Morphologically Abnormal Structure"),
    ("91720002", "Body Substance"),
)  # fmt: skip
BOTH = ("51440002", "Right and left")


@dataclass(frozen=True)
class SegmentCode:
    """(value, meaning) in SNOMED CT. `side` says that one segment holds both of a pair."""

    category: tuple[str, str]
    kind: tuple[str, str]
    side: tuple[str, str] | None = None


def _organ(value: str, meaning: str, *, both: bool = False) -> SegmentCode:
    return SegmentCode(_STRUCTURE, (value, meaning), BOTH if both else None)


SEGMENTS = {
    "lungs": _organ("39607008", "Lung", both=True), "lung": _organ("39607008", "Lung"),
    "heart": _organ("80891009", "Heart"), "aorta": _organ("15825003", "Aorta"),
    "liver": _organ("10200004", "Liver"), "spleen": _organ("78961009", "Spleen"),
    "kidneys": _organ("64033007", "Kidney", both=True), "kidney": _organ("64033007", "Kidney"),
    "stomach": _organ("69695003", "Stomach"), "spine": _organ("421060004", "Spine"),
    "pancreas": _organ("15776009", "Pancreas"), "gallbladder": _organ("28231008", "Gallbladder"),
    "esophagus": _organ("32849002", "Esophagus"), "trachea": _organ("44567001", "Trachea"),
    "brain": _organ("12738006", "Brain"), "urinary bladder": _organ("89837001", "Urinary bladder"),
    "focal lesion": SegmentCode(_ABNORMAL, ("52988006", "Lesion")),
    "lesion": SegmentCode(_ABNORMAL, ("52988006", "Lesion")),
    "tumour": SegmentCode(_ABNORMAL, ("108369006", "Neoplasm")),
    "fluid": SegmentCode(_SUBSTANCE, ("32457005", "Body fluid")),
    "left ventricular cavity": _organ("87878005", "Left ventricle"),
}  # fmt: skip
"""By what the models call their segments, in small letters."""

_MEASURES = {
    "lvedv": ("8821-1", "LN", "Left Ventricular ED Volume"),
    "lvesv": ("8823-7", "LN", "Left Ventricular ES Volume"),
    "lvef": ("8811-2", "LN", "Left ventricular ejection fraction by MR"),
}


def category_and_kind(name: str) -> tuple[Any, Any]:
    """The coded category and type of a segment; an anatomical structure of our own where it is unknown."""
    from highdicom.sr import CodedConcept

    known = SEGMENTS.get(name.lower())
    if known is None:
        return CodedConcept(_STRUCTURE[0], "SCT", _STRUCTURE[1]), own_code(name, name)
    return CodedConcept(known.category[0], "SCT", known.category[1]), concept(*known.kind)


def concept(value: str, meaning: str) -> Any:
    """A concept of SNOMED CT."""
    from highdicom.sr import CodedConcept

    return CodedConcept(value, "SCT", meaning)


def side_of(name: str) -> Any | None:
    """The laterality of a segment that holds both of a pair."""
    known = SEGMENTS.get(name.lower())
    return concept(*known.side) if known is not None and known.side else None


def measure_code(target: Target) -> Any | None:
    """What a measure of a model is called; None where no scheme has it."""
    from highdicom.sr import CodedConcept

    known = _MEASURES.get(target.name)
    return CodedConcept(*known) if known else None
