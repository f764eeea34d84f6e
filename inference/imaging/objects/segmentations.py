"""DICOM segmentations (binary, fractional, labelmap) as segment maps on their own grid in the patient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.errors import FileError, PixelError
from inference.imaging.frames import Frames
from inference.imaging.instances import SEGMENTATIONS
from inference.imaging.layout import number, numbers, whole
from inference.imaging.modality import Modality, functional_group
from inference.imaging.objects.colours import rgb_of
from inference.imaging.objects.grid import Grid, grid_of
from inference.imaging.objects.items import Code, code, first_text, items, text, uid
from inference.imaging.objects.moments import Pictured
from inference.imaging.objects.opening import OTHER_HINT, check_class, opening
from inference.imaging.objects.references import References, references_of
from inference.imaging.segments import Segment, SegmentMap, colour_of
from inference.imaging.volume import Volume
from inference.progress import Report, silent

WHAT = "a segmentation"
HALF = 0.5  # from which share on a voxel of a fractional segmentation is drawn as inside
MOST_LAYERS = 64  # of segments that overlap each other
_MOST_NUMBER = 65535
_Labels = NDArray[Any]


@dataclass(frozen=True)
class SegmentDetail:
    """What the file says of one segment beyond its name."""

    number: int
    category: Code | None = None
    kind: Code | None = None
    description: str = ""
    algorithm: str = ""  # such as "AUTOMATIC, T3D 1"
    tracking_uid: str = ""


@dataclass(frozen=True, eq=False)
class Segmentation:
    """One segmentation.

    maps  one, or several where segments overlap each other; each segment is in exactly one
    kind  "binary", "fractional (probability)", "labelmap", ...
    drawn_on  by segment, the pictures that its frames were drawn on; empty where they do not say
    """

    maps: tuple[SegmentMap, ...]
    kind: str
    details: tuple[SegmentDetail, ...]
    references: References
    warnings: tuple[str, ...] = ()
    drawn_on: Mapping[int, frozenset[Pictured]] = field(default_factory=dict)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All segments, by number."""
        return tuple(sorted((s for m in self.maps for s in m.segments), key=lambda s: s.number))

    def map_of(self, number: int) -> SegmentMap:
        """The map that holds a segment."""
        return next(m for m in self.maps if any(s.number == number for s in m.segments))


@dataclass(frozen=True, eq=False)
class _Source:
    """An opened file: its frames, what it is, and where they lie."""

    frames: Frames
    header: Dataset
    kind: str
    full: float  # stored value that stands for 100 %
    grid: Grid

    def picture(self, frame: int) -> _Labels:
        """(rows, columns) stored values of one frame."""
        layout = self.frames.layout
        out = np.empty((layout.rows, layout.columns), layout.dtype)
        self.frames.grey(frame, out, Modality())
        return out

    def owner(self, frame: int) -> int:
        """The segment that a frame shows; 0 where it does not say."""
        item = functional_group(self.header, frame, "SegmentIdentificationSequence")
        found = None if item is None else number(item, "ReferencedSegmentNumber")
        return int(found) if found is not None and 0 < found <= _MOST_NUMBER else 0


def read_segmentation(path: Path, report: Report = silent) -> Segmentation:
    """All segments of a file. FileError or PixelError says in a sentence why it cannot be shown."""
    source = _open(path)
    with opening(path, WHAT):
        named, details = _described(source.header)
        references = references_of(source.header)
    layers, owners, notes = _layers(source, report)
    segments = {**{n: _unnamed(n) for n in sorted(owners)}, **named}
    maps = [
        _map(source, layer, tuple(segments[n] for n in sorted(segments) if owners.get(n, 0) == place))
        for place, layer in enumerate(layers)
    ]
    for place, found in enumerate(maps):
        maps[place] = _bound(found, references, path)
    return Segmentation(
        tuple(maps), _kind_words(source), details, references, (*source.grid.warnings, *notes),
        _drawn_on(source),
    )  # fmt: skip


def read_fractions(path: Path, segment: int, report: Report = silent) -> Volume:
    """The shares 0..1 of one segment of a fractional segmentation, in the patient."""
    source = _open(path)
    if source.kind != "FRACTIONAL":
        raise FileError(f"{path.name} holds no fractions.", hint="It says only which voxels are inside.")
    shares = np.zeros(source.grid.shape, np.float32)
    for frame, owner in _owners(source, report):
        if owner == segment:
            shares[source.grid.slice_of[frame]] = source.picture(frame) / np.float32(source.full)
    return Volume(shares, source.grid.affine_lps, "%" if source.full == 100 else "")


def _open(path: Path) -> _Source:
    frames = Frames(path)
    header = frames.source.header
    check_class(header, path, WHAT, SEGMENTATIONS)
    with opening(path, WHAT):
        kind = text(header, "SegmentationType").upper()
        full = float(whole(header, "MaximumFractionalValue", 255) or 255)
        grid = grid_of(header, frames.layout, path)
    if kind not in ("BINARY", "FRACTIONAL", "LABELMAP"):
        raise FileError(f"{path.name} is a segmentation of an unknown type.", hint=OTHER_HINT)
    return _Source(frames, header, kind, full, grid)


