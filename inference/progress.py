"""Progress is a function; cancelling is that function raising."""

from __future__ import annotations

from collections.abc import Callable

Report = Callable[[float, str], None]
"""(fraction done, note); may raise Cancelled."""


class Cancelled(Exception):  # noqa: N818 - not an error: the user asked for it
    """Raised by a report function when the user has asked to stop."""


def silent(fraction: float, note: str = "") -> None:
    """Report to nobody."""


def share(report: Report, start: float, end: float) -> Report:
    """A report whose 0..1 is the stretch from `start` to `end` of `report`."""

    def stretch(fraction: float, note: str = "") -> None:
        report(start + (end - start) * fraction, note)

    return stretch
