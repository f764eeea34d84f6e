"""What the network sees of each kind of picture, and what it refuses, in sentences."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pydicom
import pytest

from inference.errors import NotApplicableError
from inference.imaging.scan import scan
from inference.imaging.study import Kind
from inference.models.radclip_grey import Wish, ct_channels
from inference.models.radclip_labels import checked, labels_in, lists_of, matches_words, target_of
from inference.models.radclip_slices import (
    patch_affine,
    picked,
    positions,
    read_slices,
    reason_against,
    square_of,
    squared,
)
from tests.radclip_fixtures import display_set, untrained
from training.phantoms.radclip import KINDS, volume
from training.phantoms.radclip_dicom import write_radclip_study

WISH = Wish(32, 8, 6, ("soft tissue", "lung", "brain"))
CHEST = next(kind for kind in KINDS if kind.caption == "chest CT, nodule")
HEAD = next(kind for kind in KINDS if kind.modality == "MR" and not kind.is_flat)
FILM = next(kind for kind in KINDS if kind.caption == "chest X-ray, nodule")


def test_slices_are_spread_evenly_and_know_where_they_lie():
    assert picked(3, 6).tolist() == [0, 1, 2]
    assert picked(80, 4).tolist() == [10, 30, 50, 70]
    assert positions(picked(80, 4), 80, 4).tolist() == [0, 1, 2, 3]
    assert positions(picked(2, 16), 2, 16).tolist() == [4, 12]


def test_the_dark_window_of_an_mr_file_with_few_bits_does_not_reach_the_network(tmp_path):
    write_radclip_study(volume(HEAD, 7, slices=12), tmp_path / "study")
    plain = read_slices(scan(tmp_path / "study").studies[0].display_sets[0], WISH)
    for file in (tmp_path / "study").rglob("*.dcm"):  # brought to 8 bits, with the window of 12 left
        header = pydicom.dcmread(file)
        few = np.round(header.pixel_array / 4095 * 255).astype(np.uint8)
        header.BitsAllocated, header.BitsStored, header.HighBit = 8, 8, 7
        header.PixelData = few.tobytes()
        header["PixelData"].VR = "OW"
        header.WindowCenter, header.WindowWidth = "1000", "2000"
        header.save_as(file)
    found = scan(tmp_path / "study").studies[0].display_sets[0]
    assert found.first.windows[0].width == 2000  # 8 bits under it would all be darker than an eighth
    dark = read_slices(found, WISH)
    assert dark.pixels.max() > 0.95
    assert np.abs(dark.pixels - plain.pixels).max() < 0.02


def test_the_aspect_is_kept_and_the_rest_is_black():
    square = square_of((50, 100), (1.0, 1.0), 32)
    assert (square.rows, square.columns, square.top, square.left) == (16, 32, 8, 0)
    assert square_of((50, 100), (2.0, 1.0), 32).rows == 32
    made = squared(np.ones((1, 50, 100, 3), np.float32), square, 32)
    assert made[0, 8:24].min() > 0.99
    assert made[0, :8].max() == 0.0


def test_patches_lie_where_the_pixels_are_that_they_show():
    pixels = np.diag([2.0, 0.5, 0.5, 1.0])[:, [0, 1, 2, 3]]
    affine = patch_affine(pixels, (64, 64), square_of((64, 64), (1, 1), 32), 8)
    middle = affine @ [0, 1.5, 1.5, 1]
    assert np.allclose(middle[1:3], 31.5 * 0.5)
    assert np.allclose(np.linalg.norm(affine[:3, 1]), 16 * 0.5)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"modality": "US"}, "not X-ray, CT or MR but"),
        ({"kind": Kind.CINE}, "repeated in time"),
        ({"kind": Kind.DOCUMENT}, "a document"),
        ({"frame_index": ()}, "a document"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_header(changes, why):
    assert why in reason_against(display_set(**changes))
    assert reason_against(display_set()) == ""


def test_a_study_is_read_as_its_phantom_was_drawn(tmp_path):
    write_radclip_study(volume(CHEST, 7, slices=12), tmp_path / "study")
    found = scan(tmp_path / "study").studies[0].display_sets[0]
    slices = read_slices(found, WISH)
    assert slices.pixels.shape == (6, 32, 32, 3)
    assert slices.index.tolist() == [1, 3, 5, 7, 9, 11]
    direct = ct_channels(volume(CHEST, 7, slices=12).values[slices.index], WISH.windows)
    expected = squared(direct, square_of((64, 64), (1, 1), 32), 32)
    assert np.abs(slices.pixels - expected).mean() < 0.01
    step = slices.places[1].affine_lps[:3, 3] - slices.places[0].affine_lps[:3, 3]
    assert np.isclose(np.linalg.norm(step), 2 * found.spacing_mm[0])


def test_an_inverted_radiograph_is_read_like_its_positive(tmp_path):
    from training.phantoms.radclip import picture

    made = []
    for inverted in (False, True):
        write_radclip_study(picture(FILM, 5), tmp_path / str(inverted), inverted=inverted)
        found = scan(tmp_path / str(inverted)).studies[0].display_sets[0]
        made.append(read_slices(found, WISH).pixels)
    assert np.abs(made[0] - made[1]).max() < 0.02
    assert len(made[0]) == 1


def test_two_slices_are_enough_and_a_huge_series_costs_no_more_than_a_small_one(tmp_path):
    write_radclip_study(volume(CHEST, 3, slices=12), tmp_path / "study")
    for file in sorted((tmp_path / "study").rglob("*.dcm"))[2:]:
        file.unlink()
    two = scan(tmp_path / "study").studies[0].display_sets[0]
    assert len(read_slices(two, WISH).pixels) == 2
    huge = replace(two, frame_index=tuple((n % 2, 0) for n in range(100_000)), shape=(100_000, 64, 64))
    tracemalloc.start()
    read = read_slices(huge, WISH)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(read.pixels) == 6
    assert peak < 20e6  # as pixels the series has 800 MB


def test_labels_stand_once_and_too_few_or_too_many_are_a_sentence():
    assert labels_in("Chest CT, nodule\n chest ct, NODULE ;; effusion ") == ("Chest CT, nodule", "effusion")
    with pytest.raises(NotApplicableError, match="no label"):
        labels_in(" ;\n")
    with pytest.raises(NotApplicableError, match="5,000 labels are more than the 1,000"):
        checked([f"label {n}" for n in range(5000)])


def test_labels_that_were_taught_are_known_by_their_words():
    card = untrained().card
    assert matches_words(card)
    assert target_of(card, "chest ct, NODULE").calibration == (5.0, -0.5)
    assert target_of(card, "pneumothorax").calibration is None
    assert lists_of(card)["Chest CT"] == ("Chest CT, nodule", "Chest CT, normal")
