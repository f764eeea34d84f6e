"""How a reader looks at a series leaves as a presentation state and is looked at the same way again."""

from dataclasses import replace

import numpy as np
import pydicom
import pytest
from PySide6.QtCore import QSizeF

from app.report.content import Viewed
from app.report.presentation_state import write_presentation_state
from app.viewer.gestures import at_scale
from app.viewer.look import Look
from app.viewer.picture_plane import PicturePlane
from app.viewer.placing import screen_scale, screen_transform
from app.viewer.presenting import area_seen, on_area
from inference.errors import ExportError
from inference.imaging.objects.presentations import read_presentation
from inference.imaging.scan import scan
from inference.imaging.study import Window
from tests.app.report.leaving import WHOLE, add_overlay, ct_study, work_on
from tests.imaging_fixtures import write_series

pytest.importorskip("highdicom")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # of highdicom, about our synthetic headers
PLANE = PicturePlane(np.zeros(3), np.array([0, 0.8, 0]), np.array([0.5, 0, 0]), (24, 32))


@pytest.fixture
def study(tmp_path):
    return ct_study(tmp_path / "ct")


def state(study, tmp_path, look=None):
    work = work_on(study)
    view = work.views[0] if look is None else Viewed(study.display_sets[0].uid, look)
    path = write_presentation_state(
        study.display_sets[0], view, work.measurements, tmp_path / "p.dcm", "Jane"
    )
    return work, path, read_presentation(path)


def test_window_and_inversion_come_back(study, tmp_path):
    _work, _path, found = state(study, tmp_path)
    uid = study.display_sets[0].instances[0].sop_instance_uid
    assert found.grey_of(uid).window == Window(-600, 1500, "Lung", "linear")
    assert found.inverted
    assert found.concerns(uid)
    assert (found.author, found.references.series_uids) == ("Jane", (study.display_sets[0].series_uid,))


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("flips", [(False, False), (True, False), (False, True), (True, True)])
def test_every_turn_and_flip_comes_back_as_the_same_transform(study, tmp_path, turns, flips):
    look = Look(quarter_turns=turns, flip_across=flips[0], flip_down=flips[1])
    _work, path, found = state(study, tmp_path, look)
    again = Look(quarter_turns=found.quarter_turns, flip_across=found.flipped)
    size = QSizeF(300, 200)
    one, two = screen_transform(PLANE, look, size), screen_transform(PLANE, again, size)
    for corner in ((0, 0), (32, 0), (32, 24)):
        assert np.allclose(one.map(*map(float, corner)), two.map(*map(float, corner)))
    area = pydicom.dcmread(path).DisplayedAreaSelectionSequence[0]
    column, row = area.DisplayedAreaTopLeftHandCorner
    x, y = one.map(column - 0.5, row - 0.5)
    middle_x, middle_y = one.map(16.0, 12.0)
    assert x < middle_x  # the standard: the corner that lies top left once it is turned
    assert y < middle_y


def test_everything_drawn_comes_back_on_its_pixels(study, tmp_path):
    work, _path, found = state(study, tmp_path)
    shown = study.display_sets[0]
    uid = shown.instances[shown.frame_index[2][0]].sop_instance_uid
    marks = found.marks_of(uid)
    shapes = [m for m in marks if m.shape != "TEXT"]
    assert [m.shape for m in shapes] == [
        *["POLYLINE"] * 6, "ELLIPSE", "POLYLINE", "POLYLINE", "INTERPOLATED", "POLYLINE", "POINT",
    ]  # fmt: skip
    assert np.allclose(shapes[0].points, [(4.5, 3.5), (20.5, 9.5)], atol=1e-2)  # of the corner of pixel 0
    spline = next(m for m in shapes if m.shape == "INTERPOLATED")  # of its points
    assert np.allclose(spline.points, np.array([(4, 5), (11, 4), (12, 10), (6, 11), (4, 5)]) + 0.5, atol=1e-2)
    texts = [m.text for m in marks if m.shape == "TEXT"]
    assert any("mm · PixelSpacing" in text for text in texts)
    assert "a look at this · é" in texts
    assert not found.marks_of(shown.instances[0].sop_instance_uid)
    assert len(work.measurements) == 12


def test_a_series_without_view_and_marks_gives_nothing(study, tmp_path):
    with pytest.raises(ExportError, match="Nothing was drawn"):
        write_presentation_state(study.display_sets[0], None, (), tmp_path / "p.dcm")


