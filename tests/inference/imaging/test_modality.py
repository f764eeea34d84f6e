"""Values mean what the header says, in the smallest type that holds them exactly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.imaging.modality import Modality, rescale
from inference.imaging.read import read_picture, read_volume
from tests.imaging_fixtures import write_file, write_series
from tests.inference.imaging.pixel_files import frames_header, one, pixel_file, scanned

PIXELS = np.arange(24, dtype=np.uint16).reshape(4, 6) * 100


@pytest.mark.parametrize(
    ("dtype", "slope", "intercept", "expected"),
    [("u2", 1, -1024, "i2"), ("i2", 1, -1024, "i2"), ("u2", 2, 0, "u2"), ("u1", 1, -100, "i1"),
     ("u2", 0.5, 0, "f4"), ("i2", 1, 40000, "u2"), ("u2", 100, 0, "u4")],
)  # fmt: skip
def test_the_type_is_the_smallest_that_is_exact(dtype, slope, intercept, expected):
    stored = np.array([[[0, 50, 200]]], dtype) if dtype == "u1" else np.array([[[0, 1500, 4095]]], dtype)
    found = rescale(stored.copy(), [Modality(float(slope), float(intercept))])
    assert found.dtype == expected
    assert np.array_equal(found, stored.astype(float) * slope + intercept)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["u1", "i1", "u2", "i2", "u4", "i4"]), st.integers(-300, 300), st.integers(-70000, 70000)
)
def test_a_whole_rescale_is_always_exact(dtype, slope, intercept):
    info = np.iinfo(dtype)
    stored = np.random.default_rng(0).integers(info.min, info.max, (2, 3, 4), dtype=dtype, endpoint=True)
    found = rescale(stored.copy(), [Modality(float(slope or 1), float(intercept))] * 2)
    assert np.array_equal(found.astype(np.int64), stored.astype(np.int64) * (slope or 1) + intercept)


def test_each_slice_of_a_pet_series_keeps_its_own_slope(tmp_path):
    pixels = np.full((3, 4, 6), 100, np.int16)
    write_series(tmp_path, pixels=pixels, Modality="PT", Units="BQML", RescaleIntercept="0",
                 RescaleSlope=lambda k: str(0.5 + k))  # fmt: skip
    volume = read_volume(scanned(tmp_path))
    assert volume.voxels.dtype == np.float32
    assert volume.voxels[:, 0, 0].tolist() == [50, 150, 250]
    assert volume.unit == "BQML"


def test_ct_is_in_hounsfield_units_and_a_localiser_is_not(tmp_path):
    facts = {"RescaleSlope": "1", "RescaleIntercept": "-1024"}
    assert read_picture(one(pixel_file(tmp_path / "a.dcm", PIXELS, **facts))).unit == "HU"
    path = pixel_file(tmp_path / "b.dcm", PIXELS, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"], **facts)
    assert read_picture(one(path)).unit == ""


def test_a_slope_of_zero_shows_stored_values_and_says_so(tmp_path):
    path = pixel_file(tmp_path / "a.dcm", PIXELS, RescaleSlope="0", RescaleIntercept="5")
    picture = read_picture(one(path))
    assert np.array_equal(picture.pixels, PIXELS)
    assert any("Rescale Slope is 0" in note for note in picture.warnings)


@pytest.mark.parametrize("slope", ["abc", "NaN", "1,5"])
def test_an_unreadable_slope_loses_neither_picture_nor_word(tmp_path, slope):
    path = pixel_file(tmp_path / "a.dcm", PIXELS)
    header = frames_header((4, 6), "u2")
    header.PixelData = PIXELS.tobytes()
    header.RescaleIntercept = "0"
    write_file(path, header)
    raw = path.read_bytes()
    value = slope.encode() + b" " * (len(slope) % 2)
    bad = b"\x28\x00\x53\x10DS" + len(value).to_bytes(2, "little") + value
    at = raw.index(b"\xe0\x7f\x10\x00")
    path.write_bytes(raw[:at] + bad + raw[at:])
    picture = read_picture(one(path))
    assert np.array_equal(picture.pixels, PIXELS)
    assert any("Only half of the rescale" in note for note in picture.warnings)


def test_a_table_wins_over_the_rescale(tmp_path):
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [4, 100, 16])
    item.add_new("LUTData", "US", [7, 70, 700, 7000])
    item.ModalityLUTType = "OD"
    path = pixel_file(tmp_path / "a.dcm", PIXELS, ModalityLUTSequence=Sequence([item]), RescaleSlope="9",
                      RescaleIntercept="9")  # fmt: skip
    picture = read_picture(one(path))
    expected = np.array([7, 70, 700, 7000])[np.clip(PIXELS.astype(int) - 100, 0, 3)]
    assert np.array_equal(picture.pixels, expected)
    assert picture.unit == "OD"


def group(slope: float, intercept: float) -> Dataset:
    inner, outer = Dataset(), Dataset()
    inner.RescaleSlope, inner.RescaleIntercept, inner.RescaleType = str(slope), str(intercept), "HU"
    outer.PixelValueTransformationSequence = Sequence([inner])
    return outer


def test_frames_follow_their_own_rescale(tmp_path):
    header = frames_header((2, 4, 6), "u2", RescaleSlope="50", RescaleIntercept="50")  # a leftover at the top
    header.PixelData = np.full((2, 4, 6), 100, "<u2").tobytes()
    header.PerFrameFunctionalGroupsSequence = Sequence([group(1, -1024), group(2, 0)])
    display_set = one(write_file(tmp_path / "a.dcm", header), frames=2)
    values = [read_picture(display_set, frame).pixels[0, 0] for frame in (0, 1)]
    assert values == [-924, 200]


@pytest.mark.parametrize(("slope", "unit"), [("1", "ml/100ml/s"), ("2", "HU")])
def test_a_mapping_that_says_the_same_as_the_rescale_names_the_unit(tmp_path, slope, unit):
    mapping, code = Dataset(), Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "ml/100ml/s", "UCUM", "flow"
    mapping.MeasurementUnitsCodeSequence = Sequence([code])
    mapping.RealWorldValueSlope, mapping.RealWorldValueIntercept = 1.0, -1024.0
    header = frames_header((1, 4, 6), "u2", RescaleSlope=slope, RescaleIntercept="-1024")
    header.PixelData = np.full((1, 4, 6), 100, "<u2").tobytes()
    inner, shared = Dataset(), Dataset()
    inner.RescaleSlope, inner.RescaleIntercept, inner.RescaleType = slope, "-1024", "US"
    shared.PixelValueTransformationSequence = Sequence([inner])
    shared.RealWorldValueMappingSequence = Sequence([mapping])
    header.SharedFunctionalGroupsSequence = Sequence([shared])
    assert read_picture(one(write_file(tmp_path / "a.dcm", header))).unit == unit


def test_a_range_of_padding_becomes_one_value(tmp_path):
    pixels = np.array([[0, 5, 10, 11], [12, 500, 600, 700]], np.uint16)
    path = pixel_file(tmp_path / "a.dcm", pixels, PixelPaddingValue=10, PixelPaddingRangeLimit=0,
                      RescaleSlope="1", RescaleIntercept="-1000")  # fmt: skip
    picture = read_picture(one(path))
    assert picture.padding == -1000
    assert picture.pixels.tolist() == [[-1000, -1000, -1000, -989], [-988, -500, -400, -300]]


def test_extreme_padding_does_not_widen_the_type(tmp_path):
    pixels = np.array([[-32768, 5], [10, 2000]], np.int16)
    path = pixel_file(
        tmp_path / "a.dcm", pixels, PixelPaddingValue=-32768, RescaleSlope="1", RescaleIntercept="-1024"
    )
    picture = read_picture(one(path))
    assert picture.pixels.dtype == np.int16
    assert picture.pixels[0, 0] == picture.padding == -32768
    assert picture.pixels[1, 1] == 976


def test_a_dose_is_in_gray(tmp_path):
    path = pixel_file(tmp_path / "a.dcm", PIXELS, DoseGridScaling="0.01")
    picture = read_picture(one(path))
    assert picture.unit == "Gy"
    assert np.allclose(picture.pixels, PIXELS * 0.01)