def _described(header: Dataset) -> tuple[dict[int, Segment], tuple[SegmentDetail, ...]]:
    """The segments that the file names, by number; the background of a labelmap is none."""
    segments: dict[int, Segment] = {}
    details = []
    for item in items(header, "SegmentSequence"):
        count = whole(item, "SegmentNumber", 0)
        if not 0 < count <= _MOST_NUMBER or count in segments:
            continue
        kind = code(item, "SegmentedPropertyTypeCodeSequence")
        title = text(item, "SegmentLabel") or (kind.meaning if kind else "")
        colour = rgb_of(numbers(item, "RecommendedDisplayCIELabValue"))
        segments[count] = Segment(count, title or f"Segment {count}", colour or colour_of(count))
        details.append(_detail(item, count, kind))
    return segments, tuple(details)


def _detail(item: Dataset, count: int, kind: Code | None) -> SegmentDetail:
    algorithm = (text(item, "SegmentAlgorithmType"), text(item, "SegmentAlgorithmName"))
    return SegmentDetail(
        count,
        code(item, "SegmentedPropertyCategoryCodeSequence"),
        kind,
        text(item, "SegmentDescription"),
        ", ".join(part for part in algorithm if part),
        uid(item, "TrackingUID"),
    )


def _unnamed(count: int) -> Segment:
    return Segment(count, f"Segment {count}", colour_of(count))


def _owners(source: _Source, report: Report) -> Iterator[tuple[int, int]]:
    """(frame, segment) of all frames, segment by segment."""
    owners = [(source.owner(frame), frame) for frame in range(source.frames.layout.frames)]
    for done, (owner, frame) in enumerate(sorted(owners), start=1):
        yield frame, owner
        report(done / len(owners), f"frame {done} of {len(owners)}")


def _drawn_on(source: _Source) -> dict[int, frozenset[Pictured]]:
    """The pictures that the frames of each segment name as their source."""
    found: dict[int, set[Pictured]] = {}
    for frame in range(source.frames.layout.frames):
        item = functional_group(source.header, frame, "DerivationImageSequence")
        for shot in items(item, "SourceImageSequence"):
            frames = numbers(shot, "ReferencedFrameNumber") or (0,)
            named = {(uid(shot, "ReferencedSOPInstanceUID"), int(number)) for number in frames}
            found.setdefault(source.owner(frame), set()).update(named)
    return {owner: frozenset(pictures) for owner, pictures in found.items()}


def _layers(source: _Source, report: Report) -> tuple[list[_Labels], dict[int, int], tuple[str, ...]]:
    """Labelled volumes, which of them each segment is in, and what has to be said."""
    if source.kind == "LABELMAP":
        labels = np.zeros(source.grid.shape, np.uint16)
        for frame, place in enumerate(source.grid.slice_of):
            labels[place] = source.picture(frame)
            report((frame + 1) / len(source.grid.slice_of), f"frame {frame + 1}")
        present = np.flatnonzero(np.bincount(labels.ravel()))
        return [labels], {int(n): 0 for n in present if n}, ()
    layers: list[_Labels] = []
    owners: dict[int, int] = {}
    lost = 0
    for segment, pictures in _by_segment(source, report):
        if not segment:
            lost += len(pictures)
            continue
        owners[segment] = _put(layers, source.grid, segment, pictures)
    notes = (f"{lost} frames do not say which segment they show; they are left out.",) if lost else ()
    return layers or [np.zeros(source.grid.shape, np.uint16)], owners, notes


def _by_segment(source: _Source, report: Report) -> Iterator[tuple[int, list[tuple[int, NDArray[np.bool_]]]]]:
    """Each segment with its (slice, mask) pairs."""
    current, gathered = 0, list[tuple[int, NDArray[np.bool_]]]()
    least = HALF * source.full if source.kind == "FRACTIONAL" else 1
    for frame, owner in _owners(source, report):
        if owner != current and gathered:
            yield current, gathered
            gathered = []
        current = owner
        gathered.append((source.grid.slice_of[frame], source.picture(frame) >= least))
    if gathered:
        yield current, gathered


def _put(
    layers: list[_Labels], grid: Grid, segment: int, pictures: Sequence[tuple[int, NDArray[np.bool_]]]
) -> int:
    """Write a segment into the first layer where it covers nothing; its place."""
    free = (n for n, layer in enumerate(layers) if not any(layer[k][mask].any() for k, mask in pictures))
    place = next(free, len(layers))
    if place == MOST_LAYERS:
        raise PixelError("Too many of its segments overlap each other.", hint=OTHER_HINT)
    if place == len(layers):
        layers.append(np.zeros(grid.shape, np.uint16))
    for k, mask in pictures:
        layers[place][k][mask] = segment
    return place


def _map(source: _Source, labels: _Labels, segments: tuple[Segment, ...]) -> SegmentMap:
    most = max((s.number for s in segments), default=0)
    stored = labels.astype(np.uint8) if most < 256 else labels
    title = first_text(source.header, "SeriesDescription", "ContentDescription", "ContentLabel")
    return SegmentMap(Volume(stored, source.grid.affine_lps), segments, title or "Segmentation")


def _bound(found: SegmentMap, references: References, path: Path) -> SegmentMap:
    """The map with what it may be laid over; one that refers to nothing belongs to nothing."""
    series = references.series_uids[0] if len(references.series_uids) == 1 else ""
    if not series and not references.frame_of_reference_uid:
        series = f"nothing named by {path.name}"
    return SegmentMap(found.labels, found.segments, found.title, references.frame_of_reference_uid, series)


def _kind_words(source: _Source) -> str:
    if source.kind != "FRACTIONAL":
        return source.kind.lower()
    meaning = text(source.header, "SegmentationFractionalType").lower()
    return f"fractional ({meaning})" if meaning else "fractional"
