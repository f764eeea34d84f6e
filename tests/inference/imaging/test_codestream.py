"""A codestream is known by its own markers, and a cut one is found out."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inference.imaging.codestream import Coding, inspect
from inference.imaging.encapsulated import frame_index, read_frame
from inference.imaging.pixel_source import pixel_source

CT = "CTImage_1.2.840.10008.1.2.4.{}.dcm"
KNOWN = {
    CT.format("50_JPEGProcess1"): (Coding.JPEG, 8),
    CT.format("51_JPEGProcess2_4"): (Coding.JPEG, 12),
    CT.format("53_JPEGProcess6_8"): (Coding.JPEG, 12),
    CT.format("55_JPEGProcess10_12"): (Coding.JPEG, 12),
    CT.format("57_JPEGProcess14"): (Coding.JPEG_LOSSLESS, 16),
    CT.format("70_JPEGProcess14SV1"): (Coding.JPEG_LOSSLESS, 16),
    CT.format("80_JPEGLSLossless"): (Coding.JPEG_LS, 16),
    CT.format("81_JPEGLSLossy"): (Coding.JPEG_LS, 16),
    CT.format("90_JPEG2000LosslessOnly"): (Coding.JPEG_2000, 16),
    CT.format("91_JPEG2000"): (Coding.JPEG_2000, 16),
    "HTJ2K_08_RGB.dcm": (Coding.JPEG_2000, 8),
    "HTJ2KLossless_08_RGB.dcm": (Coding.JPEG_2000, 8),
    "JLSL_08_07_0_1F.dcm": (Coding.JPEG_LS, 7),
}


def first_stream(path) -> bytes:
    source = pixel_source(path)
    return read_frame(source, frame_index(source), 0)[0]


@pytest.mark.parametrize("name", KNOWN)
def test_kind_size_and_precision_are_read(shared_data, name):
    path = shared_data / "compressed" / name
    layout = pixel_source(path).layout
    stream = inspect(first_stream(path))
    assert (stream.coding, stream.precision) == KNOWN[name]
    assert (stream.rows, stream.columns, stream.samples) == (layout.rows, layout.columns, layout.samples)
    assert stream.complete


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("share", [0.95, 0.7, 0.5])
def test_a_stream_cut_inside_a_whole_file_is_found_out(shared_data, name, share):
    data = first_stream(shared_data / "compressed" / name)
    assert not inspect(data[: int(len(data) * share)] + b"\0").complete


@pytest.mark.parametrize("padding", [b"", b"\0", b"\0" * 9, b"\xff"])
def test_padding_after_the_end_is_no_cut(padding):
    stream = io.BytesIO()
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(stream, "JPEG")
    assert inspect(stream.getvalue() + padding).complete


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(data):
    for start in (b"", b"\xff\xd8", b"\xff\x4f\xff\x51"):
        inspect(start + data)
