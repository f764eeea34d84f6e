"""What is on the screens now, whatever it was hung as: to be saved as a protocol, and found again."""

from __future__ import annotations

from app.layouts import PER_WINDOW, Layout
from app.manner import Manner
from app.protocols import Seen
from app.sitting import Sitting
from app.viewer.hanging import Hanging
from app.viewer.manners import manner_seen, series_seen
from app.workbench.on_wall import place_key
from app.workbench.remembering import LastSitting


def layouts_seen(hanging: Hanging) -> tuple[Layout, ...]:
    """Rows and columns of each window."""
    return tuple(pane.arrangement for pane in hanging.wall.panes)


def windows_seen(sitting: Sitting, hanging: Hanging) -> list[list[Seen]]:
    """What hangs in the viewports of each window; a series that is still being read counts as well."""
    prior = sitting.prior.uid if sitting.prior else ""
    found = []
    for window, layout in enumerate(layouts_seen(hanging)):
        slots = range(PER_WINDOW * window, PER_WINDOW * window + layout.views)
        found.append([_seen(sitting, hanging, slot, prior) for slot in slots])
    return found


def _seen(sitting: Sitting, hanging: Hanging, slot: int, prior_uid: str) -> Seen:
    view = hanging.view(slot)
    uid = series_seen(view) if view is not None else sitting.desk.slots[slot]
    display_set = sitting.display_set(uid)
    if display_set is None:
        return Seen()
    manner = manner_seen(view) if view is not None else sitting.desk.manners[slot]
    over = sitting.display_set(manner.fused) if manner.fused else None
    return Seen(display_set, display_set.study_uid == prior_uid, manner, over)


def _is_usual(manner: Manner) -> bool:
    """What a series is shown as without being told."""
    return manner.is_plain and not manner.fused


def last_sitting(sitting: Sitting, hanging: Hanging) -> LastSitting:
    """How the open study hangs now."""
    windows = windows_seen(sitting, hanging)
    layouts = layouts_seen(hanging)
    hung = {PER_WINDOW * n + place: seen for n, row in enumerate(windows) for place, seen in enumerate(row)}
    uids = ["" for _ in range(PER_WINDOW * len(windows))]
    for slot, seen in hung.items():
        uids[slot] = seen.display_set.uid if seen.display_set else ""
    ways = {slot: seen.manner for slot, seen in hung.items() if seen.manner and not _is_usual(seen.manner)}
    views = hanging.slice_views()
    return LastSitting(
        study_uid=sitting.current.uid if sitting.current else "",
        prior_uid=sitting.prior.uid if sitting.prior else "",
        layout=layouts[0].value,
        slots=tuple(uids),
        slices={place_key(v.exhibit.display_set_uid, v.look.plane): v.look.slice_index for v in views},
        target=sitting.finding.target if sitting.finding else "",
        overlay_mode=sitting.desk.overlay.mode.value,
        manners={str(slot): way.told() for slot, way in ways.items()},
        further=tuple(layout.value for layout in layouts[1:]),
    )
