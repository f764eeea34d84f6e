"""A series to the display sets that its pictures and documents form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np

from inference.imaging.placement import affine_of, normal_of, plane_name
from inference.imaging.projections import projection_title
from inference.imaging.regularity import judge
from inference.imaging.rules import Group, Shot
from inference.imaging.splitting import normal_and_positions, one_by_place, shots_of, split
from inference.imaging.study import DisplaySet, Instance, Kind

ALONE = frozenset({"CR", "DX", "MG", "XA", "RF", "IO", "PX", "RG", "RTIMAGE"})
"""Modalities whose single pictures stand for themselves."""

SLICES = frozenset({"CT", "MR", "PT"})
MOST_FILE_WARNINGS = 5
_SEVERAL_FRAMES = "The slices name different frames of reference; no other series is linked to them."


@dataclass(frozen=True)
class SeriesName:
    """What the sets of a series are called by."""

    uid: str
    study_uid: str
    title: str
    modality: str


def display_sets_of(
    name: SeriesName, instances: Sequence[Instance], copies: Mapping[str, int]
) -> tuple[DisplaySet, ...]:
    """Every picture and document of a series is in exactly one set. `copies` numbers doubled UIDs by path."""
    groups = [part for files in _files_apart(instances) for part in _groups(files, copies)]
    groups.sort(key=lambda group: (min(shot.order for shot in group.shots), group.label))
    groups = _mixed(groups)
    uids = _uids(name.uid, groups)
    return tuple(_display_set(name, uid, group) for uid, group in zip(uids, groups, strict=True))


def _files_apart(instances: Sequence[Instance]) -> list[list[Instance]]:
    """Files that may share a view: single pictures together, a multi-frame file or a document alone."""
    apart: dict[str, list[Instance]] = {}
    for instance in instances:
        apart.setdefault(_companions(instance), []).append(instance)
    return list(apart.values())


def _companions(instance: Instance) -> str:
    if instance.concatenation_uid and instance.has_pixels:
        return instance.concatenation_uid
    multiple = instance.frames > 1 or bool(instance.frame_headers)
    if multiple or not instance.has_pixels or instance.modality in ALONE:
        return f"{instance.sop_instance_uid} {instance.path}"
    return ""


def _groups(files: list[Instance], copies: Mapping[str, int]) -> list[Group]:
    if not files[0].has_pixels:
        documents = [replace(file, frames=1) for file in files]
        shots = shots_of(documents, copies)
        return [Group((replace(shot, instance=file),)) for shot, file in zip(shots, files, strict=True)]
    found: list[Group] = []
    for group in split(shots_of(files, copies)):
        irregular = group.phases > 1 and not judge_slices(group)[0]
        found += one_by_place(group) if irregular else [group]
    return found


def judge_slices(group: Group) -> tuple[bool, tuple[str, ...]]:
    """Whether the slices form a grid, and what is to be said about them."""
    normal, positions = normal_and_positions(group.shots)
    verdict = judge(positions[:: group.phases], normal)
    return verdict.regular, verdict.warnings


def _display_set(name: SeriesName, uid: str, group: Group) -> DisplaySet:
    first = group.shots[0]
    kind, warnings = _kind(group)
    files = list({id(shot.instance): shot.instance for shot in group.shots}.values())
    number = {id(file): k for k, file in enumerate(files)}
    frames = list({file.frame_of_reference_uid: None for file in files})
    strange = (_SEVERAL_FRAMES,) if len(frames) > 1 and first.placed else ()
    display_set = DisplaySet(
        uid=uid,
        series_uid=name.uid,
        study_uid=name.study_uid,
        kind=kind,
        title=_title(name, first, group.label),
        modality=first.instance.modality or name.modality,
        instances=tuple(files),
        shape=(len(group.shots), first.instance.rows, first.instance.columns),
        plane=plane_name(normal_of(first.place)) if first.placed else "",
        frame_index=tuple((number[id(shot.instance)], shot.frame) for shot in group.shots),
        phases=group.phases if kind is Kind.CINE_STACK else 1,
        split_by=group.label,
        frame_of_reference_uid=frames[0] if len(frames) == 1 else "",
        warnings=(*group.warnings, *warnings, *strange, *_of_files(files)),
    )
    return _measured(display_set, group)


def _measured(display_set: DisplaySet, group: Group) -> DisplaySet:
    if not group.shots[0].placed or display_set.kind is Kind.DOCUMENT:
        return display_set
    if display_set.kind is Kind.STACK:
        rows, columns = group.shots[0].place.spacing_mm or (0.0, 0.0)
        normal, positions = normal_and_positions(group.shots)
        return replace(display_set, spacing_mm=(float(np.median(np.diff(positions @ normal))), rows, columns))
    slices, rows, columns = np.linalg.norm(affine_of(display_set)[:3, :3], axis=0).tolist()
    return replace(display_set, spacing_mm=(slices, rows, columns))


def _kind(group: Group) -> tuple[Kind, tuple[str, ...]]:
    first, count = group.shots[0], len(group.shots)
    if not first.instance.has_pixels:
        return Kind.DOCUMENT, ()
    if count == 1:
        alone = first.placed and first.instance.modality in SLICES and first.instance.frames == 1
        return Kind.STILL, ("There is one slice only; it is shown as a picture.",) if alone else ()
    if group.phases == count or (not first.placed and first.instance.is_loop):
        return Kind.CINE, ()
    return _kind_of_slices(group) if first.placed else (Kind.STACK, _not_placed(first))


def _kind_of_slices(group: Group) -> tuple[Kind, tuple[str, ...]]:
    regular, warnings = judge_slices(group)
    if group.phases > 1:
        return Kind.CINE_STACK, warnings
    if group.shots[0].instance.samples_per_pixel > 1:
        return Kind.STACK, (*warnings, "The slices are in colour; they are shown one by one.")
    return (Kind.VOLUME if regular else Kind.STACK), warnings


def _not_placed(first: Shot) -> tuple[str, ...]:
    if "MOSAIC" in first.instance.image_type:
        return ("Each picture is a mosaic of many slices, not a slice; it has no place in the patient.",)
    if first.instance.modality in SLICES:
        return ("The files do not say where the slices lie; they are shown in the order of their numbers.",)
    return ()


def _of_files(files: Sequence[Instance]) -> tuple[str, ...]:
    """What the headers of the files complain of, counted."""
    counts = Counter(words for file in files for words in file.warnings)
    lines = [
        words if len(files) == 1 else f"{count} of {len(files)} files: {words}"
        for words, count in counts.items()
    ]
    more = len(lines) - MOST_FILE_WARNINGS
    return (*lines[:MOST_FILE_WARNINGS], *([f"{more} more warnings about single files."] if more > 0 else []))


def _mixed(groups: Sequence[Group]) -> list[Group]:
    """Say so where a series holds slices of several orientations."""
    normals = [
        tuple(np.round(normal_of(group.shots[0].place), 2)) if group.shots[0].placed else None
        for group in groups
    ]
    count = len({*normals} - {None})
    words = f"The series holds slices of {count} orientations; each is shown apart."
    return [
        replace(group, warnings=(*group.warnings, words)) if count > 1 and normal else group
        for group, normal in zip(groups, normals, strict=True)
    ]


def _title(name: SeriesName, first: Shot, label: str) -> str:
    title = name.title
    if not first.instance.has_pixels and first.instance.document_title:
        title = first.instance.document_title
    view = projection_title(first.instance, title)
    return f"{view or title} · {label}" if label else view or title


def _uids(series_uid: str, groups: Sequence[Group]) -> list[str]:
    """The uid of a lone set is the series'; several carry what set them apart, with a digest where needed."""
    if len(groups) == 1:
        return [series_uid]
    slugs = [re.sub(r"[^a-z0-9]+", "-", group.label.lower()).strip("-") for group in groups]
    counts = Counter(slugs)
    return [
        f"{series_uid}_{slug if slug and counts[slug] == 1 else (slug + '-' + _digest(group)).strip('-')}"
        for slug, group in zip(slugs, groups, strict=True)
    ]


def _digest(group: Group) -> str:
    first = group.shots[0]
    text = f"{first.instance.sop_instance_uid} {first.copy} {first.frame} {group.label}"
    return sha256(text.encode()).hexdigest()[:8]
