"""One frame of a loop is what the same frame is when the loop is read as a whole."""

from __future__ import annotations

import numpy as np
import pytest

from inference.errors import PixelError
from inference.imaging.open_loop import open_loop
from inference.imaging.read import read_cine
from tests.inference.imaging.pixel_files import encapsulated_file, frames_header, one, pixel_file
from tests.inference.imaging.test_encapsulated import BASELINE, FRAMES, SHAPE, starts, table

RNG = np.random.default_rng(3)
WHOLE = RNG.integers(0, 4000, (4, 6, 8)).astype(np.uint16)
COLOUR = RNG.integers(0, 256, (4, 6, 8, 3)).astype(np.uint8)


def frames_of(loop, order):
    """The frames, read in some order and put back into their own."""
    read = {}
    for frame in order:
        out = np.empty(loop.frame_shape, loop.dtype)
        loop.read(frame, out)
        read[frame] = out
    return np.stack([read[frame] for frame in range(loop.count)])


@pytest.mark.parametrize(
    ("pixels", "tags"),
    [
        (WHOLE, {}),
        (WHOLE, {"RescaleSlope": "2", "RescaleIntercept": "-1024"}),
        (WHOLE, {"RescaleSlope": "0.5", "RescaleIntercept": "1"}),
        (WHOLE, {"BitsStored": 12, "HighBit": 11, "RescaleSlope": "1", "RescaleIntercept": "-1000"}),
        (WHOLE, {"PhotometricInterpretation": "MONOCHROME1"}),
        (COLOUR, {}),
    ],
    ids=["plain", "whole", "fraction", "bits", "inverted", "colour"],
)
def test_single_frames_are_those_of_the_whole_loop_with_the_same_facts(tmp_path, pixels, tags):
    shown = one(pixel_file(tmp_path / "a.dcm", pixels, **tags), frames=4)
    loop, cine = open_loop(shown), read_cine(shown)
    assert np.array_equal(frames_of(loop, (2, 0, 3, 1)), cine.frames)
    facts = loop.facts
    assert (facts.unit, facts.inverted, facts.rescales) == (cine.unit, cine.inverted, cine.rescales)
    assert (facts.times_ms.tolist(), facts.rate_source) == (cine.times_ms.tolist(), cine.rate_source)
    assert facts.pictures == cine.pictures


def test_compressed_frames_are_found_one_by_one(tmp_path):
    path = encapsulated_file(
        tmp_path / "a.dcm", [table(starts(FRAMES)), *FRAMES], frames_header(SHAPE), BASELINE
    )
    loop = open_loop(one(path, frames=3))
    assert loop.is_compressed
    assert np.array_equal(frames_of(loop, (2, 1, 0)), read_cine(one(path, frames=3)).frames)


def test_a_frame_that_is_gone_is_refused_and_the_others_keep_their_numbers(tmp_path):
    path = encapsulated_file(
        tmp_path / "cut.dcm", [b"", *FRAMES[:2]], frames_header(SHAPE), BASELINE, delimiter=False
    )
    loop = open_loop(one(path, frames=3))
    out = np.empty(loop.frame_shape, loop.dtype)
    with pytest.raises(PixelError, match="2 of its 3 pictures are there"):
        loop.read(2, out)
    loop.read(1, out)
    assert np.array_equal(out, read_cine(one(path, frames=3)).frames[1])
    assert loop.count == 3


def test_a_slice_of_a_cine_stack_opens_alone(shared_data):
    from inference.imaging.scan import scan
    from inference.imaging.study import Kind

    sets = scan(shared_data / "cardiac_cine" / "sunnybrook_SCD0002001_sax").studies[0].display_sets
    stack = next(d for d in sets if d.kind is Kind.CINE_STACK)
    loop, cine = open_loop(stack, position=3), read_cine(stack, position=3)
    assert loop.facts.pictures == cine.pictures
    assert np.array_equal(frames_of(loop, range(loop.count)), cine.frames)
