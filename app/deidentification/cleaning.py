"""One data set without what says who the patient is; nested sequences as well."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import UID

import resources
from app.deidentification.profile import Action, Options, action_for
from app.deidentification.pseudonyms import Pseudonyms, is_of_the_standard
from app.deidentification.traces import GONE, blot_out, named_in, values_of, words_of

METHOD = "DICOM PS3.15 Annex E Basic Profile, by Negatoscope"
BASIC = ("113100", "Basic Application Confidentiality Profile")
MODIFIED_DATES = ("113107", "Retain Longitudinal Temporal Information Modified Dates Option")
_DUMMIES = {"DA": "19000101", "DT": "19000101000000", "TM": "000000", "AS": "000Y", "UI": ""}
_NUMBERS = frozenset({"DS", "IS", "FL", "FD", "SL", "SS", "UL", "US", "SV", "UV"})
# UIDs of coding schemes and the like name no patient; without them codes would lose their meaning
_SCHEMES = frozenset(map(Tag, ("CodingSchemeUID", "ContextUID", "MappingResourceUID")))

_GROUP_LENGTH = 0  # an element that only counts bytes

Changes = Counter[tuple[str, str]]  # (attribute, what was done with it) -> how often


def clean(dataset: Dataset, options: Options, pseudonyms: Pseudonyms) -> Changes:
    """Change a data set in place; what was done. The data set then says how it was de-identified."""
    patient, names = patient_key(dataset), named_in(dataset)
    cleaner = _Cleaner(options, pseudonyms, patient, enhanced=is_enhanced(dataset))
    cleaner.clean(dataset)
    for keyword in blot_out(dataset, names - words_of(cleaner.subject)):
        cleaner.changes[keyword, "held a name or number of a person: replaced"] += 1
    _say_so(dataset, options)
    return cleaner.changes


def patient_key(dataset: Dataset) -> str:
    """What tells patients apart within an export: the number with who gave it, else the name."""
    number, issuer = (str(dataset.get(name, "") or "") for name in ("PatientID", "IssuerOfPatientID"))
    return f"{number}\0{issuer}" if number else str(dataset.get("PatientName", "") or "")


def is_enhanced(dataset: Dataset) -> bool:
    """Whether the object is of a kind that demands values where classic ones do without."""
    groups = "SharedFunctionalGroupsSequence" in dataset or "PerFrameFunctionalGroupsSequence" in dataset
    return groups or "Enhanced" in UID(str(dataset.get("SOPClassUID", ""))).name


class _Cleaner:
    """Goes through one data set and all that is nested in it."""

    def __init__(self, options: Options, pseudonyms: Pseudonyms, patient: str, *, enhanced: bool) -> None:
        self._options, self._pseudonyms, self._patient = options, pseudonyms, patient
        self._enhanced = enhanced
        self.subject = options.subject or pseudonyms.subject(patient)
        self.changes: Changes = Counter()

    def clean(self, dataset: Dataset) -> None:
        """Do with every element what is to be done with it."""
        for tag in sorted(dataset.keys()):
            element = dataset[tag]
            action = action_for(element.tag, element.VR, self._options, enhanced=self._enhanced)
            if element.tag in _SCHEMES or (action is Action.UID and element.VR != "UI"):
                action = Action.KEEP if element.tag in _SCHEMES else Action.REMOVE
            if action is Action.UID and all(map(is_of_the_standard, values_of(element))):
                action = Action.KEEP
            if action is not Action.KEEP and tag.element != _GROUP_LENGTH:
                self.changes[_name(element), action.value] += 1
            if action is Action.REMOVE:
                del dataset[tag]
            else:
                self._change(element, action)

    def _change(self, element: DataElement, action: Action) -> None:
        if action is Action.EMPTY:
            element.clear()
        elif element.VR == "SQ":
            for item in element.value:
                self.clean(item)
        elif action is not Action.KEEP:
            element.value = self._in_place_of(element, action)

    def _in_place_of(self, element: DataElement, action: Action) -> object:
        """The value that takes the place of one that names somebody."""
        if action is Action.UID:
            return [self._pseudonyms.uid(str(uid)) for uid in values_of(element)]
        if action is Action.SHIFT:
            return [self._pseudonyms.moved(str(day), self._patient) for day in values_of(element)]
        if action is Action.WORDS:
            return known_words(str(element.value))
        return self.subject if action is Action.SUBJECT else _dummy(element.VR)


def _dummy(vr: str) -> object:
    """A value that says nothing."""
    if vr in _NUMBERS:
        return 0
    return b"" if vr.startswith("O") else _DUMMIES.get(vr, GONE)


def known_words(text: str) -> str:
    """The words of a description that name regions, planes and techniques; figures only beside a unit."""
    words = re.split(r"[^\w.+*-]+|[_-]", text)
    kept = [w for w in words if w.casefold() in _vocabulary() or re.fullmatch(r"\d{1,3}(\.\d)?(mm|T|D)", w)]
    return " ".join(kept)


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    text = resources.path("deidentification/description_words.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.casefold().split())


def _say_so(dataset: Dataset, options: Options) -> None:
    """Write how the data set was de-identified, as PS3.15 E.1 asks for."""
    kept = ["study and series descriptions: known words only"] if options.keep_descriptions else []
    dataset.DeidentificationMethod = [METHOD, *kept]
    codes = [BASIC, *([MODIFIED_DATES] if options.shift_dates else [])]
    dataset.DeidentificationMethodCodeSequence = Sequence([_code(*code) for code in codes])
    dataset.LongitudinalTemporalInformationModified = "MODIFIED" if options.shift_dates else "REMOVED"


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


def _name(element: DataElement) -> str:
    """An attribute for the list; of private ones and of repeating groups only that they were there."""
    if element.tag.is_private:
        return "private attributes"
    return element.keyword or f"({element.tag.group:04X},{element.tag.element:04X})"
