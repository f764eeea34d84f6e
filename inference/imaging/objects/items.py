"""Careful access to the data sets of an object: whatever a file holds, a wrong value is simply not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from inference.imaging.layout import numbers
from inference.imaging.values import clean, person_name

_SEVERAL = (MultiValue, list, tuple)
_Points = NDArray[np.float64]


@dataclass(frozen=True)
class Code:
    """A coded concept, such as ("10200004", "SCT", "Liver")."""

    value: str
    scheme: str
    meaning: str

    def is_one_of(self, *known: tuple[str, str]) -> bool:
        """Whether it is one of some (value, scheme)."""
        return (self.value, self.scheme) in known


def text(item: Dataset | None, keyword: str) -> str:
    """One line of text without control characters; empty where there is none."""
    return clean(_said(item, keyword))


def first_text(item: Dataset | None, *keywords: str) -> str:
    """The first of some elements of text that says anything."""
    return next((found for keyword in keywords if (found := text(item, keyword))), "")


def lines(item: Dataset | None, keyword: str) -> str:
    """Text that keeps its line breaks and nothing else that does not print."""
    kept = _said(item, keyword).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(clean(line) for line in kept.split("\n")).strip()


def texts(item: Dataset | None, keyword: str) -> tuple[str, ...]:
    """All values of an element of text."""
    value = value_of(item, keyword)
    many = value if isinstance(value, _SEVERAL) else [value]
    return tuple(found for found in (clean(str(part)) for part in many if part is not None) if found)


def name(item: Dataset | None, keyword: str) -> str:
    """A person's name as "Family, Given"."""
    return person_name(text(item, keyword))


def uid(item: Dataset | None, keyword: str) -> str:
    """A UID without padding."""
    return text(item, keyword).strip("\0 ")


def items(item: Dataset | None, keyword: str) -> list[Dataset]:
    """The items of a sequence; none where it is missing or cannot be read."""
    value = value_of(item, keyword)
    return [part for part in value if isinstance(part, Dataset)] if isinstance(value, Sequence) else []


def first(item: Dataset | None, keyword: str) -> Dataset | None:
    """The first item of a sequence."""
    found = items(item, keyword)
    return found[0] if found else None


def code(item: Dataset | None, keyword: str) -> Code | None:
    """The coded concept under `keyword`; None where there is none."""
    found = first(item, keyword)
    value = text(found, "CodeValue") or text(found, "LongCodeValue") or uid(found, "URNCodeValue")
    meaning = text(found, "CodeMeaning")
    return Code(value, text(found, "CodingSchemeDesignator"), meaning or value) if value or meaning else None


def points(item: Dataset | None, keyword: str, size: int) -> _Points:
    """(n, size) finite numbers; empty where any cannot be read or they do not come in groups of `size`."""
    flat = _plain_numbers(item, keyword)
    if flat is None:
        flat = np.asarray(numbers(item, keyword) if item is not None else (), float)
    if len(flat) % size or not np.isfinite(flat).all():
        return np.zeros((0, size))
    return flat.reshape(-1, size)


def value_of(item: Dataset | None, keyword: str) -> Any:
    """The value under `keyword`; None where it is missing or cannot be read."""
    if item is None:
        return None
    try:
        return item.get(keyword)
    except Exception:  # noqa: BLE001 - pydicom converts on access, and untrusted bytes fail in many ways
        return None


def _said(item: Dataset | None, keyword: str) -> str:
    value = value_of(item, keyword)
    try:
        return (
            "" if value is None else "\\".join(map(str, value)) if isinstance(value, _SEVERAL) else str(value)
        )
    except Exception:  # noqa: BLE001 - a name in a character set that cannot be decoded
        return ""


def _plain_numbers(item: Dataset | None, keyword: str) -> _Points | None:
    """Decimal text straight from the bytes, for the many thousand points of a contour."""
    raw = None if item is None else item.get_item(Tag(keyword), keep_deferred=True)
    data = getattr(raw, "value", None)
    if not isinstance(data, bytes) or getattr(raw, "VR", None) not in ("DS", None):
        return None
    try:
        return np.array(data.strip(b"\0 ").split(b"\\")).astype(float)
    except ValueError:
        return None
