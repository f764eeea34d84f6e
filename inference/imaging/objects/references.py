"""Which pictures an object speaks about, and what of them is open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataset import Dataset

from inference.imaging.objects.items import uid
from inference.imaging.objects.kinds import object_kind
from inference.imaging.study import DisplaySet, Study

DEEPEST = 24
MOST = 200_000  # references in one object
_SERIES = ("ReferencedSeriesSequence", "RTReferencedSeriesSequence")


@dataclass(frozen=True)
class References:
    """What an object refers to. Empty where it says nothing.

    series_uids             of pictures, in the order of the file
    instance_uids           of pictures and other objects
    frame_of_reference_uid  in which its positions are counted
    """

    series_uids: tuple[str, ...] = ()
    instance_uids: tuple[str, ...] = ()
    frame_of_reference_uid: str = ""

    @property
    def are_none(self) -> bool:
        """Whether the object names nothing at all."""
        return not (self.series_uids or self.instance_uids or self.frame_of_reference_uid)


@dataclass(frozen=True)
class Binding:
    """Where an object belongs among the open studies.

    targets  display sets of pictures, the best first
    words    what could not be found, as a sentence; empty where everything is here
    """

    targets: tuple[DisplaySet, ...] = ()
    words: str = ""


def references_of(header: Dataset) -> References:
    """Everything that a data set refers to, however deep."""
    series: dict[str, None] = {}
    instances: dict[str, None] = {}
    frames: dict[str, None] = {}
    for item, parent in _walk(header, "", 0):
        if parent in _SERIES:
            series[uid(item, "SeriesInstanceUID")] = None
        if len(instances) < MOST:
            instances[uid(item, "ReferencedSOPInstanceUID")] = None
        for keyword in ("FrameOfReferenceUID", "ReferencedFrameOfReferenceUID"):
            frames[uid(item, keyword)] = None
    own = uid(header, "FrameOfReferenceUID")
    named = [found for found in frames if found]
    return References(
        tuple(found for found in series if found),
        tuple(found for found in instances if found),
        own or (named[0] if named else ""),
    )


def bind(references: References, studies: tuple[Study, ...], own_uid: str = "") -> Binding:
    """The display sets that an object speaks about; those in its frame of reference where none is named."""
    sets = [d for s in studies for d in s.display_sets if object_kind(d) is None and d.uid != own_uid]
    wanted = set(references.instance_uids)
    counts = {d.uid: sum(i.sop_instance_uid in wanted for i in d.instances) for d in sets}
    named = [d for d in sets if counts[d.uid] or d.series_uid in references.series_uids]
    named.sort(key=lambda d: (-counts[d.uid], -d.shape[0]))
    frame = references.frame_of_reference_uid
    near = [d for d in sets if frame and d.frame_of_reference_uid == frame and d not in named]
    return Binding((*named, *near), _words(references, named, near))


def _words(references: References, named: list[DisplaySet], near: list[DisplaySet]) -> str:
    if named:
        return ""
    if references.are_none:
        return "It does not say which pictures it belongs to."
    if near:
        return "The pictures that it was made from are not here; others of the same frame of reference are."
    if references.series_uids or references.instance_uids:
        return "The pictures that it refers to are not in the open study."
    return "No open picture shares its frame of reference."


def _walk(item: Dataset, parent: str, depth: int) -> Iterator[tuple[Dataset, str]]:
    """Every data set within `item`, each with the keyword of the sequence that holds it."""
    yield item, parent
    if depth > DEEPEST:
        return
    for tag in list(item.keys()):
        if not _may_hold_items(item.get_item(tag)):
            continue
        try:
            element = item[tag]
        except Exception:  # noqa: BLE001 - untrusted bytes: an element that cannot be read refers to nothing
            continue
        if element.VR == "SQ":
            for inner in element.value:
                yield from _walk(inner, element.keyword, depth + 1)


def _may_hold_items(raw: object) -> bool:
    """Whether an element is a sequence, as it says or, where it is silent, as the standard says."""
    vr = getattr(raw, "VR", None)
    if vr not in (None, "UN"):
        return bool(vr == "SQ")
    tag = getattr(raw, "tag", 0)
    return bool(dictionary_has_tag(tag) and dictionary_VR(tag) == "SQ")
