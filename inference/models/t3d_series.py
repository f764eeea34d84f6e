"""Which volume of a study T3D reads, and why the others are left out. Free of torch."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from inference.imaging.modality_words import modality_words
from inference.imaging.study import DisplaySet, Kind, Study
from inference.prediction import Exclusion

LEAST_SLICES = 8
LEAST_MM = (60.0, 220.0, 220.0)  # (slices, rows, columns): a trunk does not fit into less
MOST_MM = 2500.0
HINT = "T3D reads a CT of the chest or the abdomen whose slices form one volume."
_ELSEWHERE = re.compile(
    r"\b(?:brain|head|skull|neuro|sinus\w*|orbit\w*|temporal|petrous|neck|knee|shoulder|elbow|wrist|hands?|"
    r"ankle|foot|feet|leg)\b"
)
_DERIVED = re.compile(r"\b(?:scout|localizer|localiser|topogram|surview|mip|dose)\b")


@dataclass(frozen=True)
class Choice:
    """The volume to read; None where no volume can be."""

    display_set: DisplaySet | None
    excluded: tuple[Exclusion, ...]


def choose(study: Study) -> Choice:
    """The volume that covers most of the patient, then the one with most slices."""
    reasons = {d.uid: reason_against(d, study) for d in study.display_sets}
    fit = [d for d in study.display_sets if not reasons[d.uid]]
    best = max(fit, key=lambda d: (round(_extent_mm(d)[0], -1), d.shape[0]), default=None)
    if best is not None:
        reasons |= {d.uid: "another series covers as much or more" for d in fit if d is not best}
    excluded = (Exclusion(d.uid, d.title, reasons[d.uid]) for d in study.display_sets if reasons[d.uid])
    return Choice(best, tuple(excluded))


def reason_against(display_set: DisplaySet, study: Study) -> str:
    """Why the headers speak against a display set; empty where they do not."""
    if display_set.kind is Kind.DOCUMENT:
        return "holds no picture"
    if display_set.modality != "CT":
        return f"{modality_words(display_set.modality)}, not CT"
    if display_set.first.samples_per_pixel > 1:
        return "in colour; CT numbers are grey"
    if display_set.kind is not Kind.VOLUME or display_set.spacing_mm is None:
        return "its slices form no volume"
    return _reason_in_size(display_set) or _reason_in_words(display_set, study)


def why_none(choice: Choice, study: Study) -> str:
    """One clause that says why a whole study is not eligible."""
    sets = [d for d in study.display_sets if d.kind is not Kind.DOCUMENT]
    if not sets:
        return "the study holds no images"
    reasons = {exclusion.display_set_uid: exclusion.reason for exclusion in choice.excluded}
    largest = max(sets, key=lambda d: (d.modality == "CT", d.shape[0]))
    return f"{largest.title}: {reasons.get(largest.uid, 'cannot be read')}"


def _reason_in_size(display_set: DisplaySet) -> str:
    slices = display_set.shape[0]
    if slices < LEAST_SLICES:
        return f"{slices} slices; T3D needs at least {LEAST_SLICES}"
    extent = _extent_mm(display_set)
    if any(e < least for e, least in zip(extent, LEAST_MM, strict=True)):
        return f"covers {extent[0]:.0f} x {extent[1]:.0f} x {extent[2]:.0f} mm, less than a trunk"
    if max(extent) > MOST_MM:
        return f"covers {max(extent) / 1000:.1f} m, more than a patient: its spacing cannot be right"
    return ""


def _reason_in_words(display_set: DisplaySet, study: Study) -> str:
    series = study.series_of(display_set)
    words = " ".join((series.body_part, series.description, series.protocol)).lower().replace("_", " ")
    elsewhere = _ELSEWHERE.search(words)
    if elsewhere and not re.search(r"chest|thora|abdom|trunk|lung|liver", words):
        return f"shows another region ({elsewhere.group()})"
    derived = _DERIVED.search(words)
    return f"no plain volume ({derived.group()})" if derived else ""


def _extent_mm(display_set: DisplaySet) -> tuple[float, float, float]:
    spacing = display_set.spacing_mm or (0.0, 0.0, 0.0)
    extent = np.multiply(display_set.shape, spacing)
    return float(extent[0]), float(extent[1]), float(extent[2])
