"""Views that a reader named, put into a study: what a person says counts more than any label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from inference.imaging.study import DisplaySet, Kind, Study

NO_VIEW = "none"  # a reader said that a loop shows no standard view: models leave it out
SET_ASIDE = "set aside by the reader"


def with_views(study: Study, views: Mapping[str, str]) -> Study:
    """The study with views named by display set uid; an empty name takes one back, others stay."""

    def named(display_set: DisplaySet) -> DisplaySet:
        return replace(display_set, view=views.get(display_set.uid, display_set.view))

    if not views:
        return study
    series = (replace(s, display_sets=tuple(map(named, s.display_sets))) for s in study.series)
    return replace(study, series=tuple(series))


def is_loop(display_set: DisplaySet) -> bool:
    """Whether a standard view can be named at all."""
    return display_set.kind in (Kind.CINE, Kind.CINE_STACK)


def named_by_reader(display_set: DisplaySet, title: str) -> str:
    """What a report says of a loop whose view a reader named."""
    return f"“{display_set.title}” was named {title} by the reader."
