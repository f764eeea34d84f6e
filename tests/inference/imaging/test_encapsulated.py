"""Frames are found in their fragments whatever the offset tables say."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from inference.errors import PixelError
from inference.imaging.encapsulated import frame_index, read_frame
from inference.imaging.pixel_source import pixel_source
from inference.imaging.read import read_cine
from tests.inference.imaging.pixel_files import encapsulated_file, frames_header, one

BASELINE = "1.2.840.10008.1.2.4.50"
SHAPE = (3, 16, 24)


def jpeg(level: int) -> bytes:
    stream = io.BytesIO()
    noise = np.random.default_rng(level).integers(0, 30, SHAPE[1:]) + level
    Image.fromarray(noise.astype(np.uint8)).save(stream, "JPEG", quality=95)
    return stream.getvalue() + b"\0" * (len(stream.getvalue()) % 2)


FRAMES = [jpeg(level) for level in (20, 90, 200)]
HALVES = [half for frame in FRAMES for half in (frame[:64], frame[64:])]


def starts(pieces: list[bytes], every: int = 1) -> tuple[int, ...]:
    """Where every `every`-th piece has its item."""
    at, found = 0, []
    for position, piece in enumerate(pieces):
        if position % every == 0:
            found.append(at)
        at += 8 + len(piece)
    return tuple(found)


def table(offsets: tuple[int, ...]) -> bytes:
    return struct.pack(f"<{len(offsets)}L", *offsets)


CASES = {
    "right table": (table(starts(FRAMES)), FRAMES),
    "no table": (b"", FRAMES),
    "wrong table": (table((0, 7, 13)), FRAMES),
    "table too long": (table((*starts(FRAMES), 99)), FRAMES),
    "two pieces each, right table": (table(starts(HALVES, 2)), HALVES),
    "two pieces each, no table": (b"", HALVES),
    "two pieces each, wrong table": (table((0, 1, 2)), HALVES),
}


@pytest.mark.parametrize("case", CASES)
def test_every_frame_gets_its_own_bytes(tmp_path, case):
    first, pieces = CASES[case]
    path = encapsulated_file(tmp_path / "a.dcm", [first, *pieces], frames_header(SHAPE), BASELINE)
    source = pixel_source(path)
    index = frame_index(source)
    assert [read_frame(source, index, frame) for frame in range(3)] == [(data, True) for data in FRAMES]
    assert bool(index.warnings) == ("wrong" in case or "too long" in case)


def test_the_extended_table_is_followed(tmp_path):
    header = frames_header(SHAPE)
    header.ExtendedOffsetTable = struct.pack("<3Q", *starts(HALVES, 2))
    header.ExtendedOffsetTableLengths = struct.pack("<3Q", *(len(frame) for frame in FRAMES))
    path = encapsulated_file(tmp_path / "a.dcm", [b"", *HALVES], header, BASELINE)
    source = pixel_source(path)
    assert [read_frame(source, frame_index(source), frame)[0] for frame in range(3)] == FRAMES


def test_frames_that_are_gone_are_left_out_of_a_loop_in_words(tmp_path):
    path = encapsulated_file(
        tmp_path / "cut.dcm", [b"", *FRAMES[:2]], frames_header(SHAPE), BASELINE, delimiter=False
    )
    cine = read_cine(one(path, frames=3))
    assert cine.frames.shape == (2, 16, 24)
    assert len(cine.times_ms) == 2
    assert any("2 of its 3 pictures are there" in note for note in cine.warnings)


def test_pieces_that_belong_nowhere_are_refused(tmp_path):
    pieces = [b"\1\2\3\4"] * 5
    path = encapsulated_file(tmp_path / "a.dcm", [b"", *pieces], frames_header(SHAPE), BASELINE)
    with pytest.raises(PixelError, match="does not say which of its 5 pieces"):
        frame_index(pixel_source(path))


def test_no_compressed_data_is_refused(tmp_path):
    path = encapsulated_file(tmp_path / "a.dcm", [b""], frames_header(SHAPE), BASELINE)
    with pytest.raises(PixelError, match=r"a\.dcm has no compressed data"):
        frame_index(pixel_source(path))
