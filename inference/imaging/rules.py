"""What sets the pictures of a series apart: always, and where slice positions repeat."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.imaging.placement import normal_of, plane_name
from inference.imaging.study import Frame, Instance

SAME_DIRECTION = 1e-3
SAME_SPACING = 1e-3  # of the spacing
SAME_STATION_MM = 1.0

_Array = NDArray[Any]
_Keys = Callable[[Sequence["Shot"]], list[Hashable]]
_Labels = Callable[
    [Sequence[Any], Sequence["Shot"]], list[str]
]  # (keys, first pictures) of the parts -> words


@dataclass(frozen=True)
class Shot:
    """One picture of a series."""

    instance: Instance
    frame: int
    place: Frame
    placed: bool
    copy: int = 0  # counts files of one SOP instance UID and different contents

    @property
    def order(self) -> tuple[Any, ...]:
        """As the files were numbered."""
        number = self.instance.instance_number
        uid = self.instance.sop_instance_uid
        return number is None, number or 0, uid, self.copy, self.frame, str(self.instance.path)


@dataclass(frozen=True)
class Group:
    """Pictures for one view. With `phases` they are slice by slice, each slice in all its phases."""

    shots: tuple[Shot, ...]
    label: str = ""
    phases: int = 1
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """What sets pictures apart. `in_time`: pictures of one slice that differ in it are a loop."""

    keys: _Keys
    labels: _Labels
    in_time: bool = False

    def parts(self, group: Group) -> list[tuple[Hashable, Group]]:
        """The parts of a group, each with its key, as they were numbered."""
        parts: dict[Hashable, list[Shot]] = {}
        for key, shot in zip(self.keys(group.shots), group.shots, strict=True):
            parts.setdefault(key, []).append(shot)
        if len(parts) == 1:
            return [(next(iter(parts)), group)]
        labels = self.labels(list(parts), [shots[0] for shots in parts.values()])
        return [
            (key, replace(group, shots=tuple(shots), label=joined(group.label, label)))
            for (key, shots), label in zip(parts.items(), labels, strict=True)
        ]


def joined(*labels: str) -> str:
    """Labels that say something, in one."""
    return ", ".join(label for label in labels if label)


def _of(key: Callable[[Shot], Hashable]) -> _Keys:
    return lambda shots: [key(shot) for shot in shots]


def _near(
    value: Callable[[Shot], Sequence[float] | None], tolerance: float, *, scaled: bool = False
) -> _Keys:
    """Keys that are equal where the values are nearly so; -1 where there is none."""

    def keys(shots: Sequence[Shot]) -> list[Hashable]:
        centres: list[_Array] = []
        known: dict[tuple[float, ...], int] = {}
        for exact in {tuple(found): None for found in map(value, shots) if found is not None}:
            known[exact] = _cluster(centres, np.array(exact), tolerance, scaled=scaled)
        found_values = map(value, shots)
        return [-1 if found is None else known[tuple(found)] for found in found_values]

    return keys


def _cluster(centres: list[_Array], value: _Array, tolerance: float, *, scaled: bool) -> int:
    for number, centre in enumerate(centres):
        limit = tolerance * float(np.abs(centre).max()) if scaled else tolerance
        if float(np.abs(value - centre).max()) <= limit:
            return number
    centres.append(value)
    return len(centres) - 1


def _directions(shot: Shot) -> Sequence[float] | None:
    if not shot.placed:
        return None
    return (*(shot.place.row_lps or ()), *(shot.place.column_lps or ()))


def _station(shot: Shot) -> Sequence[float]:
    """Where the corner lies within the plane; tells stations of one orientation apart."""
    position = np.array(shot.place.position_lps_mm, float)
    within: list[float] = [
        round(float(position @ np.array(direction, float)), 3)
        for direction in (shot.place.row_lps, shot.place.column_lps)
    ]
    return within


def _picture_size(shot: Shot) -> Hashable:
    instance = shot.instance
    return instance.rows, instance.columns, instance.samples_per_pixel


def _each(label: Callable[[Any], str]) -> _Labels:
    return lambda keys, _firsts: [label(key) for key in keys]


def _numbered(name: str) -> _Labels:
    return lambda keys, _firsts: [f"{name} {number}" for number in range(1, len(keys) + 1)]


def _measured(name: str, unit: str = "") -> _Labels:
    return _each(lambda key: f"no {name}" if key is None else f"{name} {key:g}{unit}")


def _orientations(_keys: Sequence[Any], firsts: Sequence[Shot]) -> list[str]:
    return [plane_name(normal_of(first.place)) if first.placed else "" for first in firsts]


def _image_types(keys: Sequence[tuple[str, ...]], _firsts: Sequence[Shot]) -> list[str]:
    """The words that not all of them share."""
    shared = set.intersection(*map(set, keys))
    return [" ".join(word for word in key if word not in shared).lower() or "plain" for key in keys]


ALWAYS: tuple[Rule, ...] = (
    Rule(_of(_picture_size), _each(lambda key: f"{key[1]} x {key[0]}" + (" colour" if key[2] > 1 else ""))),
    Rule(_of(lambda shot: shot.placed), _each(lambda key: "" if key else "without position")),
    Rule(_near(_directions, SAME_DIRECTION), _orientations),
    Rule(_near(lambda shot: shot.place.spacing_mm, SAME_SPACING, scaled=True), _numbered("pixel size")),
    Rule(_of(lambda shot: shot.place.stack), _each(lambda key: f"stack {key}")),
    Rule(_of(lambda shot: shot.place.image_type), _image_types),
    Rule(_of(lambda shot: shot.place.echo_number), _measured("echo")),
    Rule(_of(lambda shot: shot.place.b_value), _measured("b")),
)

WHERE_REPEATED: tuple[Rule, ...] = (
    Rule(_of(lambda shot: shot.copy), _each(lambda key: f"copy {key + 1}" if key else "")),
    Rule(_of(lambda shot: shot.instance.frame_of_reference_uid), _numbered("frame of reference")),
    Rule(_near(_station, SAME_STATION_MM), _numbered("station")),
    Rule(_of(lambda shot: shot.place.temporal_position), _measured("phase"), in_time=True),
    Rule(_of(lambda shot: shot.place.echo_time_ms), _measured("echo", " ms")),
    Rule(_of(lambda shot: shot.place.inversion_time_ms), _measured("inversion", " ms")),
    Rule(_of(lambda shot: shot.place.acquisition_number), _measured("acquisition"), in_time=True),
    Rule(
        _of(lambda shot: shot.instance.contrast_agent),
        _each(lambda key: "with contrast" if key else "without contrast"),
    ),
    Rule(_of(lambda shot: shot.place.gradient), _numbered("direction"), in_time=True),
)
