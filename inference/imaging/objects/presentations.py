"""Presentation states: how somebody wants pictures to be looked at, and what he drew on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset

from inference.imaging.layout import number, numbers, whole
from inference.imaging.objects.annotations import Mark, marks_in
from inference.imaging.objects.items import items, name, text, uid
from inference.imaging.objects.kinds import PRESENTATIONS
from inference.imaging.objects.opening import opening, read_object
from inference.imaging.objects.references import References, references_of
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
    inverted       the presentation swaps black and white
    modality       table that takes the place of the pictures' own rescale
    presentation   table from window levels to grey
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
        return tuple(mark for drawing in drawn for mark in drawing.marks)


def read_presentation(path: Path) -> Presentation:
    """A greyscale, colour or pseudo-colour presentation state."""
    header = read_object(path, WHAT, PRESENTATIONS)
    with opening(path, WHAT):
        shown = frozenset(
            pair for series in items(header, "ReferencedSeriesSequence") for pair in _images(series)
        )
        notes = _left_out(header)
        return Presentation(
            title=text(header, "ContentDescription") or text(header, "ContentLabel") or "Presentation",
            description=text(header, "SeriesDescription"),
            author=name(header, "ContentCreatorName"),
            written=iso_date(text(header, "PresentationCreationDate")),
            images=shown,
            references=references_of(header),
            greys=tuple(_greys(header)),
            areas=tuple(_areas(header)),
            drawings=tuple(_drawings(header)),
            quarter_turns=whole(header, "ImageRotation", 0) // 90 % 4,
            flipped=text(header, "ImageHorizontalFlip").upper() == "Y",
            inverted=text(header, "PresentationLUTShape").upper() == "INVERSE",
            modality=first_table(header, "ModalityLUTSequence", signed=False),
            presentation=first_table(header, "PresentationLUTSequence", signed=False),
            warnings=notes,
        )


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


def _drawings(header: Dataset) -> Iterator[Drawing]:
    for item in items(header, "GraphicAnnotationSequence"):
        marks = marks_in(item)
        if marks:
            yield Drawing(_images(item), marks)


def _left_out(header: Dataset) -> tuple[str, ...]:
    """What this presentation state asks for and is not done, in words."""
    asked = (
        ("MaskSubtractionSequence", "It asks for a subtraction, which is not done."),
        ("BlendingSequence", "It blends two series, which is not done; each can be shown by itself."),
    )
    return tuple(words for keyword, words in asked if keyword in header)
