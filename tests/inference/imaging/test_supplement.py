"""Values from the first of a supplemental palette on are its colours, those below stay grey values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.imaging.intensity import apply_window
from inference.imaging.read import read_picture, read_thumbnail, read_volume
from inference.imaging.scan import scan
from inference.imaging.study import DisplaySet, Window
from tests.imaging_fixtures import axial_affine, set_tags, slice_dataset, write_file

FIRST, COUNT = 1000, 64
RED, GREEN = np.arange(COUNT) * 4, np.arange(COUNT)[::-1] * 3
TABLES = {"Red": RED, "Green": GREEN, "Blue": np.full(COUNT, 17)}
STORED = np.tile(np.array([0, 500, 999, 1000, 1001, 1063, 1064, 4000], np.uint16), (8, 1))
WINDOW = Window(500, 1000)


def perfusion(folder: Path, pixels: np.ndarray = STORED, *, slices: int = 3, **tags: Any) -> DisplaySet:
    """A map of which values below 1000 are grey and the next 64 are colours."""
    for k in range(slices):
        d = slice_dataset(axial_affine(), k, pixels)
        d.Modality, d.PixelPresentation = "MR", "COLOR"
        d.WindowCenter, d.WindowWidth = "500", "1000"
        for channel, levels in TABLES.items():
            d.add_new(f"{channel}PaletteColorLookupTableDescriptor", "US", [COUNT, FIRST, 16])
            data = (levels.astype("<u2") << 8).tobytes()
            d.add_new(f"{channel}PaletteColorLookupTableData", "OW", data)
        set_tags(d, k, tags)
        write_file(folder / f"{k}.dcm", d)
    return scan(folder).studies[0].display_sets[0]


def expected(stored: np.ndarray) -> np.ndarray:
    """By PS3.3 C.7.6.19 and C.11.2.1.2.1, each value on its own."""
    shown = np.empty((*stored.shape, 3), np.uint8)
    for place, value in np.ndenumerate(stored):
        if value < FIRST:
            shown[place] = int(np.clip((value - 499.5) / 999 + 0.5, 0, 1) * 255 + 0.5)
        else:
            entry = min(int(value) - FIRST, COUNT - 1)
            shown[place] = RED[entry], GREEN[entry], 17
    return shown


@pytest.mark.parametrize("rescale", [(1, 0), (2, -24), (0.5, 3)])
def test_the_coloured_range_is_drawn_in_its_colours_and_the_rest_through_the_window(tmp_path, rescale):
    slope, intercept = rescale
    tags = {"RescaleSlope": str(slope), "RescaleIntercept": str(intercept)}
    volume = read_volume(perfusion(tmp_path, **tags))
    values = volume.voxels[1]
    assert np.array_equal(
        values, STORED.astype(float) * slope + intercept
    )  # a probe reads values, not colours
    window = Window(499.5 * slope + intercept, 999 * slope, "", "linear exact")
    shades = apply_window(values, window)
    assert volume.supplement is not None
    assert np.abs(volume.supplement.over(shades, values).astype(int) - expected(STORED)).max() <= 1


def test_grey_values_alone_are_what_a_window_is_found_from(tmp_path):
    picture = read_picture(perfusion(tmp_path))
    assert picture.supplement.grey_of(picture.pixels).max() == 999


def test_a_thumbnail_has_the_colours_too(tmp_path):
    found = read_thumbnail(perfusion(tmp_path))
    assert np.abs(found.astype(int) - expected(STORED)).max() <= 1


@pytest.mark.parametrize("presentation", ["MONOCHROME", "TRUE_COLOR", None])
def test_a_palette_that_is_not_to_be_used_is_not(tmp_path, presentation):
    assert read_volume(perfusion(tmp_path, PixelPresentation=presentation)).supplement is None


def test_ultrasound_that_says_it_holds_colour_is_drawn_with_it(tmp_path):
    picture = read_picture(
        perfusion(tmp_path, slices=1, PixelPresentation=None, UltrasoundColorDataPresent=1)
    )
    assert picture.supplement is not None


def test_slices_that_disagree_stay_grey(tmp_path):
    found = perfusion(tmp_path, PixelPresentation=lambda k: "COLOR" if k else "MONOCHROME")
    assert read_volume(found).supplement is None


def test_a_palette_that_cannot_be_read_leaves_the_picture_grey(tmp_path):
    found = perfusion(tmp_path, GreenPaletteColorLookupTableData=None)
    assert np.array_equal(read_picture(found).pixels, STORED)
    assert read_picture(found).supplement is None
