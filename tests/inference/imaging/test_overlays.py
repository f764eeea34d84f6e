"""Overlay planes lie where their header says, bit by bit."""

import numpy as np
import pytest
from pydicom.dataset import Dataset

from inference.imaging.overlays import overlays_60xx, overlays_of
from inference.imaging.read import read_picture
from tests.imaging_fixtures import axial_affine, slice_dataset, write_file
from tests.inference.imaging.pixel_files import one

RNG = np.random.default_rng(8)


def with_overlay(d, bits, origin=(1, 1), group=0x6000, **more):
    frames = bits.reshape(-1, *bits.shape[-2:])
    d.add_new((group, 0x0010), "US", bits.shape[-2])
    d.add_new((group, 0x0011), "US", bits.shape[-1])
    if bits.ndim == 3:
        d.add_new((group, 0x0015), "IS", len(frames))
    d.add_new((group, 0x0040), "CS", more.get("kind", "G"))
    d.add_new((group, 0x0050), "SS", list(origin))
    if "frame" in more:
        d.add_new((group, 0x0051), "US", more["frame"])
    d.add_new((group, 0x0100), "US", 1)
    d.add_new((group, 0x0102), "US", 0)
    data = np.packbits(bits.reshape(-1), bitorder="little").tobytes()
    d.add_new((group, 0x3000), "OW", data + b"\0" * (len(data) % 2))
    return d


def test_bits_come_back_exactly(tmp_path):
    bits = RNG.integers(0, 2, (5, 7)).astype(bool)
    d = with_overlay(slice_dataset(axial_affine(), 0, np.zeros((5, 7), np.int16)), bits)
    found = overlays_of(write_file(tmp_path / "a.dcm", d))
    assert len(found) == 1
    assert np.array_equal(found[0].over((5, 7)), bits)


@pytest.mark.parametrize("origin", [(1, 1), (3, 2), (-1, 0), (9, 9), (-20, 1)])
def test_an_origin_outside_the_picture_shows_what_lies_within(origin):
    bits = np.ones((4, 6), bool)
    plane = overlays_60xx(with_overlay(Dataset(), bits, origin))[0]
    expected = np.zeros((8, 8), bool)
    rows, columns = np.mgrid[:4, :6] + np.array(origin).reshape(2, 1, 1) - 1
    inside = (rows >= 0) & (rows < 8) & (columns >= 0) & (columns < 8)
    expected[rows[inside], columns[inside]] = True
    assert np.array_equal(plane.over((8, 8)), expected)


def test_frames_of_an_overlay_belong_to_the_frames_that_they_name():
    bits = RNG.integers(0, 2, (2, 3, 3)).astype(bool)
    plane = overlays_60xx(with_overlay(Dataset(), bits, frame=4))[0]
    assert plane.frame(2) is None
    assert np.array_equal(plane.frame(4), bits[1])
    assert not plane.over((3, 3), 9).any()


def test_one_overlay_lies_over_every_frame():
    bits = np.eye(3, dtype=bool)
    plane = overlays_60xx(with_overlay(Dataset(), bits, kind="R"))[0]
    assert np.array_equal(plane.over((3, 3), 12), bits)
    assert plane.region


def test_an_overlay_in_the_unused_bits_of_the_pixels_is_found_and_not_shown_as_pixels(tmp_path):
    values, bits = RNG.integers(0, 4096, (4, 6)), RNG.integers(0, 2, (4, 6))
    stored = (values | bits << 12).astype(np.uint16)
    d = slice_dataset(axial_affine(), 0, stored)
    d.BitsStored, d.HighBit = 12, 11
    for element, vr, value in ((0x0010, "US", 4), (0x0011, "US", 6), (0x0100, "US", 16), (0x0102, "US", 12)):
        d.add_new((0x6000, element), vr, value)
    path = write_file(tmp_path / "a.dcm", d)
    assert np.array_equal(overlays_of(path)[0].over((4, 6)), bits.astype(bool))
    assert np.array_equal(read_picture(one(path)).pixels, values)


def test_an_overlay_with_too_few_bits_is_left_out():
    d = with_overlay(Dataset(), np.ones((4, 4), bool))
    d[0x6000, 0x0010].value = 4000
    assert overlays_60xx(d) == []
