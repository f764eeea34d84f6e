"""How figures of a paper look and leave: matplotlib's objects alone, no screen, no state between figures."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inference.imaging.files import write_atomic
from training.figures.extras import needed
from training.figures.sheets import Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import Collection
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's: told apart by readers with any colour vision."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
GREY, PALE = "#6E6E6E", "#D9D9D9"
SIGNED, MEASURED = "PuOr_r", "cividis"  # colour maps, safe for any colour vision too
FORMATS = ("eps", "png", "tiff")
GUIDE = "guide"  # lines that stand for no result: identity, nought, a cut-off
_DPI = 300
_WHEN = re.compile(rb"%%CreationDate: [^\n]*\n")


@dataclass(frozen=True, eq=False)
class Drawn:
    """A figure, the name of its files, and the sheets that hold every number in it."""

    name: str
    figure: Figure
    sheets: tuple[Sheet, ...]


def canvas(rows: int, columns: int, size: tuple[float, float] = (2.7, 2.5)) -> tuple[Figure, list[Axes]]:
    """An empty figure with its panels, row after row; `size` of each in inches."""
    blank = needed("matplotlib.figure", "matplotlib", "Figures").Figure
    figure: Figure = blank((columns * size[0], rows * size[1]), layout="constrained", facecolor="white")
    panels = figure.subplots(rows, columns, squeeze=False)
    return figure, list(panels.flat)


def named(axes: Axes, title: str, x: str = "", y: str = "") -> None:
    """Title and labels of a panel in the sizes of a paper; no box around it."""
    axes.set_title(title, fontsize=9, fontweight="bold")
    axes.set_xlabel(x, fontsize=8)
    axes.set_ylabel(y, fontsize=8)
    axes.tick_params(labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)


def level(axes: Axes, height: float, *, upright: bool = False) -> None:
    """A thin dashed line across the panel that stands for no result."""
    draw = axes.axvline if upright else axes.axhline
    draw(height, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0, gid=GUIDE)


def identity(axes: Axes, low: float, high: float) -> None:
    """The line on which both sides agree."""
    axes.plot([low, high], [low, high], color=GREY, linewidth=0.8, linestyle="--", zorder=0, gid=GUIDE)


def points(axes: Axes, x: ArrayLike, y: ArrayLike, kind: int = 0, label: str = "") -> None:
    """Open markers, so that those beneath show in formats without transparency; each kind its own shape."""
    shade, shape = COLOURS[kind % len(COLOURS)], MARKERS[kind % len(MARKERS)]
    axes.scatter(x, y, s=11, marker=shape, facecolors="none", edgecolors=shade, linewidths=0.7, label=label)


def by_kind(axes: Axes, places: ArrayLike, kinds: NDArray[np.int64], labels: Sequence[str]) -> None:
    """Points (n, 2), each kind in its own colour and shape; only kinds that occur are named."""
    where = np.asarray(places, float)
    for kind in np.unique(kinds):
        own = where[kinds == kind]
        points(axes, own[:, 0], own[:, 1], int(kind), labels[kind])


def whiskers(axes: Axes, places: Sequence[float], intervals: Sequence[Any], kind: int = 0) -> None:
    """Values with their intervals, one below the other at `places`, counted from nought."""
    values = np.array([i.value for i in intervals])
    for place, interval in zip(places, intervals, strict=True):
        axes.plot([interval.low, interval.high], [place, place], color=COLOURS[kind], linewidth=1.4)
    axes.plot(values, places, MARKERS[kind], color=COLOURS[kind], markersize=5, linestyle="none")
    axes.set_ylim(len(values) - 0.4, -0.6)  # the first on top
    axes.locator_params(axis="x", nbins=6)


def ticks(axes: Axes, columns: Sequence[str], rows: Sequence[str], *, turned: float = 0) -> None:
    """Names of the columns and rows of a matrix, in the middle of each."""
    axes.set_xticks(
        np.arange(len(columns)) + 0.5, columns, rotation=turned, ha="right" if turned else "center"
    )
    axes.set_yticks(np.arange(len(rows)) + 0.5, rows)


def caption(figure: Figure, text: str) -> None:
    """One line under all panels that says what lines and bands are."""
    figure.supxlabel(text, fontsize=7.5, color=GREY)


def legend_below(figure: Figure, panels: Sequence[Axes], columns: int) -> None:
    """One legend for what these panels name, under all of them, where it hides nothing."""
    named_by = [axes.get_legend_handles_labels() for axes in panels]
    handles = [handle for found, _ in named_by for handle in found]
    labels = [label for _, found in named_by for label in found]
    figure.legend(handles, labels, loc="outside lower center", ncols=columns, fontsize=8, frameon=False)


def colour_bar(figure: Figure, shade: ScalarMappable, axes: Axes | Sequence[Axes], label: str) -> None:
    """What the colours stand for, beside the panels."""
    bar = figure.colorbar(shade, ax=axes, shrink=0.9)
    bar.set_label(label, fontsize=8)
    bar.ax.tick_params(labelsize=7)
    for part in (*bar.ax.collections, *bar.ax.lines):
        part.set_gid(GUIDE)


def tinted(
    axes: Axes, values: NDArray[np.float64], limits: tuple[float, float], scheme: str
) -> ScalarMappable:
    """A matrix as colours with its numbers written in, dark on light and light on dark; first row on top."""
    shade = axes.pcolormesh(
        values, cmap=scheme, vmin=limits[0], vmax=limits[1], edgecolors="white", linewidth=0.5
    )
    axes.invert_yaxis()
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            ink = "black" if _light(shade, float(value)) else "white"
            text = f"{value:.0f}" if limits[1] > 1 else f"{value:.2f}"
            axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=6.5, color=ink)
    return shade


def write_figure(drawn: Drawn, folder: Path) -> tuple[Path, ...]:
    """The figure as EPS, PNG and TIFF of 300 dpi; equal figures are equal files."""
    return tuple(_write(drawn.figure, folder / f"{drawn.name}.{kind}") for kind in FORMATS)


def _write(figure: Figure, path: Path) -> Path:
    buffer = io.BytesIO()
    kind = path.suffix[1:]
    extra: dict[str, Any] = {"pil_kwargs": {"compression": "tiff_lzw"}} if kind == "tiff" else {}
    figure.savefig(buffer, format=kind, dpi=_DPI, **extra)
    data = buffer.getvalue()
    write_atomic(path, _WHEN.sub(b"", data) if kind == "eps" else data)
    return path


def numbers_in(figure: Figure) -> Iterator[float]:
    """Every finite number that the figure's lines, points and bars stand for, guides left out."""
    for axes in figure.axes:
        for line in axes.lines:
            if line.get_gid() != GUIDE:
                yield from np.asarray(line.get_xydata(), float).ravel()
        for cloud in axes.collections:
            if cloud.get_gid() != GUIDE:
                yield from _placed(cloud)


def _placed(cloud: Collection) -> NDArray[np.float64]:
    """Where points lie; of a matrix, its numbers."""
    from matplotlib.collections import QuadMesh

    held = cloud.get_array() if isinstance(cloud, QuadMesh) else cloud.get_offsets()
    return np.asarray(held, float).ravel()


def _light(shade: ScalarMappable, value: float) -> bool:
    red, green, blue = shade.to_rgba(np.array([value]))[0, :3]
    return float(0.299 * red + 0.587 * green + 0.114 * blue) > 0.5
