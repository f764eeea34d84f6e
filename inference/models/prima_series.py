"""Which display sets of a raw study Prima reads, and why it leaves the others out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from inference.imaging.modality_words import held_modalities, modality_words
from inference.imaging.study import DisplaySet, Kind, Series, Study
from inference.models.prima_patches import Patches

MIN_SLICES = 8
MIN_COVER_MM = 50.0
HEAD_MM = (90.0, 280.0)  # shortest and longest edge that a head has in a slice

_LOCALISER = re.compile(
    r"\b(?:locali[sz]ers?|locs?|scouts?|survey|(?:3|three) ?pl(?:ane)?s?|aahead\w*|smart ?brain|calib\w*|"
    r"asset|ref(?:erence)? ?scan|shim\w*)\b"
)
_MAPS = re.compile(
    r"\b(?:[de]?adc|fa|colfa|col|tensor|trace ?map|r?cbf|r?cbv|mtt|ttp|tmax|ktrans|perf\w*|subtraction|sub|"
    r"t[12] ?map|r2star|b0 ?map|field ?map|phase|mip|minip|projection|reformat\w*|curved|screen ?\w*|"
    r"report|dose|summary|fused|fusion|tractography|spectro\w*|mrs|vrt|3d ?rend\w*|asl|bold|fmri|dsc|dce)\b"
)
_BRAIN = re.compile(
    r"brain|\bhead|skull|crani|neuro|cerebr|encephal|schaedel|\bkopf|pituitar|\bsella|\biacs?\b|hippocamp"
)
_ELSEWHERE = re.compile(
    r"\b(?:knee|shoulder|elbow|wrist|hands?\b|hips?\b|ankle|foot|feet|spin[ae]|lumb|cervic|thora|abdom|pelvi|"
    r"liver|prostat|breast|mamm|cardiac|heart|chest|kidney|renal|mrcp|femur|tibia|rect(?:um|al)|uter|bowel|"
    r"legs?\b|arms?\b|neck|carotid)"
)
_READABLE_DERIVED = {"TRACEW", "TRACE", "RMS", "MEAN"}  # made on the scanner, and what is read of that scan
_DROPPED_TYPES = {
    "LOCALIZER": "localiser",
    "SCOUT": "localiser",
    "MOSAIC": "mosaic of slices in one picture",
    "PROJECTION IMAGE": "projection",
    "MAX_IP": "projection",
    "MIN_IP": "projection",
    "MIP": "projection",
    "MPR": "reformatted from another series",
    "REFORMATTED": "reformatted from another series",
    "CSA MPR": "reformatted from another series",
    "SCREEN SAVE": "screen save",
    "CARDIAC": "another part of the body (heart)",
    "P": "phase image",
    "PHASE": "phase image",
    "ADC": "map derived from other images",
    "FA": "map derived from other images",
    "SUBTRACTION": "subtraction of other images",
}


def reason_against(display_set: DisplaySet, series: Series, study: Study) -> str:
    """Why a display set is not read, from its headers alone; empty where nothing speaks against it."""
    checks = (_modality, _kind, _elsewhere, _header_type, _named, _derived, _slices)
    return next((why for check in checks if (why := check(display_set, series, study))), "")


def reason_against_content(patches: Patches) -> str:
    """Why the pixels cannot be those of a head; empty where they can."""
    extent = list(patches.extent_mm)
    thin_axis = 2 - patches.orientation
    in_plane = [mm for axis, mm in enumerate(extent) if axis != thin_axis]
    if min(in_plane) < HEAD_MM[0]:
        return f"what it shows is {min(in_plane):.0f} mm wide, too small for a head"
    across = [extent[0], extent[1]] if thin_axis == 2 else [extent[0 if thin_axis == 1 else 1]]
    if max(across) > HEAD_MM[1]:
        return f"what it shows is {max(across):.0f} mm wide, too large for a head"
    return ""


def why_none(reasons: Iterable[str], study: Study) -> str:
    """One clause that says why a whole study is not eligible."""
    modalities = sorted({d.modality for d in study.display_sets if d.kind is not Kind.DOCUMENT})
    if not modalities:
        return "the study holds no images"
    if "MR" not in modalities:
        return f"this model reads MR, the study holds {held_modalities(study)}"
    distinct = list(dict.fromkeys(r for r in reasons if not r.startswith("not MR")))
    return "no series can be used (" + "; ".join(distinct[:4]) + ")"


def _modality(display_set: DisplaySet, _series: Series, _study: Study) -> str:
    if display_set.kind is Kind.DOCUMENT:
        return "a document, not images"
    return "" if display_set.modality == "MR" else f"not MR but {modality_words(display_set.modality)}"


def _kind(display_set: DisplaySet, _series: Series, _study: Study) -> str:
    if display_set.kind in (Kind.CINE, Kind.CINE_STACK) or display_set.phases > 1:
        return "repeated in time"
    if display_set.kind is Kind.STILL:
        return "a single picture"
    return "" if display_set.spacing_mm else "the files do not place its slices on one grid"


def _elsewhere(_display_set: DisplaySet, series: Series, study: Study) -> str:
    """The body part by header. What names the head wins: "head and neck" is read."""
    near = f"{series.body_part} {series.description} {series.protocol}".lower()
    far = study.description.lower()
    for text in (near, far):
        if _BRAIN.search(text):
            return ""
        if found := _ELSEWHERE.search(text):
            return f"another part of the body ({found.group()})"
    return ""


def _header_type(display_set: DisplaySet, _series: Series, _study: Study) -> str:
    first = display_set.first
    if first.sop_class_uid.startswith("1.2.840.10008.5.1.4.1.1.7"):
        return "secondary capture"
    if first.samples_per_pixel > 1:
        return "colour pictures"
    words = [word.upper() for word in first.image_type[2:] or first.image_type]
    return next((_DROPPED_TYPES[word] for word in words if word in _DROPPED_TYPES), "")


def _named(_display_set: DisplaySet, series: Series, _study: Study) -> str:
    text = re.sub(r"[^a-z0-9]+", " ", f"{series.description or series.protocol}".lower())
    if _LOCALISER.search(text):
        return "localiser"
    return f"named as a map or reformat ({found.group()})" if (found := _MAPS.search(text)) else ""


def _derived(display_set: DisplaySet, _series: Series, _study: Study) -> str:
    words = {word.upper() for word in display_set.first.image_type}
    if "DERIVED" not in words or (words & _READABLE_DERIVED and "SECONDARY" not in words):
        return ""
    return "derived from other images"


def _slices(display_set: DisplaySet, _series: Series, _study: Study) -> str:
    slices = display_set.shape[0]
    if slices < MIN_SLICES:
        return f"{slices} slices, fewer than {MIN_SLICES}"
    cover = slices * (display_set.spacing_mm or (0.0, 0.0, 0.0))[0]
    return f"covers only {cover:.0f} mm" if cover < MIN_COVER_MM else ""
