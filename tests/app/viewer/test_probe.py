"""The probe tells value and stored value, and where they are in patient and file."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from app.viewer.exhibit import cine_exhibit, picture_exhibit, volume_exhibit
from app.viewer.look import Look, Plane, Slab, Texts
from app.viewer.placing import to_screen
from app.viewer.probe import Probed, place_text, probe
from app.viewer.slice_view import SliceView
from app.viewer.turned_planes import PlaneTurn, turned
from inference.imaging.read import read_cine, read_picture, read_volume
from inference.imaging.scan import scan
from inference.imaging.stored import Rescale
from inference.imaging.study import Window
from inference.imaging.volume import Cine, Picture
from tests.imaging_fixtures import write_series

SLOPES = [1, 2, 3, 4, 5, 6]


@pytest.fixture
def ct(tmp_path):
    """Every slice is rescaled in its own way; stored values count up from 0."""
    slope = {"RescaleSlope": lambda k: str(SLOPES[k]), "RescaleIntercept": "-1024", "RescaleType": "HU"}
    write_series(tmp_path / "ct", shape=(6, 24, 32), **slope)
    return scan(tmp_path / "ct").studies[0].display_sets[0]


def under(exhibit, look, row, column):
    slices = exhibit.slices(look.plane)
    pixels = slices.pixels(look.slice_index, look.slab_mm, look.slab)
    return probe(exhibit, look, slices.plane(look.slice_index), pixels, np.array([row, column], float))


def test_each_slice_tells_its_own_stored_value_and_the_voxel(ct):
    exhibit = volume_exhibit(read_volume(ct))
    for k in (0, 3):
        stored = (k * 24 + 7) * 32 + 5
        said = under(exhibit, Look(slice_index=k), 7.2, 4.9)
        assert said.value == f"{stored * SLOPES[k] - 1024} HU · stored {stored}"
        assert said.place.endswith(f"mm · i 5 j 7 k {k}")
        assert said.place.startswith(place_text(exhibit.slices(Plane.NATIVE).plane(k).to_lps_mm((7.2, 4.9))))


@pytest.mark.parametrize("plane", [Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL])
def test_a_plane_along_the_patient_names_the_same_voxel_by_the_same_value(ct, plane):
    volume = read_volume(ct)
    exhibit = volume_exhibit(volume)
    slices = exhibit.slices(plane)
    point = volume.to_lps_mm(np.array([2, 9, 11]))
    index = int(np.argmin([abs(slices.plane(n).to_pixels(point)[2]) for n in range(slices.count)]))
    row, column = slices.plane(index).to_pixels(point)[:2]
    stored = (2 * 24 + 9) * 32 + 11
    said = under(exhibit, Look(plane, index), row, column)
    assert said.value == f"{stored * 3 - 1024} HU · stored {stored}"
    assert said.place.endswith("i 11 j 9 k 2")


def test_what_stands_in_no_file_has_no_stored_value(ct):
    volume = read_volume(ct)
    exhibit = volume_exhibit(volume)
    assert "stored" not in under(exhibit, Look(slice_index=3, slab_mm=10, slab=Slab.MEAN), 7, 5).value
    middle = volume.to_lps_mm((np.array(volume.shape) - 1) / 2)
    askew = turned(Plane.AXIAL, PlaneTurn(np.array([1.0, 0, 0]), 0.4), middle)
    slices = exhibit.slices(askew)
    index = int(np.argmin([abs(slices.plane(n).to_pixels(middle)[2]) for n in range(slices.count)]))
    row, column = slices.plane(index).to_pixels(middle)[:2]
    said = under(exhibit, Look(askew, index), row, column)
    assert "stored" not in said.value
    assert "· i 1" in said.place


def test_beside_the_picture_nothing_is_said(ct):
    assert under(volume_exhibit(read_volume(ct)), Look(), -3, 5) == Probed()


def test_a_still_tells_its_stored_value(ct):
    exhibit = picture_exhibit(read_picture(ct, 4), index=0)
    stored = (4 * 24 + 2) * 32 + 1
    assert under(exhibit, Look(), 2, 1).value == f"{stored * 5 - 1024} HU · stored {stored}"


def test_a_frame_of_a_loop_tells_its_own():
    frames = np.arange(3 * 4 * 5, dtype=np.int16).reshape(3, 4, 5) * 10
    cine = Cine(frames, np.arange(3.0), rescales=(Rescale(10), Rescale(5), Rescale(2)))
    said = under(cine_exhibit(cine), Look(slice_index=1), 2, 3)
    assert said.value == f"{frames[1, 2, 3]} · stored {frames[1, 2, 3] // 5}"
    assert said.place == "i 3 j 2 t 1"


def test_a_value_that_is_stored_as_it_is_stands_alone():
    plain = Picture(np.full((4, 5), 7, np.int16), rescale=Rescale())
    table = Picture(np.full((4, 5), 7, np.int16), rescale=None)
    for picture in (plain, table):
        assert under(picture_exhibit(picture), Look(), 1, 1).value == "7"


def test_colour_has_three_numbers_and_a_place_in_the_file():
    pixels = np.zeros((4, 5, 3), np.uint8)
    pixels[1, 2] = 12, 30, 200
    assert under(picture_exhibit(Picture(pixels)), Look(), 1, 2) == Probed("R 12 G 30 B 200", "i 2 j 1")


def test_colour_loops_name_the_frame_under_the_pointer():
    frames = np.zeros((3, 4, 5, 3), np.uint8)
    frames[2, 1, 2] = 12, 30, 200
    said = under(cine_exhibit(Cine(frames, np.arange(3.0))), Look(slice_index=2), 1, 2)
    assert said == Probed("R 12 G 30 B 200", "i 2 j 1 t 2")


def test_the_mouse_over_a_view_brings_both_lines_into_its_corner(qtbot, ct):
    exhibit = volume_exhibit(read_volume(ct))
    view = SliceView(exhibit, Look(slice_index=2, window=Window(500, 3000)))
    qtbot.addWidget(view)
    view.resize(640, 480)
    view.show()
    x, y = to_screen(view.scene().transform, np.array([9.0, 11.0])).toTuple()
    QTest.mouseMove(view, QPoint(round(x), round(y)))
    stored = (2 * 24 + 9) * 32 + 11
    lines = view.furniture.corners(view.scene(), view.look.texts).bottom_left
    assert lines[0] == f"{stored * 3 - 1024} HU · stored {stored}"
    assert lines[1].endswith("i 11 j 9 k 2")
    assert lines[2].startswith("3 / 6")
    few = view.furniture.corners(view.scene(), Texts.MINIMAL).bottom_left
    assert few == (lines[0], lines[2])


def test_a_loop_that_is_read_knows_how_each_frame_was_rescaled(tmp_path):
    tags = {"RescaleSlope": "2", "RescaleIntercept": "5"}
    write_series(tmp_path / "ct", shape=(6, 8, 10), **tags)
    display_set = scan(tmp_path / "ct").studies[0].display_sets[0]
    assert read_cine(display_set).rescales == (Rescale(2.0, 5.0),) * 6
