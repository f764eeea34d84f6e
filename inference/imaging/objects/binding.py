"""Where the objects of some studies belong, in one line each, from their headers alone."""

from __future__ import annotations

from inference.errors import ReviewError
from inference.imaging.objects.kinds import kind_words, object_kind
from inference.imaging.objects.opening import read_object
from inference.imaging.objects.references import Binding, bind, references_of
from inference.imaging.study import DisplaySet, Study

MOST_TITLES = 3


def binding_of(display_set: DisplaySet, studies: tuple[Study, ...]) -> Binding:
    """The pictures that an object refers to; what cannot be read is said."""
    try:
        references = references_of(read_object(display_set.first.path, "an object"))
    except ReviewError as error:
        return Binding(words=str(error))
    return bind(references, studies, display_set.uid)


def object_words(display_set: DisplaySet, studies: tuple[Study, ...]) -> str:
    """What an object is and over what it lies, such as "Segmentation of CT head."; empty for pictures."""
    if object_kind(display_set) is None:
        return ""
    found = binding_of(display_set, studies)
    titles = [d.title for d in found.targets[:MOST_TITLES]]
    more = len(found.targets) - len(titles)
    over = ", ".join(titles) + (f" and {more} more" if more > 0 else "")
    what = f"{kind_words(display_set)} of {over}" if over else kind_words(display_set)
    return " ".join(part for part in (f"{what[:1].upper()}{what[1:]}.", found.words) if part)
