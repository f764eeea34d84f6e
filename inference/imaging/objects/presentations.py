"""Presentation states: how somebody wants pictures to be looked at, and what he drew on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pydicom.dataset import Dataset

from inference.errors import ReviewError
from inference.imaging.layout import number, numbers, whole
from inference.imaging.objects.annotations import GraphicLayer, Mark, in_layers, layers_in, marks_in
from inference.imaging.objects.items import items, name, text, uid
from inference.imaging.objects.kinds import PRESENTATIONS
from inference.imaging.objects.opening import opening, read_object
from inference.imaging.objects.references import References, references_of
from inference.imaging.overlays import GROUPS, OverlayPlane, overlays_60xx
from inference.imaging.shutters import Shutter, shutter_of
from inference.imaging.study import Window
from inference.imaging.tables import Table, first_table
from inference.imaging.values import iso_date

WHAT = "a presentation state"
_SHAPES = {"SIGMOID": "sigmoid", "LINEAR_EXACT": "linear exact"}
Images = frozenset[tuple[str, int]]
"""(SOP instance UID, frame from 1; 0 for all frames). Empty: every picture of the presentation state."""


@dataclass(frozen=True, eq=False)
class Area:
    """The part of a picture that fills the view: (column, row) of its corners, counted from 1.

    mode  "fit", "true size" or "magnify"
    """

    images: Images
    top_left: tuple[int, int]
    bottom_right: tuple[int, int]
    mode: str = "fit"
    magnification: float | None = None
    spacing_mm: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Grey:
    """The window or the table of some pictures."""

    images: Images
    window: Window | None = None
    table: Table | None = None


@dataclass(frozen=True, eq=False)
class Drawing:
    """What is drawn on some pictures."""

    images: Images
    marks: tuple[Mark, ...]


@dataclass(frozen=True, eq=False)
class Presentation:
    """One presentation state.

    quarter_turns  clockwise, applied before the flip
    flipped        left and right are swapped
    inverted       low values are bright, whatever the pictures say of themselves
    modality       table that takes the place of the pictures' own rescale
    rescale        (slope, intercept) that does; None where neither is named
    presentation   table from window levels to grey
    shutter        covers what lies outside; that of the pictures no longer holds
    overlays       planes that the file brings along, each with its layer
    activated      groups (6000, ...) of overlays of the pictures that are shown
    """

    title: str
    description: str
    author: str
    written: str
    images: Images
    references: References
    greys: tuple[Grey, ...] = ()
    areas: tuple[Area, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    quarter_turns: int = 0
    flipped: bool = False
    inverted: bool = False
    modality: Table | None = None
    presentation: Table | None = None
    rescale: tuple[float, float] | None = None
    shutter: Shutter | None = None
    overlays: tuple[tuple[OverlayPlane, GraphicLayer], ...] = ()
    activated: frozenset[int] = frozenset()
    warnings: tuple[str, ...] = ()

    def concerns(self, instance_uid: str, frame: int = 1) -> bool:
        """Whether it says how a frame of a picture is looked at."""
        return _is_among(self.images, instance_uid, frame)

    def grey_of(self, instance_uid: str, frame: int = 1) -> Grey | None:
        """The window or table of a picture."""
        return next((g for g in self.greys if _is_among(g.images, instance_uid, frame)), None)

    def area_of(self, instance_uid: str, frame: int = 1) -> Area | None:
        """The displayed area of a picture."""
        return next((a for a in self.areas if _is_among(a.images, instance_uid, frame)), None)

    def marks_of(self, instance_uid: str, frame: int = 1) -> tuple[Mark, ...]:
        """What is drawn on a picture."""
        drawn = (d for d in self.drawings if _is_among(d.images, instance_uid, frame))
        marks = (mark for drawing in drawn for mark in drawing.marks)
        return tuple(sorted(marks, key=lambda mark: mark.order))

    def on_values(self, slope: float, intercept: float) -> Presentation:
        """The same for pictures whose values are shown after their own rescale.

        The windows of a state mean the values after its own rescale, or the stored ones where it has none.
        """
        own_slope, own_intercept = self.rescale or (1.0, 0.0)
        if self.modality is not None or (own_slope, own_intercept) == (slope, intercept) or not own_slope:
            return self
        factor = slope / own_slope
        return replace(
            self,
            greys=tuple(
                replace(g, window=_moved(g.window, factor, own_intercept, intercept)) for g in self.greys
            ),
        )


def read_presentation(path: Path) -> Presentation:
    """A greyscale, colour or pseudo-colour presentation state."""
    header = read_object(path, WHAT, PRESENTATIONS)
    with opening(path, WHAT):
        shown = frozenset(
            pair for series in items(header, "ReferencedSeriesSequence") for pair in _images(series)
        )
        layers = layers_in(header)
        slope, intercept = number(header, "RescaleSlope"), number(header, "RescaleIntercept")
        return Presentation(
            title=text(header, "ContentDescription") or text(header, "ContentLabel") or "Presentation",
            description=text(header, "SeriesDescription"),
            author=name(header, "ContentCreatorName"),
            written=iso_date(text(header, "PresentationCreationDate")),
            images=shown,
            references=references_of(header),
            greys=tuple(_greys(header)),
            areas=tuple(_areas(header)),
            drawings=tuple(_drawings(header, layers)),
            quarter_turns=whole(header, "ImageRotation", 0) // 90 % 4,
            flipped=text(header, "ImageHorizontalFlip").upper() == "Y",
            inverted=text(header, "PresentationLUTShape").upper() == "INVERSE",
            modality=first_table(header, "ModalityLUTSequence", signed=False),
            presentation=first_table(header, "PresentationLUTSequence", signed=False),
            rescale=None if slope is None or intercept is None else (slope, intercept),
            shutter=shutter_of(header),
            overlays=tuple(_overlays(header, layers)),
            activated=frozenset(g for g in _activated(header) if (g, 0x3000) not in header),
            warnings=_left_out(header),
        )


def rescale_of(path: Path) -> tuple[float, float]:
    """(slope, intercept) of a picture; (1, 0) where its header names none or cannot be read."""
    try:
        header = read_object(path, "a picture")
    except ReviewError:
        return 1.0, 0.0
    slope, intercept = number(header, "RescaleSlope"), number(header, "RescaleIntercept")
    return (1.0 if slope is None else slope), (0.0 if intercept is None else intercept)


def _is_among(images: Images, instance_uid: str, frame: int) -> bool:
    return not images or (instance_uid, 0) in images or (instance_uid, frame) in images


def _images(item: Dataset) -> Images:
    """The pictures that an item names."""
    found: set[tuple[str, int]] = set()
    for inner in items(item, "ReferencedImageSequence"):
        instance = uid(inner, "ReferencedSOPInstanceUID")
        if instance:
            found |= {(instance, int(frame)) for frame in numbers(inner, "ReferencedFrameNumber") or (0,)}
    return frozenset(found)


def _greys(header: Dataset) -> Iterator[Grey]:
    for item in items(header, "SoftcopyVOILUTSequence"):
        table = first_table(item, "VOILUTSequence", signed=False)
        centre, width = number(item, "WindowCenter"), number(item, "WindowWidth")
        if table is not None:
            yield Grey(_images(item), table=table)
        elif centre is not None and width is not None and width > 0:
            shape = _SHAPES.get(text(item, "VOILUTFunction").upper(), "linear")
            title = text(item, "WindowCenterWidthExplanation")
            yield Grey(_images(item), Window(centre, width, title, shape))


def _areas(header: Dataset) -> Iterator[Area]:
    for item in items(header, "DisplayedAreaSelectionSequence"):
        low = numbers(item, "DisplayedAreaTopLeftHandCorner")
        high = numbers(item, "DisplayedAreaBottomRightHandCorner")
        if len(low) != 2 or len(high) != 2:
            continue
        mode = text(item, "PresentationSizeMode").upper()
        spacing = numbers(item, "PresentationPixelSpacing")
        yield Area(
            images=_images(item),
            top_left=(int(low[0]), int(low[1])),
            bottom_right=(int(high[0]), int(high[1])),
            mode={"TRUE SIZE": "true size", "MAGNIFY": "magnify"}.get(mode, "fit"),
            magnification=number(item, "PresentationPixelMagnificationRatio"),
            spacing_mm=(spacing[0], spacing[1]) if len(spacing) == 2 and min(spacing) > 0 else None,
        )


def _moved(window: Window | None, factor: float, before: float, after: float) -> Window | None:
    if window is None:
        return None
    return replace(window, centre=(window.centre - before) * factor + after, width=abs(window.width * factor))


def _activated(header: Dataset) -> Iterator[int]:
    """The overlay groups that some layer shows."""
    for group in GROUPS:
        element = header.get((group, 0x1001))
        if element is not None and str(element.value or "").strip():
            yield group


def _overlays(
    header: Dataset, layers: dict[str, GraphicLayer]
) -> Iterator[tuple[OverlayPlane, GraphicLayer]]:
    """The planes in the file itself that it shows."""
    for group in _activated(header):
        name = str(header[group, 0x1001].value).strip()
        own = Dataset()
        for element in header.group_dataset(group):
            own.add(element)
        for plane in overlays_60xx(own):
            yield plane, layers.get(name, GraphicLayer(name))


def _drawings(header: Dataset, layers: dict[str, GraphicLayer]) -> Iterator[Drawing]:
    for item in items(header, "GraphicAnnotationSequence"):
        marks = in_layers(marks_in(item), layers)
        if marks:
            yield Drawing(_images(item), marks)


def _left_out(header: Dataset) -> tuple[str, ...]:
    """What this presentation state asks for and is not done, in words."""
    asked = (
        ("MaskSubtractionSequence", "It asks for a subtraction, which is not done."),
        ("BlendingSequence", "It blends two series, which is not done; each can be shown by itself."),
        ("RedPaletteColorLookupTableData", "It colours grey pictures by a palette, which is not done."),
        ("ICCProfile", "Its colour profile is not applied."),
        ("ShutterOverlayGroup", "It covers the picture by a bitmap, which is not done."),
    )
    return tuple(words for keyword, words in asked if keyword in header)
