"""What stands in the file is what is shown, whatever the number, order and place of its bits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from inference.errors import PixelError
from inference.imaging.read import read_cine, read_picture
from tests.imaging_fixtures import write_file
from tests.inference.imaging.pixel_files import frames_header, one, pixel_file, raw_file

RNG = np.random.default_rng(3)
SYNTAXES = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4"])
def test_whole_numbers_come_back_exactly(tmp_path, dtype, syntax):
    info = np.iinfo(dtype)
    pixels = RNG.integers(info.min, info.max, (5, 7), dtype=dtype, endpoint=True)
    picture = read_picture(one(pixel_file(tmp_path / "a.dcm", pixels, syntax=syntax)))
    assert picture.pixels.dtype == pixels.dtype
    assert np.array_equal(picture.pixels, pixels)
    assert picture.warnings == ()


@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "u4"])
def test_big_endian_is_turned_round(tmp_path, dtype):
    pixels = RNG.integers(0, np.iinfo(dtype).max, (4, 6), dtype=dtype)
    stored = pixels.reshape(-1, 2)[:, ::-1].reshape(4, 6) if dtype == "u1" else pixels.byteswap()
    path = pixel_file(tmp_path / "a.dcm", pixels, syntax=ExplicitVRBigEndian)
    raw = path.read_bytes()
    path.write_bytes(raw[: -pixels.nbytes] + stored.tobytes())
    words = raw[-pixels.nbytes - 8 : -pixels.nbytes - 6] == b"OW"
    expected = pixels if words or dtype != "u1" else stored
    assert np.array_equal(read_picture(one(path)).pixels, expected)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 16), st.booleans(), st.integers(0, 15), st.integers(0, 2**16 - 1))
def test_only_the_stored_bits_count(tmp_path_factory, stored, signed, shift, overlay):
    shift = min(shift, 16 - stored)
    low, high = (-(1 << stored - 1), 1 << stored - 1) if signed else (0, 1 << stored)
    values = RNG.integers(low, high, (4, 6))
    mask = ((1 << stored) - 1) << shift
    words = ((values << shift) & mask | overlay & ~mask & 0xFFFF).astype("<u2")
    path = raw_file(
        tmp_path_factory.mktemp("bits") / "a.dcm", words.tobytes(), words,
        BitsStored=stored, HighBit=stored - 1 + shift, PixelRepresentation=int(signed),
    )  # fmt: skip
    assert np.array_equal(read_picture(one(path)).pixels, values)


def test_one_bit_frames_need_not_start_at_a_byte(tmp_path):
    frames = RNG.integers(0, 2, (3, 5, 7)).astype(np.uint8)
    data = np.packbits(frames.reshape(-1), bitorder="little").tobytes()
    header = frames_header((3, 5, 7))
    header.PixelData = data + b"\0" * (len(data) % 2)
    header.BitsAllocated, header.BitsStored, header.HighBit = 1, 1, 0
    cine = read_cine(one(write_file(tmp_path / "a.dcm", header), frames=3))
    assert np.array_equal(cine.frames, frames)


@pytest.mark.parametrize(("keyword", "dtype"), [("FloatPixelData", "f4"), ("DoubleFloatPixelData", "f8")])
def test_floating_point_pixels_stay_as_they_are(tmp_path, keyword, dtype):
    pixels = RNG.normal(size=(4, 6)).astype(dtype)
    pixels[0, 0] = np.nan
    header = frames_header((4, 6))
    del header.PixelData, header.BitsStored, header.HighBit
    header.BitsAllocated = pixels.itemsize * 8
    setattr(header, keyword, pixels.tobytes())
    picture = read_picture(one(write_file(tmp_path / "a.dcm", header)))
    assert picture.pixels.dtype == dtype
    assert np.array_equal(picture.pixels, pixels, equal_nan=True)


def test_odd_length_and_trailing_bytes_are_accepted(tmp_path):
    pixels = RNG.integers(0, 255, (3, 5)).astype(np.uint8)
    path = raw_file(tmp_path / "a.dcm", pixels.tobytes() + b"\1\2\3\4\5", pixels, vr="OB")
    assert np.array_equal(read_picture(one(path)).pixels, pixels)


def test_of_a_short_picture_shows_what_is_there_and_says_so(tmp_path):
    pixels = RNG.integers(1, 255, (8, 8)).astype(np.int16)
    path = raw_file(tmp_path / "a.dcm", pixels.tobytes()[:64], pixels, PixelPaddingValue=-2000)
    picture = read_picture(one(path))
    assert np.array_equal(picture.pixels[:4], pixels[:4])
    assert (picture.pixels[4:] == picture.padding).all()
    assert any("50% of the picture is there" in note for note in picture.warnings)


def test_nothing_left_is_an_error_with_the_files_name(tmp_path):
    pixels = np.ones((2, 8, 8), np.uint8)
    path = raw_file(tmp_path / "short.dcm", pixels[0].tobytes(), pixels[0], NumberOfFrames=2)
    assert np.array_equal(read_picture(one(path, frames=2), 0).pixels, pixels[0])
    with pytest.raises(PixelError, match=r"short\.dcm is cut short"):
        read_picture(one(path, frames=2), 1)


@pytest.mark.parametrize("bits", [12, 24, 7])
def test_unusual_bits_are_refused_by_name(tmp_path, bits):
    path = raw_file(tmp_path / "odd.dcm", bytes(96), np.zeros((8, 8), np.uint8), BitsAllocated=bits)
    with pytest.raises(PixelError, match=rf"odd\.dcm stores {bits} bits per pixel"):
        read_picture(one(path))


def test_a_monstrous_size_is_refused_before_memory_is_taken(tmp_path):
    path = raw_file(tmp_path / "huge.dcm", bytes(64), np.zeros((4, 4), np.uint8), Rows=65535, Columns=65535)
    with pytest.raises(PixelError, match="too large"):
        read_picture(one(path))
