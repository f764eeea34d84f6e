"""What the corners say."""

from dataclasses import replace

from PySide6.QtGui import QFont, QFontMetricsF

from app.viewer.corner_texts import (
    _beside_middle,
    caption_of,
    corners_of,
    level_for,
    picture_lines,
    stacked,
    window_text,
    wrapped,
)
from app.viewer.look import Look, Plane, Texts
from inference.imaging.study import Window
from tests.app.viewer.patients import study_of


def test_each_corner_has_its_subject(upright):
    caption = caption_of(*study_of(upright), "PRE")
    corners = corners_of(caption, Look(), ("1 / 12",), Texts.ALL)
    assert corners.top_left == ("Volunteer, A", "000-001 · F 031Y")
    assert corners.top_right == ("Hospital", "MR brain", "2026-03-02 10:11", "acc. A1")
    assert corners.bottom_right == ("3 · T2 1", "3 mm · TE 96 · TR 4200")
    assert corners.badge == "PRE"


def test_the_patient_can_be_hidden_for_a_screenshot(upright):
    caption = caption_of(*study_of(upright))
    corners = corners_of(caption, Look(patient_texts=False), (), Texts.ALL)
    assert "Volunteer" not in "".join(corners.top_left)


def test_texts_thin_out_as_the_view_gets_small():
    sizes = ((900, 700), (400, 280), (200, 150))
    assert [level_for(*size, Texts.ALL) for size in sizes] == [Texts.ALL, Texts.MINIMAL, Texts.NONE]


def test_whoever_asked_for_none_gets_none():
    assert level_for(900, 700, Texts.NONE) is Texts.NONE


def test_texts_at_the_bottom_end_before_the_scale_begins():
    for width in (240.0, 300.0, 420.0, 1000.0):
        scale = min(120.0, width / 4)
        assert 8 + _beside_middle(width) <= (width - scale) / 2


def test_the_badge_stays_when_all_else_goes(upright):
    corners = corners_of(caption_of(*study_of(upright), "POST"), Look(), ("x",), Texts.NONE)
    assert (corners.badge, corners.bottom_left) == ("POST", ())


def test_the_picture_says_slice_window_cut_and_zoom():
    look = Look(Plane.CORONAL, 3, Window(40, 400), zoom=1.6, inverted=True)
    assert picture_lines(look, 12, "HU") == ("4 / 12 · W 400 L 40 HU", "coronal MPR · zoom 1.6 · inverted")


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


def test_a_series_that_has_only_its_number_says_it_once(upright):
    study, display_set = study_of(upright)
    caption = caption_of(study, replace(display_set, title="Series 3"))
    assert caption.series[0] == "Series 3"
