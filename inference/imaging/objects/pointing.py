"""From what an object points at to the picture, and the place in the patient, that it means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.errors import ReviewError
from inference.imaging.objects.kinds import ObjectKind, object_kind
from inference.imaging.objects.references import bind
from inference.imaging.objects.reports import Spot
from inference.imaging.objects.segmentations import read_segmentation
from inference.imaging.placement import affine_of_picture
from inference.imaging.study import DisplaySet, Kind, Study


@dataclass(frozen=True, eq=False)
class Target:
    """Where to go.

    picture       index in display order
    point_lps_mm  in the patient, where it is known
    """

    display_set_uid: str
    picture: int
    point_lps_mm: NDArray[np.float64] | None = None


def target_of(spot: Spot, studies: tuple[Study, ...]) -> Target | None:
    """The picture that a spot means; None where it is not among the open studies."""
    sets = [d for study in studies for d in study.display_sets]
    if spot.in_space:
        return _in_space(spot, sets)
    for display_set in sets:
        if any(i.sop_instance_uid == spot.instance_uid for i in display_set.instances):
            kind = object_kind(display_set)
            if kind is ObjectKind.SEGMENTATION:
                return _segment(spot, display_set, studies)
            return None if display_set.kind is Kind.DOCUMENT else _on_picture(spot, display_set)
    return None


def first_target(spots: tuple[Spot, ...], studies: tuple[Study, ...]) -> Target | None:
    """The first of some spots that can be gone to."""
    return next((target for spot in spots if (target := target_of(spot, studies)) is not None), None)


def nearest_picture(display_set: DisplaySet, point_lps_mm: NDArray[np.float64]) -> int:
    """The picture whose plane lies closest to a point."""
    best, least = 0, np.inf
    for picture, (instance, frame) in enumerate(display_set.frame_index):
        affine = affine_of_picture(display_set.instances[instance], frame)
        if affine is None:
            continue
        normal = np.cross(affine[:3, 2], affine[:3, 1])
        away = abs(float((point_lps_mm - affine[:3, 3]) @ normal) / float(np.linalg.norm(normal)))
        if away < least:
            best, least = picture, away
    return best


def _on_picture(spot: Spot, display_set: DisplaySet) -> Target:
    frame = spot.frames[0] - 1 if spot.frames else None
    for picture, (instance, own) in enumerate(display_set.frame_index):
        same = display_set.instances[instance].sop_instance_uid == spot.instance_uid
        if same and (frame is None or own == frame):
            affine = affine_of_picture(display_set.instances[instance], own)
            return Target(display_set.uid, picture, _in_patient(spot, affine))
    return Target(display_set.uid, 0)


def _in_patient(spot: Spot, affine: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    """The middle of an outline in the patient; its pixels count from the corner of the first one."""
    if affine is None or not len(spot.points):
        return None
    column, row = spot.points.mean(axis=0) - 0.5
    point: NDArray[np.float64] = affine[:3, 3] + row * affine[:3, 1] + column * affine[:3, 2]
    return point


def _in_space(spot: Spot, sets: list[DisplaySet]) -> Target | None:
    shown = [
        d for d in sets
        if d.kind is not Kind.DOCUMENT and d.frame_of_reference_uid == spot.frame_of_reference_uid
    ]  # fmt: skip
    if not shown or not len(spot.points) or not spot.frame_of_reference_uid:
        return None
    largest = max(shown, key=lambda d: d.shape[0])
    point = spot.points.mean(axis=0)
    return Target(largest.uid, nearest_picture(largest, point), point)


def _segment(spot: Spot, display_set: DisplaySet, studies: tuple[Study, ...]) -> Target | None:
    """The middle of the segment that is named, on the pictures that it was drawn on."""
    try:
        found = read_segmentation(display_set.first.path)
    except ReviewError:
        return None
    numbers = spot.segments or tuple(s.number for s in found.segments[:1])
    middle = found.map_of(numbers[0]).centre_lps_mm(numbers[0]) if _has(found.segments, numbers) else None
    targets = bind(found.references, studies, display_set.uid).targets
    if middle is None or not targets:
        return None
    return Target(targets[0].uid, nearest_picture(targets[0], middle), middle)


def _has(segments: tuple[object, ...], numbers: tuple[int, ...]) -> bool:
    return bool(numbers) and any(getattr(s, "number", 0) == numbers[0] for s in segments)
