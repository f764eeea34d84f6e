"""When something that was drawn on pictures of a loop is there: on which of its moments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from inference.imaging.study import DisplaySet, Kind

Pictured = tuple[str, int]
"""(SOP instance UID, frame from 1; 0 for all its frames) of a picture."""
Moments = Mapping[str, Mapping[int, frozenset[int]]]
"""By display set uid, then by number of a segment or region: frames of the loop, from 0."""


def loop_pictures(display_set: DisplaySet) -> Mapping[Pictured, frozenset[int]]:
    """The moments at which each picture of a loop is shown; empty for what is no loop."""
    if display_set.kind not in (Kind.CINE, Kind.CINE_STACK):
        return {}
    phases = display_set.phases if display_set.kind is Kind.CINE_STACK else len(display_set.frame_index)
    found: dict[Pictured, set[int]] = {}
    for picture, (number, frame) in enumerate(display_set.frame_index):
        uid = display_set.instances[number].sop_instance_uid
        for named in ((uid, 0), (uid, frame + 1)):
            found.setdefault(named, set()).add(picture % phases)
    return {named: frozenset(moments) for named, moments in found.items()}


def moments_of(targets: Iterable[DisplaySet], drawn_on: Mapping[int, frozenset[Pictured]]) -> Moments:
    """The moments of each segment in every loop that holds its pictures."""
    found: dict[str, Mapping[int, frozenset[int]]] = {}
    for target in targets:
        shown = loop_pictures(target)
        moments = {
            number: frozenset[int]().union(*(shown.get(picture, frozenset()) for picture in pictures))
            for number, pictures in drawn_on.items()
        }
        if any(moments.values()):
            found[target.uid] = moments
    return found
