"""How a reader looks at a series, and what was drawn on it, as a DICOM presentation state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from app.report.content import Viewed
from app.report.dicom_source import common, device, headers_of, keep, making, person_name, shortened, titled
from app.report.file_graphics import show_graphics_of
from app.viewer.grey import VOI_LUT
from app.viewer.look import Look
from app.viewer.measurements.measurement import Kind, Measurement, Space
from app.viewer.measurements.results import lines
from inference.errors import ExportError
from inference.imaging.objects.colours import cielab_of
from inference.imaging.objects.presentations import Area
from inference.imaging.placement import affine_of_picture
from inference.imaging.study import DisplaySet, Window

SERIES_NUMBER = 9500
LAYER, RGB = "MEASUREMENTS", (126, 224, 199)  # what a person did
_FUNCTIONS = {"linear": "LINEAR", "linear exact": "LINEAR_EXACT", "sigmoid": "SIGMOID"}
_PAIRS = (Kind.BIDIRECTIONAL, Kind.COBB)  # two lines
_CLOSED = (Kind.RECTANGLE, Kind.FREEHAND, Kind.SPLINE)
_MOST_TEXT = 1000
_Points = NDArray[np.float64]


def write_presentation_state(
    display_set: DisplaySet, view: Viewed | None, measurements: Sequence[Measurement], path: Path,
    reader: str = "",
) -> Path:  # fmt: skip
    """Write the state of one series; `view` is None where only what was drawn is kept."""
    with making("The presentation state"):
        dataset = presentation_state(display_set, view, measurements, reader)
    return keep(dataset, path)


def presentation_state(
    display_set: DisplaySet, view: Viewed | None, measurements: Sequence[Measurement], reader: str
) -> Dataset:
    """The data set; it covers every picture of the series, and draws on those that were drawn on."""
    from highdicom.pr import ColorSoftcopyPresentationState, GrayscaleSoftcopyPresentationState

    headers = headers_of(display_set)
    grey = all(int(h.get("SamplesPerPixel") or 1) == 1 for h in headers)
    layer = _layer()
    notes = _annotations(display_set, measurements, {str(h.SOPInstanceUID): h for h in headers}, layer)
    if view is None and not notes:
        raise ExportError("Nothing was drawn on these pictures.", hint="Measure or mark something first.")
    more: dict[str, Any] = {"voi_lut_transformations": _voi(view.look.window)} if grey and view else {}
    dataset = (GrayscaleSoftcopyPresentationState if grey else ColorSoftcopyPresentationState)(
        referenced_images=headers,
        content_label="READING",
        content_description=shortened(f"{display_set.title} as it was read"),
        content_creator_name=person_name(reader) or None,
        graphic_annotations=notes or None,
        graphic_layers=[layer] if notes else None,
        **more,
        **common(SERIES_NUMBER),
        **device(),
    )
    _show_true(dataset, headers[0])
    if view is not None:
        _fill_view(dataset, view.area)
        _turn(dataset, view.look, grey=grey)
        if view.look.graphics:
            show_graphics_of(headers, dataset)
    return titled(dataset, shortened(f"Presentation of {display_set.title}"))


def _voi(window: Window) -> list[Any] | None:
    """The window; None where the table of the files is in use, which then is copied from them."""
    from highdicom.pr import SoftcopyVOILUTTransformation

    if window.title == VOI_LUT:
        return None
    least = 1.0 if window.shape == "linear" else 1e-6  # below 1 the linear function is not defined
    return [
        SoftcopyVOILUTTransformation(
            window_center=[float(f"{window.centre:.8g}")],
            window_width=[float(f"{max(window.width, least):.8g}")],
            window_explanation=[shortened(window.title)] if window.title else None,
            voi_lut_function=_FUNCTIONS.get(window.shape, "LINEAR"),
        )
    ]


def _fill_view(dataset: Dataset, area: Area | None) -> None:
    """What fills the view now fills any view; at true size, a millimetre stays a millimetre."""
    if area is None:
        return
    for item in dataset.DisplayedAreaSelectionSequence:
        item.DisplayedAreaTopLeftHandCorner = list(area.top_left)
        item.DisplayedAreaBottomRightHandCorner = list(area.bottom_right)
        if area.mode == "true size" and "PresentationPixelSpacing" in item:
            item.PresentationSizeMode = "TRUE SIZE"


def _turn(dataset: Dataset, look: Look, *, grey: bool) -> None:
    """Turns and flips; a flip upside down is half a turn and a flip sideways."""
    turns, flipped = (look.quarter_turns + 2 * look.flip_down) % 4, look.flip_across != look.flip_down
    dataset.ImageRotation, dataset.ImageHorizontalFlip = 90 * turns, "Y" if flipped else "N"
    for area in dataset.DisplayedAreaSelectionSequence:
        left, top = area.DisplayedAreaTopLeftHandCorner
        right, bottom = area.DisplayedAreaBottomRightHandCorner
        around = ([left, top], [right, top], [right, bottom], [left, bottom])  # clockwise from the top left
        first = -turns + flipped  # the corner that the turn and the flip bring to the top left
        area.DisplayedAreaTopLeftHandCorner = around[first % 4]
        area.DisplayedAreaBottomRightHandCorner = around[(first + 2) % 4]
    if grey:  # of the picture itself nothing holds any more: a state says all of it (PS3.4 N.2.1.4)
        dataset.PresentationLUTShape = "INVERSE" if look.inverted else "IDENTITY"


def _show_true(dataset: Dataset, header: Dataset) -> None:
    """Pixels that are no squares are shown as long and wide as they are."""
    spacing = header.get("PixelSpacing") or header.get("ImagerPixelSpacing")
    for area in dataset.DisplayedAreaSelectionSequence:
        if int(header.get("NumberOfFrames") or 1) <= 1:
            del area.PixelOriginInterpretation  # only of slides and of several frames
        if spacing:
            area.PresentationPixelSpacing = list(spacing)
            del area.PresentationPixelAspectRatio


def _layer() -> Any:
    from highdicom.color import CIELabColor
    from highdicom.pr import GraphicLayer

    lightness, a, b = cielab_of(RGB)
    colour = CIELabColor(lightness * 100 / 65535, a * 255 / 65535 - 128, b * 255 / 65535 - 128)
    return GraphicLayer(LAYER, 1, "Measured, marked and written by the reader", colour)


def _annotations(
    display_set: DisplaySet, measurements: Sequence[Measurement], headers: dict[str, Dataset], layer: Any
) -> list[Any]:
    """One Graphic Annotation for each picture that something was drawn on."""
    from highdicom.pr import GraphicAnnotation

    by_picture: dict[int, list[Measurement]] = defaultdict(list)
    for measurement in measurements:
        site = measurement.site
        drawn = measurement.points and site.display_set_uid == display_set.uid
        if drawn and 0 <= site.picture < len(display_set.frame_index):
            by_picture[site.picture].append(measurement)
    found = []
    for picture, drawn_here in sorted(by_picture.items()):
        number, frame = display_set.frame_index[picture]
        instance = display_set.instances[number]
        places = [_pixels(m, affine_of_picture(instance, frame)) for m in drawn_here]
        pairs = [(m, place) for m, place in zip(drawn_here, places, strict=True) if place is not None]
        if pairs:
            header = headers[instance.sop_instance_uid]
            several = int(header.get("NumberOfFrames") or 1) > 1
            shapes = [shape for m, place in pairs for shape in _shapes(m, place)]
            texts = [text for m, place in pairs if (text := _text(m, place)) is not None]
            found.append(
                GraphicAnnotation(
                    [header],
                    layer,
                    frame + 1 if several else None,
                    graphic_objects=shapes or None,
                    text_objects=texts or None,
                )
            )
    return found


def _pixels(measurement: Measurement, affine_lps: _Points | None) -> _Points | None:
    """(n, 2) column and row from the corner of the first pixel; None where the picture is not placed."""
    points = measurement.array
    if measurement.space is Space.PICTURE:
        return points[:, :2] + 0.5
    if affine_lps is None:
        return None
    index = np.c_[points, np.ones(len(points))] @ np.linalg.inv(affine_lps).T
    pixels: _Points = index[:, [2, 1]] + 0.5
    return pixels


def _shapes(measurement: Measurement, pixels: _Points) -> list[Any]:
    from highdicom.pr import GraphicObject

    kind = measurement.kind

    def line(points: _Points) -> Any:
        return GraphicObject("INTERPOLATED" if kind is Kind.SPLINE else "POLYLINE", points, "PIXEL")

    if kind is Kind.TEXT:
        return []
    if kind is Kind.POINT:
        return [GraphicObject("POINT", pixels[:1], "PIXEL")]
    if kind is Kind.ELLIPSE:
        return [GraphicObject("ELLIPSE", pixels, "PIXEL")]
    if kind in _PAIRS:
        return [line(pixels[:2]), line(pixels[2:4])]
    return [line(np.vstack([pixels, pixels[:1]]) if kind in _CLOSED else pixels)]


def _text(measurement: Measurement, pixels: _Points) -> Any | None:
    """What stands beside a measurement on the screen, anchored at its first point."""
    from highdicom.pr import TextObject

    words = [shortened(line, _MOST_TEXT) for line in lines(measurement)]
    said = "\r\n".join(word for word in words if word)[:_MOST_TEXT]
    if not said:
        return None
    column, row = pixels[-1 if measurement.kind is Kind.LENGTH else 0]
    return TextObject(said, "PIXEL", anchor_point=(float(column), float(row)), anchor_point_visible=False)
