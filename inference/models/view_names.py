"""The standard views that a reader may name, by modality. Free of torch."""

from __future__ import annotations

from collections.abc import Mapping

from inference.imaging.naming import NO_VIEW, is_loop
from inference.imaging.study import DisplaySet
from inference.models import cardiac_views, echo_views

_BY_MODALITY: Mapping[str, Mapping[str, str]] = {"US": echo_views.TITLES, "MR": cardiac_views.TITLES}


def choices(display_set: DisplaySet) -> Mapping[str, str]:
    """Name -> title of the views that a loop may show; nothing where no view can be named."""
    titles = _BY_MODALITY.get(display_set.modality, {}) if is_loop(display_set) else {}
    return {**titles, NO_VIEW: "no standard view"} if titles else {}
