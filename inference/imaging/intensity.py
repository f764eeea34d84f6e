"""From values to grey levels: windows as in PS3.3 C.11.2, VOI LUTs, presets, and where to start.

The order is: stored -> Modality LUT or rescale (done in every `Volume`, `Cine` and `Picture`) -> window or
VOI LUT -> inversion of MONOCHROME1, once and last.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import resources
from inference.errors import ReviewError
from inference.imaging.pixel_source import pixel_source
from inference.imaging.study import DisplaySet, Window
from inference.imaging.suv import uptake_of
from inference.imaging.tables import Table, tables

Grey = NDArray[np.uint8]
DARK = 0.25  # share of a file's window that grey levels fill at most, where the picture is dark
FULL_RANGE = "full range"
PERCENTILES = (0.5, 99.5)
MOST_SAMPLES = 1 << 18  # pixels looked at for a percentile; more would not change a grey level
LARGEST_TABLE = 1 << 20
SHAPES = ("linear", "linear exact", "sigmoid")
_EXACT = {"linear": "linear exact"}  # the half step of a linear window means stored values


def apply_window(pixels: NDArray[Any], window: Window, *, inverted: bool = False) -> Grey:
    """Values to 0..255. `inverted` for MONOCHROME1; not-a-number becomes the background."""
    levels = _levels(np.asarray(pixels, np.float64 if pixels.dtype.itemsize > 4 else np.float32), window)
    levels = np.nan_to_num(levels, nan=0.0)
    return _grey(1.0 - levels if inverted else levels)


def lookup_table(window: Window, low: int, high: int, *, inverted: bool = False) -> Grey:
    """The grey level of every whole value from `low` to `high`: index it with `pixels - low`."""
    if high - low >= LARGEST_TABLE:
        raise ValueError(f"a table from {low} to {high} is too large")
    return apply_window(np.arange(low, high + 1, dtype=np.float64), window, inverted=inverted)


def _levels(x: NDArray[Any], window: Window) -> NDArray[Any]:
    """0..1 as PS3.3 C.11.2.1.2 and C.11.2.1.3 have it. A window without a width is a step."""
    centre, width = window.centre, window.width
    if window.shape == "sigmoid" and width > 0:
        return 1.0 / (
            1.0 + np.exp(np.clip(-4.0 * (x - centre) / width, -700.0 if x.itemsize > 4 else -80.0, 80.0))
        )
    if window.shape == "linear exact" and width > 0:
        return np.clip((x - centre) / width + 0.5, 0.0, 1.0)
    if width <= 1:
        return (x > centre - 0.5).astype(x.dtype)
    return np.clip((x - (centre - 0.5)) / (width - 1.0) + 0.5, 0.0, 1.0)


def _grey(levels: NDArray[Any]) -> Grey:
    """0..1 -> 0..255, rounded to the nearest level."""
    grey: Grey = (levels * 255.0 + 0.5).astype(np.uint8)
    return grey


def usable(window: Window) -> bool:
    """Whether a window from a header can be shown: a linear one needs a width of 1 or more."""
    if not (math.isfinite(window.centre) and math.isfinite(window.width)):
        return False
    return window.width >= 1 if window.shape == "linear" else window.width > 0


def windows(display_set: DisplaySet) -> tuple[Window, ...]:
    """The windows that the files offer and that can be shown, each once; those of the middle slices first.

    Many MR scanners write a window for every slice, and that of the outermost ones shows noise.
    """
    middle = len(display_set.instances) // 2
    outwards = sorted(enumerate(display_set.instances), key=lambda entry: abs(entry[0] - middle))
    offered = dict.fromkeys(w for _, instance in outwards for w in instance.windows)
    factor = uptake_of(display_set).factor
    if factor is not None:  # the files speak of activity, the pixels are uptake
        offered = dict.fromkeys(
            replace(w, centre=w.centre * factor, width=w.width * factor, shape=_EXACT.get(w.shape, w.shape))
            for w in offered
        )
    return tuple(w for w in offered if usable(w))


def leaves_dark(asked: Window, auto: Window) -> bool:
    """Whether a window shows all that `auto` would show in its darkest part."""
    return auto.centre + auto.width / 2 < asked.centre + (DARK - 0.5) * asked.width


def default_window(display_set: DisplaySet, pixels: NDArray[Any], *, padding: float | None = None) -> Window:
    """Where to start: the first usable window of the files, else the percentiles of the pixels.

    A title of "full range" says that the files' own window made no sense.
    """
    good = windows(display_set)
    if good:
        return good[0]
    own = display_set.first.windows
    window = percentile_window(pixels, padding=padding)
    return replace(full_window(pixels, padding=padding), title=FULL_RANGE) if own else window


def percentile_window(
    pixels: NDArray[Any], *, padding: float | None = None, percentiles: tuple[float, float] = PERCENTILES
) -> Window:
    """A window between two percentiles of the finite, unpadded pixels."""
    values = _seen(pixels, padding)
    if not len(values):
        return Window(0.5, 1.0, "auto", "linear exact")
    low, high = np.percentile(values, percentiles)
    if high <= low:
        return full_window(pixels, padding=padding)
    return _between(float(low), float(high), "auto")


def full_window(pixels: NDArray[Any], *, padding: float | None = None) -> Window:
    """A window from the lowest to the highest finite, unpadded pixel."""
    values = _seen(pixels, padding, step=1)
    if not len(values):
        return Window(0.5, 1.0, "auto", "linear exact")
    return _between(float(values.min()), float(values.max()), "auto")


def _between(low: float, high: float, title: str) -> Window:
    """The linear window in which `low` is black and `high` is white."""
    if high <= low:
        return Window(low, 1.0, title, "linear exact")
    return Window((low + high) / 2, high - low, title, "linear exact")


def _seen(pixels: NDArray[Any], padding: float | None, step: int | None = None) -> NDArray[Any]:
    """The pixels that count: finite and not padding; an even sample of them where they are many."""
    flat = pixels.reshape(-1)
    flat = flat[:: step or max(1, flat.size // MOST_SAMPLES)]
    if flat.dtype.kind == "f":
        flat = flat[np.isfinite(flat)]
    return flat if padding is None else flat[flat != padding]


def voi_luts(display_set: DisplaySet, index: int = 0) -> tuple[Table, ...]:
    """The VOI LUTs of the picture at `index`, which radiographs and mammograms rely on; empty where none."""
    instance, _frame = display_set.frame_index[index]
    try:
        source = pixel_source(display_set.instances[instance].path)
    except ReviewError:
        return ()
    return tables(source.header, "VOILUTSequence", signed=source.layout.signed)


def apply_lut(pixels: NDArray[Any], table: Table, *, inverted: bool = False) -> Grey:
    """Values through a VOI LUT to 0..255."""
    levels = table.apply(pixels) / float((1 << table.bits) - 1 if table.bits else table.values.max())
    levels = np.clip(levels, 0.0, 1.0)
    return _grey(1.0 - levels if inverted else levels)


@cache
def presets(modality: str) -> tuple[Window, ...]:
    """The named windows of a modality, in the order of their keys; empty where it has none."""
    rows = json.loads(resources.path("presets/windows.json").read_text(encoding="utf-8"))
    return tuple(Window(row["centre"], row["width"], row["title"]) for row in rows.get(modality, ()))
