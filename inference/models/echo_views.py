"""Which standard view a loop shows, and why some loops are not for the model. Free of torch."""

from __future__ import annotations

import re
from collections.abc import Sequence

from inference.imaging.modality_words import modality_words
from inference.imaging.naming import SET_ASIDE
from inference.imaging.study import DisplaySet, Kind, Series

VIEWS = ("A4C", "A2C", "PSAX", "PLAX")  # in the order of the published view weights
TITLES = {
    "A4C": "apical four-chamber",
    "A2C": "apical two-chamber",
    "PSAX": "parasternal short axis",
    "PLAX": "parasternal long axis",
}
_WORDS = {
    "A4C": r"a4c|ap4|4ch|4c|fc|four[ -]?chamber|apical[ -]?(4|four)|4[ -]chamber|t-d0a0c|g-a19c",
    "A2C": r"a2c|ap2|2ch|2c|tc|two[ -]?chamber|apical[ -]?(2|two)|2[ -]chamber|g-a19b",
    "PSAX": r"psax|sax|sa|short[ -]?axis|g-0396",
    "PLAX": r"plax|lax|la|(parasternal )?long[ -]?axis|g-0397",
}
_OTHERS = {
    "apical three-chamber": r"a3c|ap3|3ch|three[ -]?chamber|apical[ -]?(3|three|long)",
    "five-chamber": r"a5c|5ch|five[ -]?chamber",
    "subcostal": r"subcostal|subxiphoid",
    "suprasternal": r"suprasternal",
}
_ORGANS = (
    "abdomen|abdominal|liver|kidney|renal|thyroid|breast|carotid|obstetric|fetal|foetal|pelvis|prostate|"
    "testis|scrotum|gallbladder|spleen|pancreas|uterus|leg|venous|vein"
)
_DOPPLER = r"colou?r|doppler|cfi|cdi"
_MOTION_MODE = r"m-?mode"


def view_from_texts(texts: Sequence[str]) -> str:
    """The standard view that a text names; empty where none does, or where they name several."""
    joined = " | ".join(texts).lower()
    found = [view for view, words in _WORDS.items() if _named(words, joined)]
    return found[0] if len(found) == 1 else ""


def other_view(texts: Sequence[str]) -> str:
    """The name of a view that the model does not read, where a text names one."""
    joined = " | ".join(texts).lower()
    return next((name for name, words in _OTHERS.items() if _named(words, joined)), "")


def reason_against(display_set: DisplaySet, series: Series, texts: Sequence[str]) -> str:
    """Why the headers speak against a display set; empty where they do not."""
    if display_set.modality != "US":
        return f"{modality_words(display_set.modality)}, not an echocardiogram"
    if display_set.kind is Kind.DOCUMENT:
        return "holds no picture"
    if display_set.kind is not Kind.CINE:
        return "a single frame, not a loop; motion cannot be seen"
    if display_set.view:  # what a reader says counts more than any label
        return "" if display_set.view in VIEWS else SET_ASIDE
    return _reason_in_words((series.body_part, series.description, series.protocol, *texts))


def _reason_in_words(texts: Sequence[str]) -> str:
    joined = " | ".join(texts).lower()
    organ = re.search(rf"\b({_ORGANS})\b", joined)
    if organ and not re.search(r"\b(heart|cardiac|echo)\b", joined):
        return f"shows another organ ({organ.group(1)})"
    if re.search(rf"\b({_DOPPLER})\b", joined):
        return "named as colour or Doppler, which hides the tissue"
    if re.search(rf"\b({_MOTION_MODE})\b", joined):
        return "M-mode, not a two-dimensional loop"
    other = other_view(texts)
    return f"the {other} view, which the model does not read" if other else ""


def _named(words: str, text: str) -> bool:
    return re.search(rf"(?<![a-z0-9])({words})(?![a-z0-9])", text) is not None
