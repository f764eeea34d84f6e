"""Which loops of a raw study form a short-axis stack of the heart, and why the others do not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.imaging.modality_words import held_modalities, modality_words
from inference.imaging.placement import frame_of, is_placed, normal_of
from inference.imaging.stack import place
from inference.imaging.study import DisplaySet, Frame, Kind, Series, Study
from inference.models.ventricle_geometry import APEX_LPS
from inference.prediction import Exclusion

LEAST_POSITIONS, LEAST_PHASES = 5, 8
_TOWARDS_APEX = 0.5  # cosine; a normal further from that direction cuts another way
_SAME_NORMAL = 0.999
_SAME_PLACE_MM = 1.0
_SHORT_AXIS = re.compile(r"\b(?:sax|sa|short ?ax\w*|kurz\w*|psax)\b")
_LONG_AXIS = re.compile(
    r"\b(?:lax|long ?ax\w*|[234] ?(?:ch|chamber|kammer|cv)\w*|lvot|rvot|hla|vla|aort\w*|valve|flow|radial)\b"
)
_NOT_BALANCED = re.compile(
    r"\b(?:perf\w*|lge|de|mde|psir|molli|t[12] ?map\w*|tagg\w*|dce|dynam\w*|twist|angio\w*)\b"
)
_ELSEWHERE = re.compile(
    r"\b(?:brain|head|skull|neuro|knee|shoulder|elbow|wrist|hands?|hips?|ankle|foot|feet|spin[ae]|lumb\w*|"
    r"cervic\w*|abdom\w*|pelvi\w*|liver|prostat\w*|breast\w*|mamm\w*|kidney\w*|renal|bowel|swallow\w*|tmj)\b"
)
_HEART = re.compile(r"heart|cardi|herz|coeur|ventric")


@dataclass(frozen=True)
class Part:
    """One slice position: a loop, or one position of a cine stack."""

    display_set: DisplaySet
    position: int
    frame: Frame
    phases: int

    @property
    def along_mm(self) -> float:
        """Where the position lies along its own normal."""
        return float(normal_of(self.frame) @ np.asarray(self.frame.position_lps_mm, float))


@dataclass(frozen=True)
class Choice:
    """The positions to read, along the normal, and what was left out."""

    parts: tuple[Part, ...]
    excluded: tuple[Exclusion, ...]


def choose(study: Study) -> Choice:
    """The stack with most positions, then most phases; no parts where there is none."""
    reasons = {d.uid: reason_against(d, study.series_of(d), study) for d in study.display_sets}
    stacks = _stacks([d for d in study.display_sets if not reasons[d.uid]])
    best = max(stacks, key=lambda parts: (len(parts), min(p.phases for p in parts)), default=())
    enough = len(best) >= LEAST_POSITIONS
    used = {part.display_set.uid for part in best} if enough else set()
    for parts in stacks:
        few = f"{len(parts)} slice positions, fewer than {LEAST_POSITIONS}"
        why = "another short-axis stack has more slices" if len(parts) >= LEAST_POSITIONS else few
        reasons |= {p.display_set.uid: why for p in parts if p.display_set.uid not in used}
    excluded = [Exclusion(d.uid, d.title, reasons[d.uid]) for d in study.display_sets if reasons[d.uid]]
    return Choice(best if enough else (), tuple(excluded))


def why_none(choice: Choice, study: Study) -> str:
    """One clause that says why a whole study is not eligible."""
    modalities = sorted({d.modality for d in study.display_sets if d.kind is not Kind.DOCUMENT})
    if not modalities:
        return "the study holds no images"
    if "MR" not in modalities:
        return f"this model reads cine MR of the heart, the study holds {held_modalities(study)}"
    distinct = list(dict.fromkeys(e.reason for e in choice.excluded if not e.reason.startswith("not MR")))
    return "there is no short-axis cine stack (" + "; ".join(distinct[:4]) + ")"


def reason_against(display_set: DisplaySet, series: Series, study: Study) -> str:
    """Why a display set is not read, from its headers alone; empty where nothing speaks against it."""
    checks = (_kind, _elsewhere, _named, _placed, _plane, _phases)
    return next((why for check in checks if (why := check(display_set, series, study))), "")


def _kind(display_set: DisplaySet, _series: Series, _study: Study) -> str:
    if display_set.kind is Kind.DOCUMENT:
        return "a document, not images"
    if display_set.modality != "MR":
        return f"not MR but {modality_words(display_set.modality)}"
    if display_set.first.samples_per_pixel > 1:
        return "colour pictures"
    return "" if display_set.kind in (Kind.CINE, Kind.CINE_STACK) else "it does not move"


def _elsewhere(_display_set: DisplaySet, series: Series, study: Study) -> str:
    for text in (f"{series.body_part} {series.description} {series.protocol}", study.description):
        if _HEART.search(text.lower()):
            return ""
        if found := _ELSEWHERE.search(text.lower()):
            return f"another part of the body ({found.group()})"
    return ""


def _named(_display_set: DisplaySet, series: Series, _study: Study) -> str:
    text = _words(series)
    if found := _NOT_BALANCED.search(text):
        return f"not a cine sequence ({found.group()})"
    if (found := _LONG_AXIS.search(text)) and not _SHORT_AXIS.search(text):
        return f"another view ({found.group()})"
    return ""


def _placed(display_set: DisplaySet, _series: Series, _study: Study) -> str:
    pictures = range(0, len(display_set.frame_index), _phases_of(display_set))
    if all(is_placed(*place(display_set, picture)) for picture in pictures):
        return ""
    return "the files do not say where its slices lie"


def _plane(display_set: DisplaySet, series: Series, _study: Study) -> str:
    if _SHORT_AXIS.search(_words(series)):
        return ""
    towards = abs(float(normal_of(frame_of(*place(display_set, 0))) @ APEX_LPS))
    if towards < _TOWARDS_APEX or display_set.plane in ("axial", "coronal", "sagittal"):
        return "it does not cut across the long axis of the heart"
    return ""


def _phases(display_set: DisplaySet, _series: Series, _study: Study) -> str:
    phases = _phases_of(display_set)
    return f"{phases} phases, fewer than {LEAST_PHASES}" if phases < LEAST_PHASES else ""


def _phases_of(display_set: DisplaySet) -> int:
    return display_set.phases if display_set.kind is Kind.CINE_STACK else len(display_set.frame_index)


def _words(series: Series) -> str:
    return re.sub(r"[^a-z0-9]+", " ", f"{series.description or series.protocol}".lower())


def _stacks(display_sets: Sequence[DisplaySet]) -> list[tuple[Part, ...]]:
    """Cine stacks as they are; loops of one direction and pixel size together."""
    stacks = [_parts(d) for d in display_sets if d.kind is Kind.CINE_STACK]
    groups: list[list[Part]] = []
    for part in (p for d in display_sets if d.kind is Kind.CINE for p in _parts(d)):
        group = next((g for g in groups if _alike(g[0], part)), None)
        if group is None:
            groups.append([part])
        else:
            group.append(part)
    return stacks + [_one_per_place(group) for group in groups]


def _parts(display_set: DisplaySet) -> tuple[Part, ...]:
    phases = _phases_of(display_set)
    pictures = range(0, len(display_set.frame_index), phases)
    return tuple(
        Part(display_set, n, frame_of(*place(display_set, picture)), phases)
        for n, picture in enumerate(pictures)
    )


def _alike(one: Part, other: Part) -> bool:
    same_grid = one.display_set.shape[1:] == other.display_set.shape[1:]
    same_normal = float(normal_of(one.frame) @ normal_of(other.frame)) > _SAME_NORMAL
    return same_grid and same_normal and np.allclose(_spacing(one), _spacing(other), rtol=1e-3)


def _spacing(part: Part) -> NDArray[np.float64]:
    return np.asarray(part.frame.spacing_mm, float)


def _one_per_place(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Along the normal; of a position that was scanned twice the later scan."""
    kept: list[Part] = []
    for part in sorted(parts, key=lambda p: p.along_mm):
        if kept and part.along_mm - kept[-1].along_mm < _SAME_PLACE_MM:
            kept[-1] = part
        else:
            kept.append(part)
    return tuple(kept)