def test_marks_alone_leave_the_window_of_the_files(study, tmp_path):
    work = work_on(study)
    moved = [replace(m, text="") for m in work.measurements]
    path = write_presentation_state(study.display_sets[0], None, moved, tmp_path / "p.dcm")
    assert read_presentation(path).grey_of(study.display_sets[0].instances[0].sop_instance_uid) is None


SIZE = QSizeF(640, 480)
SEEN = [
    Look(),
    Look(zoom=3.0, pan_mm=(2.0, -1.5)),
    Look(zoom=0.6),
    Look(zoom=2.0, pan_mm=(-3.0, 1.0), quarter_turns=1),
    Look(zoom=2.5, pan_mm=(1.0, 2.0), quarter_turns=2, flip_across=True),
    Look(zoom=1.7, quarter_turns=3, flip_down=True),
]


@pytest.mark.parametrize("look", SEEN)
def test_what_fills_the_view_fills_it_again(study, tmp_path, look):
    """Each place of the picture comes back to its place on the screen, to the whole pixels of an area."""
    area = area_seen(look, PLANE, SIZE)
    view = Viewed(study.display_sets[0].uid, look, area)
    found = read_presentation(
        write_presentation_state(study.display_sets[0], view, (), tmp_path / "p.dcm", "Jane")
    )
    uid = study.display_sets[0].instances[0].sop_instance_uid
    turned = Look(quarter_turns=found.quarter_turns, flip_across=found.flipped)
    again = on_area(turned, PLANE, found.area_of(uid), SIZE)
    one, two = screen_transform(PLANE, look, SIZE), screen_transform(PLANE, again, SIZE)
    pixel_px = max(abs(one.m11()) + abs(one.m12()), abs(one.m21()) + abs(one.m22()))
    for corner in ((0, 0), (32, 0), (32, 24), (16, 12)):
        off = np.array(one.map(*map(float, corner))) - two.map(*map(float, corner))
        assert np.abs(off).max() <= 1.01 * pixel_px


def test_the_whole_picture_stays_the_whole_picture():
    area = area_seen(Look(), PLANE, SIZE)
    assert (area.top_left, area.bottom_right, area.mode) == ((1, 1), (32, 24), "fit")


def test_true_size_is_written_and_is_true_size_again(study, tmp_path):
    look = at_scale(Look(), 4.0, PLANE, SIZE)
    area = area_seen(look, PLANE, SIZE, 4.0)
    assert area.mode == "true size"
    view = Viewed(study.display_sets[0].uid, look, area)
    path = write_presentation_state(study.display_sets[0], view, (), tmp_path / "p.dcm", "Jane")
    found = read_presentation(path)
    uid = study.display_sets[0].instances[0].sop_instance_uid
    said = found.area_of(uid)
    assert said.mode == "true size"
    wide = QSizeF(900, 300)
    rows_mm, columns_mm = said.spacing_mm
    down, across = np.array([0, rows_mm, 0]), np.array([columns_mm, 0, 0])
    plane = replace(PLANE, down_lps_mm=down, across_lps_mm=across)
    assert screen_scale(plane, on_area(Look(), plane, said, wide, 4.0), wide) == pytest.approx(4.0)


def test_overlays_and_shutters_of_the_files_are_shown_by_the_state_as_they_were_seen(tmp_path):
    bits = np.zeros((24, 32), bool)
    bits[3:6, 4:9] = True
    tags = {"ShutterShape": "RECTANGULAR", "ShutterLeftVerticalEdge": 3, "ShutterRightVerticalEdge": 30,
            "ShutterUpperHorizontalEdge": 2, "ShutterLowerHorizontalEdge": 20}  # fmt: skip
    for path in write_series(tmp_path / "ct", shape=(3, 24, 32), **WHOLE, **tags):
        header = pydicom.dcmread(path)
        add_overlay(header, bits)
        header.save_as(path)
    shown = scan(tmp_path / "ct").studies[0].display_sets[0]
    for graphics in (True, False):
        view = Viewed(shown.uid, Look(graphics=graphics))
        found = read_presentation(write_presentation_state(shown, view, (), tmp_path / "p.dcm"))
        assert found.activated == (frozenset({0x6000}) if graphics else frozenset())
        assert (found.shutter is not None) == graphics
    assert not found.warnings
