"""Every window that a picture offers by name: automatic, of the file, its VOI LUTs, of the modality."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from app.viewer.exhibit import Exhibit
from app.viewer.grey import VOI_LUT
from app.viewer.window_presets import Own, auto_window, named_windows
from inference.imaging.intensity import voi_luts
from inference.imaging.study import DisplaySet, Window
from inference.imaging.tables import Table


@dataclass(frozen=True, eq=False)
class Offer:
    """One window, and the table of the file that it stands for, if any."""

    title: str
    window: Window
    lut: Table | None = None


def offered_windows(
    exhibit: Exhibit, display_set: DisplaySet | None, own: Own = MappingProxyType({})
) -> tuple[Offer, ...]:
    """What there is to choose from, in the order of the number keys."""
    asked = [Offer(_named("File", n, w.title, exhibit.windows), w) for n, w in enumerate(exhibit.windows)]
    tables = voi_luts(display_set) if display_set is not None and exhibit.volume is None else ()
    luts = [Offer(_named("File, VOI LUT", n, t.title, tables), _window(t, n), t)
            for n, t in enumerate(tables)]  # fmt: skip
    usual = [Offer(w.title, w) for w in named_windows(exhibit.modality, own)]
    return (Offer("Automatic", auto_window(exhibit)), *luts, *asked, *usual)


def _named(what: str, number: int, title: str, among: tuple[object, ...]) -> str:
    if title:
        return f"{what}: {title}"
    return f"{what} {number + 1}" if len(among) > 1 else what


def _window(table: Table, number: int) -> Window:
    """The window that stands for a table; several tables of one range are told apart by a hair's breadth."""
    low, high = table.first, table.last
    return Window((low + high) / 2 + number * 1e-9, high - low + 1.0, VOI_LUT, "linear exact")
