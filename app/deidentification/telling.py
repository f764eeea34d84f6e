"""The list beside the copies: what was done, in words that name nobody."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from app.deidentification.cleaning import BASIC, MODIFIED_DATES
from app.version import application_version

if TYPE_CHECKING:
    from app.deidentification.copying import Copied

LIST = "what-was-done.txt"


def as_text(copied: Copied) -> str:
    """What was done with these files; no value, no UID and no file name of the originals."""
    options = copied.options
    codes = [BASIC, *([MODIFIED_DATES] if options.shift_dates else [])]
    lines = [
        f"De-identified by Negatoscope {application_version()} after DICOM PS3.15 Annex E.",
        *(f"  {value} {meaning}" for value, meaning in codes),
        "",
        f"{_counted(copied.files, 'file')} of {_counted(len(copied.subjects), 'subject')} written.",
        _dates(shifted=options.shift_dates),
        _descriptions(kept=options.keep_descriptions),
        "UIDs were replaced, the same by the same within this export. Which stands for which is not kept.",
        "Private attributes, curves and overlays were removed.",
        "",
        *_cautions(copied),
        *_left_out(copied),
        "What was done, by attribute (how often):",
        *_changes(copied),
    ]
    return "\n".join(lines) + "\n"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _dates(*, shifted: bool) -> str:
    if shifted:
        return "Dates were moved back, all of one subject by the same number of weeks. Times of day are true."
    return "Dates and times were removed, emptied or replaced by dummies."


def _descriptions(*, kept: bool) -> str:
    if kept:
        return (
            "Descriptions of study, series and protocol: words of a fixed list were kept, all others removed."
        )
    return "Descriptions of study, series and protocol were removed."


def _cautions(copied: Copied) -> list[str]:
    cautions = [f"LOOK: {caution}" for caution in copied.cautions]
    if copied.burned_in:
        cautions.append("In these pictures PatientIdentityRemoved (0012,0062) is NO.")
    if copied.options.pixels_are_checked:
        cautions.append("The person who exported has looked at the pictures: no name or date is burned in.")
    return [*cautions, ""] if cautions else []


def _left_out(copied: Copied) -> list[str]:
    reasons = Counter(reason for _, reason in copied.left_out)
    lines = [f"{_counted(count, 'file')} left out: {why}" for why, count in sorted(reasons.items())]
    return [*lines, ""] if lines else []


def _changes(copied: Copied) -> list[str]:
    return [f"  {name}: {done} ({count})" for (name, done), count in sorted(copied.changes.items())]
