"""What the corners say."""

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QFont, QFontMetricsF

from app.viewer.caption import caption_of, picture_texts, position_text, window_text
from app.viewer.corner_plans import shipped_plans
from app.viewer.corner_texts import Corners, _beside_middle, corners_of, level_for, stacked, wrapped
from app.viewer.look import Look, Plane, Texts
from app.viewer.picture_plane import plane_of_affine
from inference.imaging.study import Window
from tests.app.viewer.patients import study_of


def corners(caption, look=Look(), level=Texts.ALL, **more):  # noqa: B008 - frozen
    return corners_of(shipped_plans(), "MR", {**caption.texts, **more}, look, level)


def test_each_corner_has_its_subject(upright):
    said = corners(caption_of(*study_of(upright)), number="1 / 12")
    assert said.top_left == ("Volunteer, A", "000-001 · F 031Y")
    assert said.top_right == ("Hospital", "MR brain", "2026-03-02 10:11", "acc. A1")
    assert said.bottom_left == ("1 / 12",)
    assert said.bottom_right == ("3 · T2 1", "3 mm", "TR 4200 · TE 96")


def test_the_patient_can_be_hidden_for_a_screenshot_wherever_the_name_stands(upright):
    caption, look = caption_of(*study_of(upright)), Look(patient_texts=False)
    assert corners(caption, look).top_left == ()
    plans = shipped_plans().with_corner("MR", Texts.ALL, "bottom right", (("series", "patient name"),))
    said = corners_of(plans, "MR", caption.texts, look, Texts.ALL)
    assert said.bottom_right == ("3 · T2 1",)


def test_where_a_slice_lies_is_said_along_the_axis_of_the_stack():
    affine = np.diag([3.0, 1.0, 1.0, 1.0])[[2, 1, 0, 3]]
    affine[:3, 3] = (0, 0, -42.5)
    assert position_text(plane_of_affine(affine, 0, (10, 10))) == "I 42.5 mm"
    assert position_text(plane_of_affine(affine, 20, (10, 10))) == "S 17.5 mm"


def test_a_pixel_at_the_detector_is_not_called_one_of_the_patient(upright):
    study, display_set = study_of(upright)
    first = replace(display_set.first, spacing_mm=(0.07, 0.07), spacing_note="mm at the detector")
    caption = caption_of(study, replace(display_set, instances=(first,)))
    assert caption.texts["pixel size"] == "pixel 0.07 mm at the detector"


def test_texts_thin_out_as_the_view_gets_small():
    sizes = ((900, 700), (400, 280), (200, 150))
    assert [level_for(*size, Texts.ALL) for size in sizes] == [Texts.ALL, Texts.MINIMAL, Texts.NONE]


def test_whoever_asked_for_none_gets_none():
    assert level_for(900, 700, Texts.NONE) is Texts.NONE


def test_texts_at_the_bottom_end_before_the_scale_begins():
    for width in (240.0, 300.0, 420.0, 1000.0):
        scale = min(120.0, width / 4)
        assert 8 + _beside_middle(width) <= (width - scale) / 2


def test_in_a_tiny_view_there_are_none(upright):
    said = corners(caption_of(*study_of(upright), "POST"), level=Texts.NONE, number="1 / 2")
    assert said == Corners()


def test_the_picture_says_slice_window_cut_and_zoom():
    look = Look(Plane.CORONAL, 3, Window(40, 400), zoom=1.6, inverted=True)
    said = picture_texts(look, 12, "HU")
    assert (said["number"], said["window"]) == ("4 / 12", "W 400 L 40 HU")
    assert (said["plane"], said["slab"], said["zoom"]) == ("coronal MPR", "", "zoom 1.6")
    assert said["inverted"] == "inverted"


def test_a_narrow_window_keeps_its_decimals():
    assert window_text(Window(3.25, 7.5), "SUV") == "W 7.5 L 3.25 SUV"


def test_a_long_warning_takes_a_second_line():
    metrics = QFontMetricsF(QFont("DejaVu Sans", 10))
    words = "⚠ The slices name different frames of reference; no series is linked to them."
    room = metrics.horizontalAdvance(words) * 0.6
    lines = wrapped(words, metrics, room)
    assert len(lines) == 2
    assert " ".join(lines) == words
    assert all(metrics.horizontalAdvance(line) <= room for line in lines)
    assert wrapped("⚠ short", metrics, room) == ["⚠ short"]


def test_a_line_too_long_is_told_part_below_part():
    metrics = QFontMetricsF(QFont("DejaVu Sans", 10))
    line = "15 / 28 · W 1309 L 614 · zoom 1.0"
    assert stacked(line, metrics, metrics.horizontalAdvance(line) + 1) == [line]
    room = metrics.horizontalAdvance("15 / 28 · W 1309 L 61")
    assert stacked(line, metrics, room) == ["15 / 28", "W 1309 L 614", "zoom 1.0"]


def test_the_level_is_never_cut_off_from_its_width():
    metrics = QFontMetricsF(QFont("DejaVu Sans", 10))
    room = metrics.horizontalAdvance("W 1309 L 6")
    assert stacked("15 / 28 · W 1309 L 614", metrics, room) == ["15 / 28", "W 1309", "L 614"]


def test_a_series_that_has_only_its_number_says_it_once(upright):
    study, display_set = study_of(upright)
    caption = caption_of(study, replace(display_set, title="Series 3"))
    assert caption.texts["series"] == "Series 3"
