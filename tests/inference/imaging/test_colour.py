"""Eight colour bars look the same however they were stored."""

import io

import numpy as np
import pytest
from PIL import Image
from pydicom.uid import ExplicitVRLittleEndian

from inference.errors import PixelError
from inference.imaging.codestream import inspect
from inference.imaging.colour import rgb_from_ybr, unfolded
from inference.imaging.read import read_picture
from tests.imaging_fixtures import write_file
from tests.inference.imaging.pixel_files import encapsulated_file, frames_header, one, raw_file

COLOURS = [(255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0),
           (255, 0, 255), (255, 0, 0), (0, 0, 255), (0, 0, 0)]  # fmt: skip
BARS = np.repeat(np.array(COLOURS, np.uint8)[None], 16, axis=0).repeat(4, axis=1)  # (16, 32, 3)
BASELINE = "1.2.840.10008.1.2.4.50"


def ybr(rgb: np.ndarray) -> np.ndarray:
    """C.7.6.3.1.2, YBR_FULL."""
    to = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])
    return np.clip(np.rint(rgb @ to.T + [0, 128, 128]), 0, 255).astype(np.uint8)


def shared(pixels: np.ndarray) -> np.ndarray:
    """Y Y Cb Cr for every two pixels."""
    pairs = pixels.reshape(16, 16, 2, 3)
    return np.concatenate([pairs[..., 0], pairs[:, :, 0, 1:]], axis=-1)


NATIVE = {
    "RGB by pixel": ("RGB", 0, BARS),
    "RGB by plane": ("RGB", 1, np.moveaxis(BARS, -1, 0)),
    "YBR_FULL by pixel": ("YBR_FULL", 0, ybr(BARS)),
    "YBR_FULL by plane": ("YBR_FULL", 1, np.moveaxis(ybr(BARS), -1, 0)),
    "YBR_FULL_422": ("YBR_FULL_422", 0, shared(ybr(BARS))),
}


@pytest.mark.parametrize("case", NATIVE)
def test_uncompressed_bars(tmp_path, case):
    photometric, planar, stored = NATIVE[case]
    path = raw_file(tmp_path / "a.dcm", np.ascontiguousarray(stored).tobytes(), BARS, vr="OB",
                    PhotometricInterpretation=photometric, PlanarConfiguration=planar)  # fmt: skip
    picture = read_picture(one(path))
    assert np.abs(picture.pixels.astype(int) - BARS).max() <= 2


def test_sixteen_bit_colours_are_brought_to_eight(tmp_path):
    path = raw_file(tmp_path / "a.dcm", (BARS.astype("<u2") * 257).tobytes(), BARS.astype("<u2"))
    assert np.abs(read_picture(one(path)).pixels.astype(int) - BARS).max() <= 1


def jpeg(**options) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(BARS).save(stream, "JPEG", quality=100, subsampling=0, **options)
    return stream.getvalue()


@pytest.mark.parametrize("label", ["YBR_FULL_422", "YBR_FULL", "RGB"])
def test_jpeg_bars_whatever_the_label_says(tmp_path, label):
    header = frames_header((16, 32, 3))
    header.SamplesPerPixel, header.PhotometricInterpretation, header.PlanarConfiguration = 3, label, 0
    header.Rows, header.Columns, header.NumberOfFrames = 16, 32, 1
    path = encapsulated_file(tmp_path / "a.dcm", [b"", jpeg()], header, BASELINE)
    assert np.abs(read_picture(one(path)).pixels.astype(int) - BARS).max() <= 6


@pytest.mark.parametrize("marked", [True, False], ids=["the stream says RGB", "only the label says RGB"])
def test_jpeg_bars_that_were_never_transformed(tmp_path, marked):
    data = jpeg(keep_rgb=True)
    assert inspect(data).told_rgb
    if not marked:
        data = unmarked(data)
        assert not inspect(data).told_rgb
        assert inspect(data, labelled_rgb=True).stored_rgb
    header = frames_header((16, 32, 3))
    header.SamplesPerPixel, header.PhotometricInterpretation, header.PlanarConfiguration = 3, "RGB", 0
    header.Rows, header.Columns, header.NumberOfFrames = 16, 32, 1
    path = encapsulated_file(tmp_path / "a.dcm", [b"", data], header, BASELINE)
    assert np.abs(read_picture(one(path)).pixels.astype(int) - BARS).max() <= 6


