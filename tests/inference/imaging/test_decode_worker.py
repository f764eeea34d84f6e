"""What the decoding process does, called in this one."""

import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.imaging.decode_worker import DECODERS, receive, send, unpacked


def packed(data: bytes) -> bytes:
    """PackBits as PS3.5 G.3.1 has it: runs of three and more are repeated, the rest is copied."""
    out, at = bytearray(), 0
    while at < len(data):
        run = 1
        while at + run < len(data) and run < 128 and data[at + run] == data[at]:
            run += 1
        if run > 2:
            out += bytes((257 - run, data[at]))
        else:
            run = min(128, len(data) - at)
            out += bytes((run - 1,)) + data[at : at + run]
        at += run
    return bytes(out)


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(1, 300)), max_size=8))
def test_packed_bytes_come_back(runs):
    data = b"".join(bytes((value,)) * count for value, count in runs)
    assert unpacked(packed(data) + b"\x80", len(data)) == data


@given(st.binary(max_size=200), st.integers(0, 300))
def test_any_bytes_give_the_right_length_or_an_error(data, size):
    try:
        assert len(unpacked(data, size)) == size
    except ValueError as error:
        assert "the data end after" in str(error)  # noqa: PT017 - both outcomes are lawful


@pytest.mark.parametrize(("dtype", "samples"), [("u1", 1), ("u1", 3), ("<u2", 1), ("<u2", 3), ("<u4", 1)])
def test_byte_planes_are_put_together(dtype, samples):
    pixels = np.random.default_rng(2).integers(0, 2**31, (5, 6, samples)).astype(dtype)
    width = pixels.itemsize
    planes = [pixels.view("u1").reshape(5, 6, samples, width)[:, :, s, b] for s in range(samples)
              for b in reversed(range(width))]  # fmt: skip
    segments = [packed(plane.tobytes()) for plane in planes]
    starts = 64 + np.cumsum([0, *map(len, segments)])[:-1]
    header = struct.pack("<16L", len(segments), *starts, *[0] * (15 - len(segments)))
    facts = {"rows": 5, "columns": 6, "samples": samples, "bits_allocated": 8 * width}
    found = DECODERS["rle"](header + b"".join(segments), facts)
    assert np.array_equal(found, pixels if samples > 1 else pixels[..., 0])


def test_messages_come_through_whole_and_a_cut_one_is_none():
    stream = io.BytesIO()
    send(stream, {"decoder": "rle"}, b"abc")
    stream.seek(0)
    assert receive(stream) == ({"decoder": "rle", "size": 3}, b"abc")
    assert receive(stream) is None
