"""A projection is called by its view and side, and a breast hangs with its chest wall to the middle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inference.imaging.projections import Stance, letters_of, projection_title, stance_of
from inference.imaging.read import read_thumbnail
from inference.imaging.scan import scan
from tests.imaging_fixtures import write_file
from tests.mammogram_fixtures import mammogram, write_mammograms


def shown(tmp_path, *args, **values):
    write_file(tmp_path / "1.dcm", mammogram(*args, **values))
    return scan(tmp_path).studies[0].display_sets[0]


def test_four_views_in_one_series_are_told_apart_by_their_codes(tmp_path):
    (study,) = scan(write_mammograms(tmp_path)).studies
    titles = sorted(d.title.split(" · ")[0] for d in study.display_sets)
    assert titles == ["L CC", "L MLO", "R CC", "R MLO"]


def test_a_view_that_the_file_names_goes_before_its_code(tmp_path):
    assert shown(tmp_path, "R", "CC", ViewPosition="XCCL").first.view == "XCCL"


@pytest.mark.parametrize("view", ["CC", "MLO"])
@pytest.mark.parametrize("side", ["R", "L"])
def test_the_chest_wall_comes_to_the_middle_however_it_was_stored(tmp_path, side, view):
    towards = 1 if side == "R" else -1
    assert stance_of(shown(tmp_path / "a", side, view)) == Stance(False, False, towards)
    assert stance_of(shown(tmp_path / "b", side, view, mirrored=True)) == Stance(True, False, towards)


@pytest.mark.parametrize(
    ("side", "view", "upside_down"), [("R", "CC", "R"), ("L", "CC", "L"), ("R", "MLO", "HR")]
)
def test_what_was_stored_upside_down_is_turned_over(tmp_path, side, view, upside_down):
    wall = "P" if side == "R" else "A"
    assert stance_of(shown(tmp_path, side, view, PatientOrientation=[wall, upside_down])).flip_down


def test_a_thumbnail_looks_the_way_the_picture_hangs(tmp_path):
    plain = read_thumbnail(shown(tmp_path / "a", "R", "CC"))
    assert np.array_equal(read_thumbnail(shown(tmp_path / "b", "R", "CC", mirrored=True)), plain)


@pytest.mark.parametrize("orientation", [[], ["P"], ["X", "Y"], ["LE", "DI"]])
def test_without_letters_that_mean_something_nothing_is_turned(tmp_path, orientation):
    assert stance_of(shown(tmp_path, "R", "CC", PatientOrientation=orientation)) == Stance(towards=1)


def test_other_radiographs_stay_as_they_were_stored_and_are_called_by_their_view(tmp_path):
    chest = shown(tmp_path, "R", "CC", Modality="DX", ViewPosition="PA", PatientOrientation=["R", "F"])
    assert stance_of(chest) == Stance()
    assert letters_of(chest.first) == ("R", "F")
    assert chest.title == "Screening · PA"
    assert projection_title(replace(chest.first, view="PA"), "Chest pa") == ""


def test_millimetres_at_the_detector_are_divided_by_the_magnification_that_the_file_estimates(tmp_path):
    plain = shown(tmp_path / "a", "R", "CC").first
    assert (plain.spacing_mm, plain.spacing_note) == ((0.5, 0.5), "mm at the detector")
    larger = shown(tmp_path / "b", "R", "CC", EstimatedRadiographicMagnificationFactor="2").first
    assert (larger.spacing_mm, larger.spacing_note) == ((0.25, 0.25), "mm with estimated magnification")
