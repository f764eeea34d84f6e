"""Who is named in a file, and whether what is left still names them anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

GONE = "REMOVED"
SHORTEST = 3  # letters or figures of a word that can name somebody
LONG = 5  # figures of a number that does not agree with an ID by chance
_IDENTITIES = frozenset(
    map(
        Tag,
        ("PatientID", "OtherPatientIDs", "IssuerOfPatientID", "PatientBirthDate", "AccessionNumber",
         "PatientTelephoneNumbers", "PatientAddress", "InstitutionName", "StudyID", "AdmissionID"),
    )
)  # fmt: skip
_TEXTS = frozenset({"SH", "LO", "ST", "LT", "UT", "UC", "PN", "AE", "UR"})
_WORD = re.compile(r"\w+")
_NOBODY = frozenset(
    {"anonymous", "anonymized", "anonymised", "anon", "unknown", "none", "removed", "patient"}
)


def named_in(dataset: Dataset) -> frozenset[str]:
    """The words that name the patient and other people anywhere in a file, folded."""
    values = (
        str(value)
        for element in _elements(dataset)
        if element.VR == "PN" or element.tag in _IDENTITIES
        for value in values_of(element)
    )
    words = {word for value in values for word in words_of(value)}
    return frozenset(words - _NOBODY)


def words_of(text: str) -> set[str]:
    """Words that could name somebody, folded; an ID or a date also without what joins its parts."""
    parts = {part for word in _WORD.findall(text) for part in (word, *word.split("_"))}
    joined = re.sub(r"\W", "", text) if any(map(str.isdigit, text)) else ""
    return {part.casefold() for part in (*parts, joined) if len(part) >= SHORTEST}


def blot_out(dataset: Dataset, names: frozenset[str]) -> list[str]:
    """Take out every text that is left and holds one of these words; the attributes where that was so."""
    found = []
    for element in _elements(dataset):
        if element.VR in _TEXTS and any(words_of(str(v)) & names for v in values_of(element)):
            element.value = "" if element.VR in ("AE", "UR") else GONE
            found.append(element.keyword)
        elif element.VR == "IS" and any(str(v) in names and len(str(v)) >= LONG for v in values_of(element)):
            element.clear()
            found.append(element.keyword)
    return found


def values_of(element: DataElement) -> Iterable[object]:
    """The values of an element, however many there are."""
    value = element.value
    if value is None:
        return ()
    return value if element.VM > 1 else (value,)


def _elements(dataset: Dataset) -> Iterator[DataElement]:
    """Every element, also in sequences."""
    for element in dataset:
        yield element
        if element.VR == "SQ":
            for item in element.value:
                yield from _elements(item)
