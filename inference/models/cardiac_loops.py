"""Which loops of a raw study the cardiac model reads, and why it leaves the others out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from inference.imaging.modality_words import held_modalities, modality_words
from inference.imaging.naming import SET_ASIDE
from inference.imaging.placement import affine_of_picture, frame_of, is_placed
from inference.imaging.study import DisplaySet, Instance, Kind, Series, Study
from inference.models.cardiac_views import APEX_LPS, VIEWS, Plane, assigned

FEWEST_PHASES = 8
_ELSEWHERE = re.compile(
    r"\b(?:brain|head|skull|csf|spin[ae]|cervic|lumb|knee|shoulder|wrist|hip|ankle|liver|abdom|kidney|renal|"
    r"pelvi|prostat|breast|mamm|bowel|fetal|foetal|swallow|larynx|tmj|joint|lung|diaphragm)"
)
_HEART = re.compile(r"card|heart|herz|coeur|\bcmr\b|ventric|chamber|\bsax\b|\d ?ch\b|short axis|long axis")
_OTHER_CINE = re.compile(
    r"perf|\bflow\b|phase ?contrast|\bpc\b|venc|\bt[12] ?map|molli|delayed|\blge\b|psir|tag|locali[sz]er|"
    r"scout|inlinevf|real ?time|fluoro|grid"
)
_OTHER_TYPES = {
    "P": "phase image",
    "PHASE": "phase image",
    "VELOCITY": "velocity image",
    "PHASE CONTRAST M": "flow",
}


@dataclass(frozen=True, eq=False)
class Slice:
    """One slice position of a display set; `depth_mm` grows from base to apex."""

    display_set: DisplaySet
    position: int
    depth_mm: float


@dataclass(frozen=True, eq=False)
class Choice:
    """What is read, by view, and what is not, with the reason. Slices of the short axis go base to apex."""

    slices: Mapping[str, tuple[Slice, ...]]
    refused: tuple[tuple[DisplaySet, str], ...]


def choose(study: Study) -> Choice:
    """Loops of the four views; the same study always gives the same choice."""
    refused: list[tuple[DisplaySet, str]] = []
    loops: list[DisplaySet] = []
    for display_set in study.display_sets:
        reason = reason_against(display_set, study.series_of(display_set), study)
        if reason:
            refused.append((display_set, reason))
        else:
            loops.append(display_set)
    views = assigned([_plane(loop, study) for loop in loops]) | {
        loop.uid: loop.view for loop in loops if loop.view
    }
    found: dict[str, tuple[Slice, ...]] = {}
    for view in VIEWS:
        mine = [loop for loop in loops if views[loop.uid] == view]
        if mine:
            found[view], left = _short_axis(mine, study) if view == "SAX" else _one(mine, study)
            refused += left
    refused += [(loop, "it shows none of the four views") for loop in loops if not views[loop.uid]]
    return Choice(found, tuple(refused))


def reason_against(display_set: DisplaySet, series: Series, study: Study) -> str:
    """Why a display set is not read, from its headers alone; empty where nothing speaks against it."""
    if display_set.kind is Kind.DOCUMENT:
        return "a document, not images"
    if display_set.modality != "MR":
        return f"not MR but {modality_words(display_set.modality)}"
    if display_set.view:  # what a reader says counts more than any label
        return _no_loop(display_set) if display_set.view in VIEWS else SET_ASIDE
    if named := _elsewhere(series, study):
        return f"another part of the body ({named})"
    return _no_loop(display_set) or _other_kind(display_set, series)


def phases_of(display_set: DisplaySet) -> int:
    """Pictures per slice position."""
    return display_set.phases if display_set.kind is Kind.CINE_STACK else len(display_set.frame_index)


def why_none(reasons: Iterable[str], study: Study) -> str:
    """One clause that says why a whole study is not eligible."""
    modalities = sorted({d.modality for d in study.display_sets if d.kind is not Kind.DOCUMENT})
    if not modalities:
        return "the study holds no images"
    if "MR" not in modalities:
        return f"this model reads cardiac MR, the study holds {held_modalities(study)}"
    distinct = list(dict.fromkeys(r for r in reasons if not r.startswith("not MR")))
    return "no loop of the heart can be used (" + "; ".join(distinct[:4]) + ")"


def _elsewhere(series: Series, study: Study) -> str:
    near = f"{series.body_part} {series.description} {series.protocol}".lower()
    for text in (near, study.description.lower()):
        if _HEART.search(text):
            return ""
        if found := _ELSEWHERE.search(text):
            return found.group()
    return ""


def _no_loop(display_set: DisplaySet) -> str:
    if display_set.kind not in (Kind.CINE, Kind.CINE_STACK):
        return "a single moment, not a loop over the heart beat"
    phases = phases_of(display_set)
    if phases < FEWEST_PHASES:
        return f"{phases} phases of the heart beat, fewer than {FEWEST_PHASES}"
    return "" if is_placed(display_set.first, 0) else "the files do not say where its slices lie"


def _other_kind(display_set: DisplaySet, series: Series) -> str:
    first = display_set.first
    if first.samples_per_pixel > 1:
        return "colour pictures"
    kinds = [_OTHER_TYPES[w.upper()] for w in first.image_type[2:] if w.upper() in _OTHER_TYPES]
    if kinds:
        return kinds[0]
    found = _OTHER_CINE.search(f"{series.description} {series.protocol}".lower().replace("_", " "))
    return f"another kind of series ({found.group().strip()})" if found else ""


def _plane(display_set: DisplaySet, study: Study) -> Plane:
    series = study.series_of(display_set)
    instance, frame = _picture(display_set, 0)
    affine = affine_of_picture(instance, frame)
    if affine is None:
        raise ValueError("a loop without a place was chosen")
    normal = affine[:3, 0] / np.linalg.norm(affine[:3, 0])
    middle = (np.array(display_set.shape[1:]) - 1) / 2
    centre = (affine @ np.array([0.0, *middle, 1.0]))[:3]
    text = f"{series.description} {series.protocol}" if not series.description else series.description
    return Plane(display_set.uid, normal, centre, _positions(display_set), text)


def _one(loops: Sequence[DisplaySet], study: Study) -> tuple[tuple[Slice, ...], list[tuple[DisplaySet, str]]]:
    """Of several loops of a long-axis view the last that was made: a loop is repeated to be better."""
    best = max(loops, key=lambda loop: (bool(loop.view), *_rank(loop, study)))
    left = [(loop, "another loop of the same view is read") for loop in loops if loop is not best]
    return (Slice(best, _positions(best) // 2, 0.0),), left


def _short_axis(
    loops: Sequence[DisplaySet], study: Study
) -> tuple[tuple[Slice, ...], list[tuple[DisplaySet, str]]]:
    """The stack of most slices, or single loops side by side; of two at one depth the later."""
    most = max(_positions(loop) for loop in loops)
    if most > 1:
        stacks = [loop for loop in loops if _positions(loop) == most]
        used = [max(stacks, key=lambda loop: _rank(loop, study))]
    else:
        used = sorted(loops, key=lambda loop: _rank(loop, study))
    at: dict[int, Slice] = {}
    for loop in used:
        for position in range(_positions(loop)):
            depth = _depth(loop, position)
            at[round(depth / 2)] = Slice(loop, position, depth)  # a later one takes the place of an earlier
    slices = tuple(sorted(at.values(), key=lambda found: found.depth_mm))
    kept = {found.display_set.uid for found in slices}
    left = [(loop, "another loop of the same slices is read") for loop in loops if loop.uid not in kept]
    return slices, left


def _rank(loop: DisplaySet, study: Study) -> tuple[int, int, str]:
    return phases_of(loop) // FEWEST_PHASES > 0, study.series_of(loop).number or 0, loop.uid


def _positions(display_set: DisplaySet) -> int:
    return len(display_set.frame_index) // phases_of(display_set)


def _depth(display_set: DisplaySet, position: int) -> float:
    place = frame_of(*_picture(display_set, position * phases_of(display_set)))
    normal = np.cross(np.asarray(place.row_lps, float), np.asarray(place.column_lps, float))
    along = float(np.asarray(place.position_lps_mm, float) @ normal)
    return along if normal @ APEX_LPS > 0 else -along


def _picture(display_set: DisplaySet, index: int) -> tuple[Instance, int]:
    instance, frame = display_set.frame_index[index]
    return display_set.instances[instance], frame
