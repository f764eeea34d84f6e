"""Views of loops that a command names, found in the study."""

from __future__ import annotations

from collections.abc import Iterable

from inference.errors import FileError
from inference.imaging.study import DisplaySet, Study
from inference.models.view_names import choices


def views_asked(study: Study, asked: Iterable[tuple[str, str]]) -> dict[str, str]:
    """View by uid of the display set; each loop is named by that uid, by its series or by its title.

    FileError where there is no such loop, or no such view for it.
    """
    found: dict[str, str] = {}
    for name, view in asked:
        loops = [d for d in study.display_sets if name in (d.uid, d.series_uid, d.title) and choices(d)]
        if not loops:
            named = "; ".join(d.title for d in study.display_sets if choices(d)) or "none"
            raise FileError(f"The study has no loop called {name!r}.", hint=f"Its loops: {named}.")
        for loop in loops:
            found[loop.uid] = _known(view, loop)
    return found


def _known(view: str, loop: DisplaySet) -> str:
    names = {known.lower(): known for known in choices(loop)}
    if view.lower() not in names:
        raise FileError(f"There is no view {view!r}.", hint=f"Choose from: {', '.join(choices(loop))}.")
    return names[view.lower()]
