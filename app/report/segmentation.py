"""Masks as DICOM segmentations, on their own grid in the patient."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from app.report.dicom_source import (
    algorithm,
    common,
    described,
    device,
    headers_of,
    in_one_frame,
    keep,
    making,
    shortened,
)
from app.report.equipment import Maker
from app.report.segment_codes import category_and_kind, side_of
from inference.errors import ExportError
from inference.imaging.objects.colours import cielab_of
from inference.imaging.segments import Segment, SegmentMap
from inference.imaging.study import DisplaySet

if TYPE_CHECKING:
    from highdicom.seg import SegmentDescription

SERIES_NUMBER = 9100
MOST_EMPTY = 1 << 24  # bytes; beyond, slices that a segment does not reach are left out


def write_segmentation(found: SegmentMap, source: DisplaySet, path: Path, maker: Maker | None = None) -> Path:
    """Write the segments of a map as a binary segmentation; `maker` is None for what a person drew.

    Segments are numbered from 1 in the order of the map, as the standard asks.
    """
    with making("The segmentation"):
        dataset = segmentation(found, in_one_frame(headers_of(source)), maker)
    return keep(dataset, path)


def segmentation(found: SegmentMap, headers: list[Dataset], maker: Maker | None) -> Dataset:
    """The data set of a segmentation that refers to the pictures of `headers`."""
    from highdicom import Volume as PlacedVolume
    from highdicom.seg import Segmentation

    if not found.segments:
        raise ExportError("There is no segment to write.", hint="Draw or compute one first.")
    frame = str(headers[0].get("FrameOfReferenceUID") or "")
    if not frame:
        raise ExportError(
            "The pictures name no frame of reference, so a segmentation has nothing to be placed in.",
            hint="Masks of such pictures can be exported as pictures.",
        )
    labels = renumbered(found)
    placed = PlacedVolume(labels, found.labels.affine_lps, "PATIENT", frame_of_reference_uid=frame)
    dataset = Segmentation(
        source_images=headers,
        pixel_array=placed,
        segmentation_type="BINARY",
        segment_descriptions=[description(n, s, maker) for n, s in enumerate(found.segments, start=1)],
        omit_empty_frames=labels.size * len(found.segments) // 8 > MOST_EMPTY,
        content_label="SEGMENTATION",
        content_description=shortened(found.title),
        **common(SERIES_NUMBER, maker=maker),
        **device(),
    )
    return described(dataset, shortened(found.title) or "Segmentation")


def renumbered(found: SegmentMap) -> NDArray[np.uint16]:
    """(slices, rows, columns) labels numbered from 1 in the order of the segments; 0 where none is."""
    table = np.zeros(np.iinfo(found.labels.voxels.dtype).max + 1, np.uint16)
    for number, segment in enumerate(found.segments, start=1):
        table[segment.number] = number
    labels: NDArray[np.uint16] = table[found.labels.voxels]
    return labels


def description(number: int, segment: Segment, maker: Maker | None, called: str = "") -> SegmentDescription:
    """One item of the Segment Sequence: coded, tracked, and by whom. `called` is what it is coded as."""
    from highdicom import UID
    from highdicom.color import CIELabColor
    from highdicom.seg import SegmentDescription

    lightness, a, b = cielab_of(segment.rgb)
    colour = CIELabColor(lightness * 100 / 65535, a * 255 / 65535 - 128, b * 255 / 65535 - 128)
    name = shortened(segment.name) or f"Segment {number}"
    category, kind = category_and_kind(called or name)
    item = SegmentDescription(
        number, name, category, kind, "AUTOMATIC" if maker else "MANUAL",
        algorithm(maker) if maker else None, tracking_uid=UID(), tracking_id=name, display_color=colour,
    )  # fmt: skip
    if (side := side_of(called or name)) is not None:
        item.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = [side]
    return item
