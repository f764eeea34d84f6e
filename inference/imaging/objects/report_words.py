"""How the value of each kind of content item of a structured report reads."""

from __future__ import annotations

from collections.abc import Callable

from pydicom.dataset import Dataset

from inference.imaging.instances import class_name
from inference.imaging.layout import numbers
from inference.imaging.objects.items import Code, code, first, lines, name, text, uid
from inference.imaging.values import iso_date, iso_time

_POWERS = str.maketrans("23", "²³")
_UNITS = {"1": "", "[hnsf'U]": "HU", "Cel": "°C", "deg": "°", "um": "µm", "{ratio}": "", "mm[Hg]": "mmHg"}
_LENGTHS = ("mm", "cm", "m", "um", "dm")


def unit_words(unit: Code | None) -> str:
    """A unit as it is written beside a number."""
    if unit is None:
        return ""
    if unit.scheme.upper() != "UCUM" or not unit.value:
        return unit.meaning
    value = unit.value
    if value in _UNITS:
        return _UNITS[value]
    if value[-1:] in "23" and value[:-1] in _LENGTHS:
        return value.translate(_POWERS)
    if value.startswith("{") and "}" in value:  # an annotation, such as {SUVbw}g/ml
        note, _, rest = value[1:].partition("}")
        return f"{rest} {note}".strip()
    return value


def words_of(item: Dataset, kind: str, value: Code | None) -> str:
    """The value of an item in words."""
    if kind == "CODE":
        return value.meaning if value else ""
    if kind in _WORDS:
        return _WORDS[kind](item)
    identifier = numbers(item, "ReferencedContentItemIdentifier")
    return f"see item {'.'.join(f'{n:g}' for n in identifier)}" if identifier else ""


def measured(item: Dataset) -> tuple[float | None, str]:
    """Number and unit of a NUM item."""
    measured = first(item, "MeasuredValueSequence")
    found = numbers(measured, "NumericValue") if measured is not None else ()
    return (found[0] if found else None), unit_words(code(measured, "MeasurementUnitsCodeSequence"))


def _number_words(item: Dataset) -> str:
    amount, unit = measured(item)
    if amount is None:
        why = code(item, "NumericValueQualifierCodeSequence")
        return why.meaning if why else "no value"
    return f"{amount:.6g} {unit}".rstrip()


def _datetime(item: Dataset) -> str:
    said = text(item, "DateTime")
    return f"{iso_date(said[:8])} {iso_time(said[8:14])}".strip()


def _reference_words(item: Dataset) -> str:
    found = first(item, "ReferencedSOPSequence")
    what = class_name(uid(found, "ReferencedSOPClassUID")) or "object"
    frames, segments = (whole_numbers(found, k) for k in ("ReferencedFrameNumber", "ReferencedSegmentNumber"))
    parts = [what]
    for words, counts in (("frame", frames), ("segment", segments)):
        if counts:
            parts.append(f"{words}{'s' if len(counts) > 1 else ''} {', '.join(map(str, counts[:8]))}")
    return ", ".join(parts)


def _shape_words(item: Dataset) -> str:
    shape = text(item, "GraphicType") or text(item, "TemporalRangeType")
    count = len(numbers(item, "GraphicData")) // (3 if text(item, "ValueType") == "SCOORD3D" else 2)
    return f"{shape.lower()}, {count} points" if count > 1 else shape.lower()


_WORDS: dict[str, Callable[[Dataset], str]] = {
    "TEXT": lambda item: lines(item, "TextValue"),
    "NUM": _number_words,
    "PNAME": lambda item: name(item, "PersonName"),
    "DATE": lambda item: iso_date(text(item, "Date")),
    "TIME": lambda item: iso_time(text(item, "Time")),
    "DATETIME": _datetime,
    "UIDREF": lambda item: uid(item, "UID"),
    **dict.fromkeys(("IMAGE", "COMPOSITE", "WAVEFORM"), _reference_words),
    **dict.fromkeys(("SCOORD", "SCOORD3D", "TCOORD"), _shape_words),
}
"""How the value of each kind of item reads."""


def whole_numbers(item: Dataset | None, keyword: str) -> tuple[int, ...]:
    """The numbers of an element that counts frames or segments."""
    return () if item is None else tuple(int(n) for n in numbers(item, keyword))
