"""A segmentation to plain JSON values and bytes, and back. Nothing is unpickled."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping
from typing import Any
from zipfile import BadZipFile

import numpy as np

from app.painting.bricks import MOST_SEGMENTS, Bricks, box_of, counted, frozen
from app.painting.segmentation import DrawnSegment, Segmentation

_TEXTS = (
    "uid", "study_uid", "display_set_uid", "series_uid", "frame_of_reference_uid", "title", "author",
    "created",
)  # fmt: skip


def to_plain(segmentation: Segmentation) -> dict[str, Any]:
    """Everything but the labels."""
    return {
        **{name: getattr(segmentation, name) for name in _TEXTS},
        "shape": list(segmentation.shape),
        "affine_lps": segmentation.affine_lps.tolist(),
        "segments": [
            {"number": s.number, "name": s.name, "rgb": list(s.rgb), "source": s.source}
            for s in segmentation.segments
        ],
    }


def to_bytes(segmentation: Segmentation) -> bytes:
    """The labels, packed: the places of the bricks, how large each is, and all of them in a row."""
    places = sorted(segmentation.bricks)
    parts = [segmentation.bricks[place].ravel() for place in places]
    out = io.BytesIO()
    np.savez_compressed(
        out,
        places=np.array(places, np.int32).reshape(-1, 3),
        labels=np.concatenate(parts) if parts else np.zeros(0, np.uint8),
    )
    return out.getvalue()


def from_plain(plain: Mapping[str, Any], packed: bytes) -> Segmentation:
    """The value again; KeyError, TypeError, ValueError or OSError where it is none."""
    k, j, i = (int(size) for size in plain["shape"])
    affine = np.asarray(plain["affine_lps"], np.float64)
    if affine.shape != (4, 4) or min(k, j, i) < 1:
        raise ValueError("the grid of a segmentation has four rows, and voxels along each axis")
    bricks = _bricks(packed, (k, j, i))
    counts = counted(bricks.values())
    texts = {name: str(plain[name]) for name in _TEXTS}
    segments = tuple(_segment(told) for told in plain["segments"])
    return Segmentation(
        shape=(k, j, i), affine_lps=affine, segments=segments, bricks=bricks, counts=counts, **texts
    )


def _segment(told: Mapping[str, Any]) -> DrawnSegment:
    red, green, blue = (int(channel) for channel in told["rgb"])
    number = int(told["number"])
    if not 0 < number <= MOST_SEGMENTS:
        raise ValueError("the number of a segment lies between 1 and 255")
    return DrawnSegment(number, str(told["name"]), (red, green, blue), str(told["source"]))


def _bricks(packed: bytes, shape: tuple[int, int, int]) -> Bricks:
    try:
        with np.load(io.BytesIO(packed), allow_pickle=False) as kept:
            places, labels = np.asarray(kept["places"], int), np.asarray(kept["labels"], np.uint8)
    except (EOFError, BadZipFile, zlib.error) as error:
        raise ValueError("the labels of a segmentation are damaged") from error
    found, first = {}, 0
    for k, j, i in places.tolist():
        size = box_of((k, j, i), shape).shape
        last = first + int(np.prod(size))
        found[(k, j, i)] = frozen(labels[first:last].reshape(size))
        first = last
    if first != len(labels):
        raise ValueError("the labels of a segmentation do not fill its bricks")
    return found
