"""Grey levels against tables worked out from PS3.3 C.11.2 with plain arithmetic."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.imaging.intensity import (
    apply_lut,
    apply_window,
    default_window,
    full_window,
    lookup_table,
    percentile_window,
    presets,
    usable,
    voi_luts,
)
from inference.imaging.read import read_picture, read_thumbnail
from inference.imaging.study import Window
from tests.inference.imaging.pixel_files import one, pixel_file

VALUES = range(-64, 192)  # 256 of them


def linear(x: int, c: float, w: float) -> float:
    """C.11.2.1.2.1, as it is written there, for an output of 0 to 255."""
    if x <= c - 0.5 - (w - 1) / 2:
        return 0.0
    if x > c - 0.5 + (w - 1) / 2:
        return 255.0
    return ((x - (c - 0.5)) / (w - 1) + 0.5) * 255


def linear_exact(x: int, c: float, w: float) -> float:
    if x <= c - w / 2:
        return 0.0
    if x > c + w / 2:
        return 255.0
    return ((x - c) / w + 0.5) * 255


def sigmoid(x: int, c: float, w: float) -> float:
    return 255 / (1 + math.exp(-4 * (x - c) / w))


@pytest.mark.parametrize(("centre", "width"), [(40, 400), (40, 80), (0, 100), (50.5, 33), (10, 2), (30, 1)])
@pytest.mark.parametrize(
    ("shape", "rule"), [("linear", linear), ("linear exact", linear_exact), ("sigmoid", sigmoid)]
)
def test_all_256_values_follow_the_standard(shape, rule, centre, width):
    if shape == "linear" and width == 1:
        expected = [255.0 if x > centre - 0.5 else 0.0 for x in VALUES]
    else:
        expected = [rule(x, centre, width) for x in VALUES]
    found = apply_window(np.array(VALUES, np.int16), Window(centre, width, shape=shape))
    assert np.abs(found - np.array(expected)).max() <= 0.5 + 1e-3


@pytest.mark.parametrize("shape", ["linear", "linear exact", "sigmoid"])
@pytest.mark.parametrize("inverted", [False, True])
def test_the_table_gives_what_the_window_gives(shape, inverted):
    pixels = np.arange(-500, 500, dtype=np.int16)
    window = Window(40, 350, shape=shape)
    table = lookup_table(window, -500, 499, inverted=inverted)
    assert (
        np.abs(table[pixels + 500].astype(int) - apply_window(pixels, window, inverted=inverted)).max() <= 1
    )


@given(st.floats(-1e4, 1e4), st.floats(1, 1e4), st.sampled_from(["linear", "linear exact", "sigmoid"]))
def test_brighter_values_are_never_darker_and_inversion_mirrors(centre, width, shape):
    pixels = np.linspace(-2e4, 2e4, 500)
    window = Window(centre, width, shape=shape)
    grey = apply_window(pixels, window).astype(int)
    assert (np.diff(grey) >= 0).all()
    assert np.abs(grey + apply_window(pixels, window, inverted=True) - 255).max() <= 1


def test_what_is_not_a_number_is_background():
    pixels = np.array([np.nan, np.inf, -np.inf, 0.0])
    assert apply_window(pixels, Window(0, 2, shape="linear exact")).tolist() == [0, 255, 0, 128]


def test_monochrome1_is_inverted_exactly_once(tmp_path):
    pixels = np.linspace(0, 1000, 48).reshape(6, 8).astype(np.uint16)
    facts = {"WindowCenter": "500", "WindowWidth": "1000"}
    plain = read_picture(one(pixel_file(tmp_path / "a.dcm", pixels, **facts)))
    path = pixel_file(tmp_path / "b.dcm", pixels, PhotometricInterpretation="MONOCHROME1", **facts)
    picture = read_picture(one(path))
    assert picture.inverted
    assert np.array_equal(picture.pixels, plain.pixels)  # models see plain values
    window = Window(500, 1000)
    shown = apply_window(picture.pixels, window, inverted=picture.inverted)
    assert np.array_equal(shown, 255 - apply_window(plain.pixels, window))
    thumbnail = read_thumbnail(one(path))
    assert thumbnail[0, 0] > thumbnail[-1, -1]


def test_the_files_window_comes_first(tmp_path):
    display_set = one(
        pixel_file(tmp_path / "a.dcm", np.ones((4, 4), np.uint16)), windows=(Window(40, 400, "soft"),)
    )
    assert default_window(display_set, np.arange(9)) == Window(40, 400, "soft")


@pytest.mark.parametrize("window", [Window(40, 0), Window(40, -5), Window(40, 0.5), Window(math.nan, 400)])
def test_an_impossible_window_falls_back_to_the_full_range_and_says_so(tmp_path, window):
    assert not usable(window)
    display_set = one(pixel_file(tmp_path / "a.dcm", np.ones((4, 4), np.uint16)), windows=(window,))
    found = default_window(display_set, np.array([[3, 103]]))
    assert (found.centre, found.width, found.title) == (53, 100, "full range")


def test_percentiles_leave_out_padding_and_what_is_not_finite():
    pixels = np.r_[np.full(500, -2000.0), np.full(5, np.nan), np.full(5, np.inf), np.linspace(0, 100, 1000)]
    window = percentile_window(pixels, padding=-2000)
    assert abs(window.centre - 50) < 1
    assert 95 < window.width < 100


@pytest.mark.parametrize("pixels", [np.full((4, 4), 7), np.full((4, 4), np.nan), np.zeros((0, 4))])
def test_flat_and_empty_pictures_have_a_window_too(pixels):
    for window in (percentile_window(pixels), full_window(pixels)):
        assert usable(window)
        assert apply_window(pixels, window).shape == pixels.shape


def lut_file(path, *, signed: bool):
    item = Dataset()
    first = -4 & 0xFFFF if signed else 10
    item.add_new("LUTDescriptor", "US", [4, first, 12])
    item.add_new("LUTData", "US", [0, 1365, 2730, 4095])
    item.LUTExplanation = "steps"
    pixels = np.arange(16, dtype=np.int16 if signed else np.uint16).reshape(4, 4) - (8 if signed else 0)
    return pixel_file(path, pixels, VOILUTSequence=Sequence([item])), pixels


@pytest.mark.parametrize("signed", [False, True])
def test_a_voi_table_is_followed_and_its_ends_hold(tmp_path, signed):
    path, pixels = lut_file(tmp_path / "a.dcm", signed=signed)
    (table,) = voi_luts(one(path))
    first = -4 if signed else 10
    assert (table.first, table.title) == (first, "steps")
    expected = np.array([0, 85, 170, 255])[np.clip(pixels.astype(int) - first, 0, 3)]
    assert np.array_equal(apply_lut(pixels, table), expected)
    assert np.array_equal(apply_lut(pixels, table, inverted=True), 255 - expected)


def test_the_presets_are_those_of_the_reading_room():
    ct = {window.title: (window.width, window.centre) for window in presets("CT")}
    assert ct["Lung"] == (1500, -600)
    assert ct["Brain"] == (80, 40)
    assert ct["Stroke narrow"] == (8, 32)
    assert presets("XX") == ()


def test_a_stack_begins_with_the_window_of_its_middle_slice(tmp_path):
    outer, inner = Window(40, 105), Window(519, 1043)
    display_set = one(pixel_file(tmp_path / "a.dcm", np.ones((4, 4), np.uint16)))
    slices = tuple(replace(display_set.first, windows=(w,)) for w in (outer, inner, outer))
    assert default_window(replace(display_set, instances=slices), np.arange(9)) == inner
