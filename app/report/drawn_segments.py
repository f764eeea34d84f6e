"""Segments that a reader drew, or edited from a mask, as DICOM segmentations that say so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pydicom.dataset import Dataset

from app.painting.segmentation import Segmentation
from app.report.dicom_source import headers_of, in_one_frame, keep, making, person_name, shortened
from app.report.segmentation import segmentation
from inference.errors import ExportError
from inference.imaging.study import DisplaySet

_LONGEST = 1024


def write_drawn_segments(drawn: Segmentation, source: DisplaySet, path: Path, reader: str = "") -> Path:
    """Write the segments that hold anything, on the grid of the pictures."""
    with making("The segmentation"):
        dataset = drawn_segments(drawn, in_one_frame(headers_of(source)), reader)
    return keep(dataset, path)


def drawn_segments(drawn: Segmentation, headers: list[Dataset], reader: str) -> Dataset:
    """The data set. What was copied from somebody's mask is semi-automatic, and names it."""
    held = tuple(s for s in drawn.segments if drawn.counts[s.number])
    if not held:
        raise ExportError("No segment holds a voxel yet.", hint="Paint one first.")
    dataset = segmentation(replace(drawn, segments=held).segment_map(whole=True), headers, None)
    for item, segment in zip(dataset.SegmentSequence, held, strict=True):
        who = drawn.author or reader or "a reader"
        item.SegmentDescription = f"drawn by {who}"[:_LONGEST]
        if segment.source:
            item.SegmentAlgorithmType = "SEMIAUTOMATIC"
            item.SegmentAlgorithmName = shortened(segment.source)
            item.SegmentDescription = f"edited by {who}, copied from {segment.source}"[:_LONGEST]
    if creator := person_name(reader or drawn.author):
        dataset.ContentCreatorName = creator
    return dataset
