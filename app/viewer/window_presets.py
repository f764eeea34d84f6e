"""Windows on the number keys: 0 auto, 1 what the file asks for, 2 and on those of the modality."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from weakref import WeakKeyDictionary

from app.viewer.exhibit import Exhibit
from app.viewer.grey import VOI_LUT
from app.viewer.slicing import Slices
from inference.imaging.intensity import leaves_dark, percentile_window, presets
from inference.imaging.study import Window
from inference.imaging.volume import Volume

_AUTO: WeakKeyDictionary[Volume | Slices, Window] = WeakKeyDictionary()  # asked for with every drag


def auto_window(exhibit: Exhibit) -> Window:
    """From the grey levels themselves; the whole range where there are none or they are colours.

    Looked for once: every view of a volume shares it, and it stays while more pictures of a stack arrive.
    """
    shown = exhibit.volume or exhibit.native
    if shown not in _AUTO:
        pixels = exhibit.sample()
        if pixels is None or exhibit.is_colour:
            return Window(127.5, 255.0, "auto", "linear exact")
        if exhibit.supplement is not None:
            pixels = exhibit.supplement.grey_of(pixels)
        _AUTO[shown] = percentile_window(pixels, padding=exhibit.padding)
    return _AUTO[shown]


Own = Mapping[str, tuple[Window, ...]]  # by modality: the reader's windows in place of the shipped ones


def named_windows(modality: str, own: Own = MappingProxyType({})) -> tuple[Window, ...]:
    """The windows of a modality by name: the reader's own, else those that came with the product."""
    return own[modality] if modality in own else presets(modality)


def windows_for(exhibit: Exhibit, own: Own = MappingProxyType({})) -> tuple[Window, ...]:
    """By number key. Where the file asks for nothing, 1 is the auto window too."""
    return (auto_window(exhibit), _asked(exhibit), *named_windows(exhibit.modality, own))


def default_window(exhibit: Exhibit) -> Window:
    """What the file asks for, unless it leaves an MR picture in the dark; else from the grey levels.

    MR has no scale of its own: files that were brought to fewer bits often keep the window of before.
    """
    asked = _asked(exhibit)
    if exhibit.modality != "MR" or asked not in exhibit.windows:
        return asked
    auto = auto_window(exhibit)
    return auto if leaves_dark(asked, auto) else asked


def _asked(exhibit: Exhibit) -> Window:
    """What the file asks for, else from the grey levels. A VOI LUT comes before a window, as PS3.3 has it."""
    if exhibit.lut is not None:
        low, high = exhibit.lut.first, exhibit.lut.last
        return Window((low + high) / 2, high - low + 1.0, VOI_LUT, "linear exact")
    return exhibit.windows[0] if exhibit.windows else auto_window(exhibit)
