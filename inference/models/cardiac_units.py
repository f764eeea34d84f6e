"""The clips that Cardiac reads: from display sets to units, and where each lies in the patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inference.errors import ReviewError
from inference.imaging.read import read_cine
from inference.models.cardiac_clips import (
    LONGEST_BEAT_MS,
    SHORTEST_BEAT_MS,
    Clip,
    ClipGrid,
    Loop,
    chosen_positions,
    clips_of,
    loop_of,
    moves,
)
from inference.models.cardiac_loops import Slice
from inference.networks.cardiac_config import MViTConfig
from inference.place import Place
from inference.prediction import Exclusion
from inference.progress import Report, share

SLICES = 4  # of the short-axis stack


@dataclass(frozen=True, eq=False)
class Unit:
    """One clip, and where it came from."""

    view: str
    clip: Clip
    title: str
    display_set_uid: str = ""
    series_uid: str = ""
    frame_of_reference_uid: str = ""


def units_of(
    view: str,
    slices: Sequence[Slice],
    grid: ClipGrid,
    notes: tuple[list[Exclusion], list[str]],
    report: Report,
) -> list[Unit]:
    """Clips of one view; what cannot be used is noted."""
    picked = [slices[n] for n in chosen_positions(len(slices), SLICES)]
    loops: dict[str, list[tuple[Slice, Loop]]] = {}
    for n, one in enumerate(picked):
        loop = _loop(one, notes, share(report, n / len(picked), (n + 1) / len(picked)))
        if loop is not None:
            loops.setdefault(one.display_set.uid, []).append((one, loop))
    if loops and not moves([loop for pairs in loops.values() for _, loop in pairs]):
        notes[0].extend(
            Exclusion(uid, pairs[0][0].display_set.title, "nothing in it beats")
            for uid, pairs in loops.items()
        )
        return []
    found = []
    for pairs in loops.values():
        for (one, _), clip in zip(pairs, clips_of([loop for _, loop in pairs], view, grid), strict=True):
            found.append(_unit(view, one, clip, slices))
    return found


def place_of(unit: Unit, encoder: MViTConfig) -> Place:
    """Blocks of space and time: k counts moments, all of them where the slice lies."""
    t, r, c = encoder.patch_stride
    shape = encoder.grid
    affine = unit.clip.affine_lps.copy()
    affine[:3, 3] += affine[:3, 1] * (r - 1) / 2 + affine[:3, 2] * (c - 1) / 2
    affine[:3, 1] *= r
    affine[:3, 2] *= c
    times = unit.clip.times_ms
    return Place(
        display_set_uid=unit.display_set_uid,
        series_uid=unit.series_uid,
        title=unit.title,
        frame_of_reference_uid=unit.frame_of_reference_uid,
        shape=shape,
        index=np.argwhere(np.ones(shape, bool)).astype(np.int64),
        affine_lps=affine,
        times_ms=times[::t].copy(),
        lasts_ms=float(t * (times[1] - times[0])),
    )


def _loop(one: Slice, notes: tuple[list[Exclusion], list[str]], report: Report) -> Loop | None:
    """A loop that was read and beats, or a note that says why not."""
    excluded, warnings = notes
    display_set = one.display_set
    report(0.0, f"Reading {display_set.title}")
    try:
        cine = read_cine(display_set, report, position=one.position)
        loop = loop_of(cine)
        reason = reason_against_content(loop)
    except ReviewError as error:
        reason = str(error)
    if not reason:
        warnings += [text for w in cine.warnings if (text := f"{display_set.title}: {w}") not in warnings]
        return loop
    slice_name = f", slice {one.position + 1}" if display_set.phases > 1 else ""
    excluded.append(Exclusion(display_set.uid, display_set.title + slice_name, reason))
    return None


def reason_against_content(loop: Loop) -> str:
    """Why a loop is not one beat of a heart, from its times and pixels."""
    if not np.isfinite(loop.frames).all():
        return "its pixels are not finite numbers"
    if loop.beat_ms > LONGEST_BEAT_MS:
        return f"it covers {loop.beat_ms / 1000:.1f} s, more than one heart beat"
    if loop.beat_ms < SHORTEST_BEAT_MS:
        return f"it covers {loop.beat_ms:.0f} ms, less than a heart beat"
    return ""


def _number(one: Slice, slices: Sequence[Slice]) -> int:
    """Which slice of the short axis it is, as the viewer counts them: within one stack by its own order."""
    within = {other.display_set.uid for other in slices} == {one.display_set.uid}
    return one.position + 1 if within else slices.index(one) + 1


def _unit(view: str, one: Slice, clip: Clip, slices: Sequence[Slice]) -> Unit:
    display_set = one.display_set
    number = f" {_number(one, slices)}/{len(slices)}" if view == "SAX" else ""
    return Unit(
        view=view,
        clip=clip,
        title=f"{view}{number}",
        display_set_uid=display_set.uid,
        series_uid=display_set.series_uid,
        frame_of_reference_uid=display_set.frame_of_reference_uid,
    )
