"""What happens to each attribute: PS3.15 Annex E, Basic Profile, and what of it the reader may choose."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from pydicom.datadict import dictionary_has_tag
from pydicom.tag import BaseTag, Tag

import resources

CURVES, OVERLAYS = 0x50, 0x60  # high bytes of the repeating groups 50xx and 60xx
BIRTH = frozenset(map(Tag, ("PatientBirthDate", "PatientBirthTime")))  # never kept, not even shifted
DESCRIPTIONS = frozenset(map(Tag, ("StudyDescription", "SeriesDescription", "ProtocolName")))
_MUST_BE_THERE = Tag("AcquisitionContextSequence")  # of projection radiographs, be it empty
DATES, FREE_TEXT = frozenset({"DA", "DT"}), frozenset({"LT", "ST", "UT"})


class Action(StrEnum):
    """What is done with one attribute; the words are those of the list beside the copies."""

    REMOVE = "removed"
    EMPTY = "emptied"
    DUMMY = "replaced by a dummy"
    UID = "replaced by another UID"
    SUBJECT = "replaced by the pseudonym"
    SHIFT = "shifted"
    WORDS = "reduced to known words"
    KEEP = "kept"


@dataclass(frozen=True)
class Options:
    """What the reader chooses.

    shift_dates         dates are moved, all of a patient by the same number of days, instead of removed
    keep_descriptions   of study, series and protocol the words that name regions and techniques are kept
    pixels_are_checked  the reader has looked: no name and no date is burned into the pictures
    subject             name and ID to write; one is made up where it is empty
    """

    shift_dates: bool = False
    keep_descriptions: bool = False
    pixels_are_checked: bool = False
    subject: str = ""


@lru_cache(maxsize=1)
def basic_profile() -> dict[BaseTag, str]:
    """The codes of Table E.1-1, such as "X/D", by tag."""
    text = resources.path("deidentification/basic_profile.csv").read_text("utf-8")
    lines = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {Tag(int(row["group"], 16), int(row["element"], 16)): row["action"] for row in lines}


def action_for(tag: BaseTag, vr: str, options: Options, *, enhanced: bool) -> Action:
    """What is done with an attribute. `enhanced`: an object that demands values where others need none."""
    if tag == Tag("PatientID") or tag == Tag("PatientName"):
        return Action.SUBJECT
    if tag.is_private or tag.group >> 8 in (CURVES, OVERLAYS):
        return Action.REMOVE
    if options.shift_dates and (vr == "TM" or vr in DATES) and tag not in BIRTH:
        return Action.SHIFT if vr in DATES else Action.KEEP
    if options.keep_descriptions and tag in DESCRIPTIONS:
        return Action.WORDS
    code = basic_profile().get(tag)
    if code == "X/Z" and vr == "SQ" and tag != _MUST_BE_THERE:
        return Action.REMOVE
    return _listed(code, vr, enhanced=enhanced) if code else _unlisted(tag, vr)


def _listed(code: str, vr: str, *, enhanced: bool) -> Action:
    """Of several codes the one that keeps an object valid: classic objects do without most values."""
    if vr == "SQ" and code in ("D", "X/Z/U*"):
        return Action.KEEP  # its items are cleaned one by one
    if code in ("X/D", "X/Z/D"):
        return Action.DUMMY if enhanced and vr != "SQ" else Action.REMOVE
    if code == "Z/D":
        return Action.DUMMY if enhanced else Action.EMPTY
    usual = {"X": Action.REMOVE, "Z": Action.EMPTY, "X/Z": Action.EMPTY, "D": Action.DUMMY, "U": Action.UID}
    return usual.get(code, Action.REMOVE)


def _unlisted(tag: BaseTag, vr: str) -> Action:
    """Stricter than the profile asks for: names, dates, free text and what nobody knows do not leave."""
    if not dictionary_has_tag(tag) or vr == "UN" or vr in FREE_TEXT:
        return Action.REMOVE
    if vr == "PN" or vr in DATES:
        return Action.EMPTY
    return Action.UID if vr == "UI" else Action.KEEP
