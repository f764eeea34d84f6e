"""The pictures of a series apart into groups that one view can show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.imaging.placement import frame_of, is_placed, normal_of
from inference.imaging.regularity import places_along
from inference.imaging.rules import ALWAYS, WHERE_REPEATED, Group, Rule, Shot, joined
from inference.imaging.study import Instance

MOST_SETS = 16  # a split into more sets than this is shown as phases instead
FEWEST_PHASES = 3

Array = NDArray[Any]


def shots_of(instances: Iterable[Instance], copies: Mapping[str, int]) -> list[Shot]:
    """Every frame of every file, as numbered. `copies` counts by path."""
    shots = [
        Shot(
            instance, k, frame_of(instance, k), _forms_slices(instance, k), copies.get(str(instance.path), 0)
        )
        for instance in instances
        for k in range(instance.frames)
    ]
    return sorted(shots, key=lambda shot: shot.order)


def split(shots: Sequence[Shot]) -> list[Group]:
    """Groups apart by all that one view cannot hold, then by what sets repeated slice positions apart."""
    groups = [Group(tuple(shots))]
    for rule in ALWAYS:
        groups = [part for group in groups for _, part in rule.parts(group)]
    return [part for group in groups for part in _where_repeated(group)]


def normal_and_positions(shots: Sequence[Shot]) -> tuple[Array, Array]:
    """(3,) normal and (n, 3) positions of placed pictures of one orientation."""
    return normal_of(shots[0].place), np.array([shot.place.position_lps_mm for shot in shots], float)


def along_normal(shots: Sequence[Shot]) -> tuple[Shot, ...]:
    """Placed pictures in display order; those at one place stay in their order."""
    normal, positions = normal_and_positions(shots)
    places = places_along(positions, normal)
    return tuple(shots[k] for k in np.argsort(places, kind="stable"))


def one_by_place(group: Group) -> list[Group]:
    """A loop over several slices as one loop per slice."""
    slices = [group.shots[k : k + group.phases] for k in range(0, len(group.shots), group.phases)]
    return [
        replace(group, shots=shots, label=joined(group.label, f"slice {number}"))
        for number, shots in enumerate(slices, 1)
    ]


def _forms_slices(instance: Instance, frame: int) -> bool:
    whole_mosaic = "MOSAIC" in instance.image_type and not instance.frame_headers
    return is_placed(instance, frame) and not whole_mosaic


def _where_repeated(group: Group) -> list[Group]:
    if not group.shots[0].placed:
        return [group]
    places = places_along(*reversed(normal_and_positions(group.shots)))
    counts = np.bincount(places)
    most = int(counts.max())
    if most == 1:
        return [replace(group, shots=along_normal(group.shots))]
    if not any(shot.copy for shot in group.shots):
        loop = _triggered(group, places, counts)
        if loop:
            return loop
    for rule in WHERE_REPEATED:
        parts = rule.parts(group)
        if 1 < len(parts) <= 2 * most:
            return _apart(group, rule, parts, counts)
    return _repeats(group, places, counts)


def _apart(
    group: Group, rule: Rule, parts: list[tuple[Hashable, Group]], counts: NDArray[np.int64]
) -> list[Group]:
    steady = len(set(counts.tolist())) == 1 and len(parts) == counts[0]
    loops = (rule.in_time and len(counts) == 1 and len(parts) >= FEWEST_PHASES) or len(parts) > MOST_SETS
    if steady and loops and rule.in_time:
        return [_phased(group, _ranks(rule, group, [key for key, _ in parts]))]
    return [deeper for _, part in parts for deeper in _where_repeated(part)]


def _ranks(rule: Rule, group: Group, keys: Sequence[Hashable]) -> list[float]:
    """Phases in the order of their numbers, or as they came where they are not numbered."""
    rank = {key: float(key) if isinstance(key, int | float) else number for number, key in enumerate(keys)}
    return [rank[key] for key in rule.keys(group.shots)]


def _triggered(group: Group, places: NDArray[np.int64], counts: NDArray[np.int64]) -> list[Group]:
    """Loops over the heartbeat: each slice at several trigger times. Empty where it is none."""
    times = [shot.place.trigger_time_ms for shot in group.shots]
    if None in times or counts.min() < FEWEST_PHASES:
        return []
    if len(set(zip(places.tolist(), times, strict=True))) < len(times):
        return []
    if len(set(counts.tolist())) == 1:
        return [_phased(group, times)]
    words = "The slices have different numbers of phases; each is a loop of its own."
    parts = [
        replace(group, shots=tuple(s for s, p in zip(group.shots, places, strict=True) if p == place))
        for place in range(len(counts))
    ]
    return [
        replace(
            _phased(part, [shot.place.trigger_time_ms for shot in part.shots]),
            label=joined(group.label, f"slice {number}"),
            warnings=(words,),
        )
        for number, part in enumerate(parts, 1)
    ]


def _phased(group: Group, ranks: Sequence[Any]) -> Group:
    """Slice by slice along the normal, each in the order of `ranks`."""
    in_time = [shot for _, _, shot in sorted(zip(ranks, range(len(ranks)), group.shots, strict=True))]
    shots = along_normal(in_time)
    slices = len(np.bincount(places_along(*reversed(normal_and_positions(shots)))))
    return replace(group, shots=shots, phases=len(shots) // slices)


def _repeats(group: Group, places: NDArray[np.int64], counts: NDArray[np.int64]) -> list[Group]:
    """Nothing sets them apart: the first picture of each place, then the second, ...; nothing is dropped."""
    if len(counts) == 1 and len(group.shots) > FEWEST_PHASES and _timed(group.shots):
        return [_phased(group, [shot.place.acquired_at_s for shot in group.shots])]
    rounds: dict[int, list[Shot]] = {}
    numbers = _occurrences(places)
    for shot, number in zip(group.shots, numbers, strict=True):
        rounds.setdefault(number, []).append(shot)
    if len(set(counts.tolist())) == 1 and len(rounds) > MOST_SETS:
        words = f"Nothing tells the {len(rounds)} pictures of each slice apart; they follow their numbers."
        return [replace(_phased(group, numbers), warnings=(*group.warnings, words))]
    repeated = int((counts > 1).sum())
    words = f"{repeated} slice position{'s are' if repeated > 1 else ' is'} there more than once."
    return [
        replace(
            group,
            shots=along_normal(shots),
            label=joined(group.label, f"repeat {number}" if number > 1 else ""),
            warnings=(*group.warnings, words),
        )
        for number, shots in rounds.items()
    ]


def _occurrences(places: NDArray[np.int64]) -> list[int]:
    """The first picture of each place is 1, the second 2, ..."""
    seen: Counter[int] = Counter()
    numbers = []
    for place in places.tolist():
        seen[place] += 1
        numbers.append(seen[place])
    return numbers


def _timed(shots: Sequence[Shot]) -> bool:
    times = {shot.place.acquired_at_s for shot in shots}
    return None not in times and len(times) == len(shots)
