"""What a projection shows: its view by name or by code, its side, and which way the patient lies on it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from inference.imaging import tags
from inference.imaging.placement import PROJECTIONS
from inference.imaging.study import DisplaySet, Instance
from inference.imaging.values import Values

# PS3.16 CID 4014, by SNOMED RT and CT
_MAMMOGRAM = {
    "CC": ("R-10242", "399162004"),
    "MLO": ("R-10226", "399368009"),
    "ML": ("R-10224", "399260004"),
    "LM": ("R-10228", "399352003"),
    "LMO": ("R-10230", "399099002"),
    "FB": ("R-10244", "399196006"),
    "SIO": ("R-102D0", "399188001"),
    "XCC": ("R-1024A", "399192008"),
    "XCCL": ("R-1024B", "399101009"),
    "XCCM": ("R-102CF", "399265009"),
}
VIEW_BY_CODE = {code: name for name, codes in _MAMMOGRAM.items() for code in codes}
_OPPOSITE = {"A": "P", "P": "A", "L": "R", "R": "L", "H": "F", "F": "H"}
_FROM_ABOVE = ("CC", "XCC", "XCCL", "XCCM")
MAMMOGRAPHY = "MG"


@dataclass(frozen=True)
class Stance:
    """How a projection is turned before it is seen, and to which side of its viewport it keeps.

    towards  1 to the right, -1 to the left, 0 in the middle
    """

    flip_across: bool = False
    flip_down: bool = False
    towards: int = 0


def view_of(values: Values, modality: str) -> str:
    """The view of a projection as its header names or codes it; empty where it does not."""
    if modality not in PROJECTIONS:
        return ""
    codes = (item.text(tags.CODE_VALUE) for item in values.items(tags.VIEW_CODE))
    coded = next((VIEW_BY_CODE[code] for code in codes if code in VIEW_BY_CODE), "")
    return values.text(tags.VIEW_POSITION).upper() or (coded if modality == MAMMOGRAPHY else "")


def projection_title(instance: Instance, title: str) -> str:
    """What a reader calls it: "R MLO" of a breast, else "Chest · PA"; empty where nothing is added."""
    if not instance.view:
        return ""
    side = instance.laterality.upper()
    if instance.modality == MAMMOGRAPHY and side in ("L", "R"):
        named = f"{side} {instance.view}"
        plain = re.sub(r"[^A-Z]", "", title.upper())
        return named if plain == named.replace(" ", "") else f"{named} · {title}"
    known = re.search(rf"\b{re.escape(instance.view)}\b", title, re.IGNORECASE)
    return "" if known else f"{title} · {instance.view}"


def stance_of(display_set: DisplaySet) -> Stance:
    """A breast with its chest wall towards the other breast, the head or the outer side up; else as stored.

    The right breast hangs on the left, with its chest wall on the right, and the left one beside it.
    """
    first = display_set.first
    side = first.laterality.upper()
    if display_set.modality != MAMMOGRAPHY or side not in ("L", "R"):
        return Stance()
    towards = 1 if side == "R" else -1
    row, column = letters_of(first)
    wall = "P" if side == "R" else "A"
    down = ("L" if side == "R" else "R") if first.view in _FROM_ABOVE else "F"
    return Stance(_OPPOSITE[wall] in row, _OPPOSITE[down] in column and down not in column, towards)


def letters_of(instance: Instance) -> tuple[str, str]:
    """Which way columns and rows of a projection grow, as ("P", "FL"); empty where the file does not say."""
    given = instance.patient_orientation
    if len(given) != 2 or not all(set(part.upper()) <= set(_OPPOSITE) for part in given):
        return "", ""
    return given[0].upper(), given[1].upper()


def opposite(letters: str) -> str:
    """The other end of a direction."""
    return "".join(_OPPOSITE[letter] for letter in letters)
