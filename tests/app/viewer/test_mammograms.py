"""Breasts hang back to back at one scale: seen on the screen, whatever was stored."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from PySide6.QtCore import QPointF, QSizeF

from app.viewer import gestures, placing
from app.viewer.edges import EdgeLetters, edge_letters
from app.viewer.exhibit import picture_exhibit
from app.viewer.grey import image_to_array
from app.viewer.hanging import Hanging
from app.viewer.look import Look, Texts
from app.viewer.picture_plane import unplaced_plane
from inference.imaging.read import read_picture
from inference.imaging.scan import scan
from tests.imaging_fixtures import write_file
from tests.mammogram_fixtures import mammogram


def hung(qtbot, tmp_path, side, view="CC", *, size=(400, 300), **values):
    """One view on a wall, without texts; (rows, columns) shades and the view."""
    write_file(tmp_path / "1.dcm", mammogram(side, view, **values))
    study = scan(tmp_path).studies[0]
    display_set = study.display_sets[0]
    wall = Hanging()
    qtbot.addWidget(wall)
    wall.resize(*size)
    wall.show()
    slice_view = wall.show_picture(0, study, display_set, read_picture(display_set, 0))
    slice_view.adjust(texts=Texts.NONE)
    return image_to_array(slice_view.grab().toImage())[..., 0].astype(int), slice_view, wall


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("side", ["R", "L"])
@pytest.mark.parametrize("inverse", [False, True])
def test_the_chest_wall_touches_the_inner_edge_and_the_nipple_looks_outwards(
    qtbot, tmp_path, side, mirrored, inverse
):
    more = {}
    if inverse:
        more = {"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "INVERSE"}
    shades, view, _wall = hung(qtbot, tmp_path, side, mirrored=mirrored, **more)
    middle = shades[shades.shape[0] // 2]
    inner, outer = (middle[-2], middle[:20]) if side == "R" else (middle[1], middle[-20:])
    assert abs(inner - (106 if inverse else 149)) < 12  # the breast, at the very edge of the viewport
    assert (outer == 0).all()  # the ground of the window: nothing hangs there
    letters = edge_letters(view.plane, view.look, view.exhibit.letters)
    assert (letters.left, letters.right) == (("A", "P") if side == "R" else ("P", "A"))


def test_reset_brings_the_breast_back_as_it_was_hung(qtbot, tmp_path):
    _shades, view, wall = hung(qtbot, tmp_path, "L", mirrored=True)
    before = view.look
    view.set_look(gestures.flipped_across(gestures.turned(view.look, 1)))
    wall.reset()
    assert view.look == before
    assert view.look.flip_across


def test_side_and_view_are_told_in_the_smallest_viewport_too(qtbot, tmp_path):
    _shades, view, _wall = hung(qtbot, tmp_path, "L", "MLO", size=(180, 300))
    said = view.furniture.corners(view.scene(), Texts.NONE)
    assert (said.bottom_right, said.top_left, said.bottom_left) == (("left · MLO",), (), ())


def test_what_lies_under_the_pointer_stays_there_at_every_zoom():
    plane, size, spot = unplaced_plane((120, 60), (0.5, 0.5)), QSizeF(500, 300), QPointF(410, 90)
    look = Look(towards=1, frame_mm=(80.0, 60.0))
    before = placing.to_pixel(placing.screen_transform(plane, look, size), spot)
    for factor in (1.4, 3.0, 0.5):
        closer = gestures.zoomed(look, factor, spot, plane, size)
        after = placing.to_pixel(placing.screen_transform(plane, closer, size), spot)
        assert np.allclose(before, after, atol=1e-6)


def test_a_small_detector_beside_a_large_one_has_its_scale():
    size, frame = QSizeF(400, 300), (150.0, 100.0)
    small, large = unplaced_plane((180, 120), (0.5, 0.5)), unplaced_plane((300, 200), (0.5, 0.5))
    scales = [placing.screen_scale(p, Look(frame_mm=frame), size) for p in (small, large)]
    assert scales[0] == scales[1] == placing.screen_scale(large, Look(), size)


def test_a_picture_put_in_the_middle_is_there_whatever_edge_it_keeps_to():
    plane, size = unplaced_plane((120, 60), (0.5, 0.5)), QSizeF(500, 300)
    look = placing.centred_on(plane, Look(towards=-1, zoom=2.0), np.array([30.0, 10.0]))
    spot = placing.to_screen(placing.screen_transform(plane, look, size), np.array([30.0, 10.0]))
    assert (spot.x(), spot.y()) == pytest.approx((250, 150))


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (Look(), EdgeLetters("R", "L", "S", "I")),
        (Look(flip_across=True), EdgeLetters("L", "R", "S", "I")),
        (Look(quarter_turns=1), EdgeLetters("I", "S", "R", "L")),
    ],
)
def test_a_radiograph_has_the_letters_that_its_file_names(look, expected):
    plane = unplaced_plane((10, 12), (1, 1))
    assert edge_letters(plane, look, ("L", "F")) == expected
    assert edge_letters(plane, replace(look, zoom=3), ("", "")) == EdgeLetters()


def test_a_table_that_the_file_brings_stands_for_its_window(tmp_path):
    table = Dataset()
    table.LUTDescriptor, table.LUTExplanation = [4096, 0, 16], "NORMAL"
    table.add_new("LUTData", "OW", np.linspace(0, 65535, 4096).astype("<u2").tobytes())
    write_file(tmp_path / "1.dcm", mammogram("R", "CC", VOILUTSequence=Sequence([table])))
    study = scan(tmp_path).studies[0]
    shown = study.display_sets[0]
    exhibit = picture_exhibit(read_picture(shown, 0), study, shown)
    assert exhibit.lut is not None
    assert exhibit.lut.title == "NORMAL"