def unmarked(data: bytes) -> bytes:
    """Take away what tells a decoder that the components are RGB: the Adobe marker and the letters."""
    at = data.find(b"\xff\xee\x00\x0eAdobe")
    data = data if at < 0 else data[:at] + data[at + 16 :]
    return data.replace(b"R\x11\x00G\x11\x00B\x11\x00", b"\1\x11\0\2\x11\0\3\x11\0").replace(
        b"\x03R\x00G\x00B\x00", b"\x03\1\0\2\0\3\0"
    )


def palette_file(path, *, bits: int, entries: list[int], first: int = 0, segmented: bool = False):
    pixels = np.arange(16, dtype=np.uint8).reshape(4, 4)
    dtype = "<u2" if bits == 16 else "u1"
    header = frames_header((4, 4))
    header.PixelData, header.PhotometricInterpretation = pixels.tobytes(), "PALETTE COLOR"
    for channel in ("Red", "Green", "Blue"):
        header.add_new(f"{channel}PaletteColorLookupTableDescriptor", "US", [8, first, bits])
        name = f"{'Segmented' if segmented else ''}{channel}PaletteColorLookupTableData"
        data = np.array(entries, dtype).tobytes()
        header.add_new(name, "OW", data + b"\0" * (len(data) % 2))
    return write_file(path, header, transfer_syntax=ExplicitVRLittleEndian), pixels


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("first", [0, 5])
def test_a_palette_holds_at_both_ends(tmp_path, bits, first):
    levels = [0, 10, 20, 30, 40, 50, 60, 255]
    path, pixels = palette_file(tmp_path / "a.dcm", bits=bits, first=first,
                                entries=[v * (257 if bits == 16 else 1) for v in levels])  # fmt: skip
    expected = np.array(levels)[np.clip(pixels.astype(int) - first, 0, 7)]
    assert np.array_equal(read_picture(one(path)).pixels, np.repeat(expected[..., None], 3, -1))


@pytest.mark.parametrize("bits", [8, 16])
def test_a_segmented_palette_is_unfolded(tmp_path, bits):
    scale = 257 if bits == 16 else 1
    entries = [0, 2, 10 * scale, 20 * scale, 1, 6, 80 * scale]
    path, pixels = palette_file(tmp_path / "a.dcm", bits=bits, segmented=True, entries=entries)
    expected = np.array([10, 20, 30, 40, 50, 60, 70, 80])[np.clip(pixels, 0, 7)]
    assert np.array_equal(read_picture(one(path)).pixels[..., 0], expected)


@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_segments_may_be_used_again(dtype):
    offset = [0, 0] if dtype == "u2" else [0, 0, 0, 0]
    assert unfolded(np.array([0, 2, 1, 2, 2, 1, *offset], dtype), 4).tolist() == [1, 2, 1, 2]


def test_segments_that_refer_to_themselves_end():
    with pytest.raises(ValueError, match="unknown segment"):
        unfolded(np.array([2, 1, 0, 0, 0, 0], "u1"), 4)


def test_a_missing_palette_is_an_error_with_the_files_name(tmp_path):
    pixels = np.zeros((4, 4), np.uint8)
    path = raw_file(
        tmp_path / "grey.dcm", pixels.tobytes(), pixels, PhotometricInterpretation="PALETTE COLOR"
    )
    with pytest.raises(PixelError, match=r"grey\.dcm: its colour table"):
        read_picture(one(path))


def test_every_colour_survives_the_way_there_and_back():
    rgb = np.random.default_rng(0).integers(0, 256, (50, 50, 3)).astype(np.uint8)
    assert np.abs(rgb_from_ybr(ybr(rgb)).astype(int) - rgb).max() <= 2
