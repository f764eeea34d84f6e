"""Graphics and words that a presentation state puts on a picture: in its pixels, or on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.imaging.layout import numbers
from inference.imaging.objects.colours import rgb_of
from inference.imaging.objects.items import items, lines, points, text

SHAPES = frozenset({"POINT", "POLYLINE", "INTERPOLATED", "CIRCLE", "ELLIPSE"})
_EMPTY = np.zeros((0, 2))


@dataclass(frozen=True, eq=False)
class Mark:
    """A drawn shape or a text.

    shape    "POINT", "POLYLINE", "INTERPOLATED", "CIRCLE", "ELLIPSE" or "TEXT"
    points   (n, 2) column, row; pixels count from the corner of the first one, which is (0, 0). A text has
             its box (two corners), its anchor (one point), or both: the box first
    screen   the points are shares 0..1 of the displayed area instead
    anchored the last point of a text is what it speaks about
    rgb      colour of its layer; None where the file names none
    order    of its layer: a higher one lies above
    """

    shape: str
    points: NDArray[np.float64] = field(default_factory=lambda: _EMPTY)
    text: str = ""
    filled: bool = False
    screen: bool = False
    anchored: bool = False
    layer: str = ""
    rgb: tuple[int, int, int] | None = None
    order: int = 0


@dataclass(frozen=True)
class GraphicLayer:
    """A layer that marks and overlays lie in."""

    name: str
    order: int = 0
    rgb: tuple[int, int, int] | None = None
    description: str = ""


def layers_in(header: Dataset) -> dict[str, GraphicLayer]:
    """The graphic layers of a presentation state, by name."""
    found = {}
    for item in items(header, "GraphicLayerSequence"):
        name = text(item, "GraphicLayer")
        order = numbers(item, "GraphicLayerOrder")
        found[name] = GraphicLayer(
            name, int(order[0]) if order else 0, _colour(item), text(item, "GraphicLayerDescription")
        )
    return found


def in_layers(marks: tuple[Mark, ...], layers: dict[str, GraphicLayer]) -> tuple[Mark, ...]:
    """The marks with the colours of their layers, the lowest layer first."""
    dressed = [
        replace(mark, rgb=layer.rgb, order=layer.order) if (layer := layers.get(mark.layer)) else mark
        for mark in marks
    ]
    return tuple(sorted(dressed, key=lambda mark: mark.order))


def _colour(item: Dataset) -> tuple[int, int, int] | None:
    """The colour that is recommended, else the grey."""
    colour = rgb_of(numbers(item, "GraphicLayerRecommendedDisplayCIELabValue"))
    grey = numbers(item, "GraphicLayerRecommendedDisplayGrayscaleValue")
    if colour is not None or not grey:
        return colour
    level = int(min(max(grey[0], 0), 65535)) >> 8
    return level, level, level


def marks_in(item: Dataset) -> tuple[Mark, ...]:
    """The marks of one Graphic Annotation item; those that cannot be read are left out."""
    layer = text(item, "GraphicLayer")
    return (*_graphics(item, layer), *_texts(item, layer))


def _graphics(item: Dataset, layer: str) -> Iterator[Mark]:
    for inner in items(item, "GraphicObjectSequence"):
        shape, found = text(inner, "GraphicType").upper(), points(inner, "GraphicData", 2)
        screen = text(inner, "GraphicAnnotationUnits").upper() == "DISPLAY"
        if shape in SHAPES and len(found):
            yield Mark(
                shape, found, filled=text(inner, "GraphicFilled") == "Y", screen=screen, layer=layer,
            )  # fmt: skip


def _texts(item: Dataset, layer: str) -> Iterator[Mark]:
    for inner in items(item, "TextObjectSequence"):
        words = lines(inner, "UnformattedTextValue")
        box = [numbers(inner, f"BoundingBox{corner}HandCorner") for corner in ("TopLeft", "BottomRight")]
        anchor = numbers(inner, "AnchorPoint")
        boxed = text(inner, "BoundingBoxAnnotationUnits").upper() == "DISPLAY"
        anchored = text(inner, "AnchorPointAnnotationUnits").upper() == "DISPLAY"
        places = [*box, anchor] if all(len(b) == 2 for b in box) else [anchor]
        places = [place for place in places if len(place) == 2]
        if words and places:
            screen = boxed if len(places) > 1 else anchored
            if len(places) == 3 and boxed != anchored:  # box and anchor in different units: the box is enough
                places = places[:2]
            yield Mark("TEXT", np.array(places), words, screen=screen, anchored=len(places) != 2, layer=layer)
