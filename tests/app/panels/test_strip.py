"""The strip under a loop shows what each frame and view contributed, and leads there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from app.panels.strip import LoopStrip, frame_words
from app.panels.strip_content import by_frame, strip_of, strongest_moment_ms
from app.viewer.exhibit import cine_exhibit
from tests.app.viewer.layers.test_moments import FRAMES, loop, moving_map, shown_set

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def exhibit():
    return cine_exhibit(loop(), None, shown_set())


def attention():
    return replace(moving_map(), method="attention rollout", unit="share of attention", signed=False)


@pytest.fixture
def strip(qtbot, exhibit):
    made = LoopStrip()
    qtbot.addWidget(made)
    made.resize(900, 110)
    made.show_content(strip_of(exhibit, moving_map(), attention(), {0: "ED", 5: "ES"}))
    made.show()
    return made


def test_each_moment_has_the_sum_of_its_elements_at_its_own_frames(exhibit):
    found = by_frame(exhibit, moving_map())
    assert [(v.first, v.last) for v in found] == [(0, 0), (4, 4), (8, 8)]
    assert found[1].value == pytest.approx(1.0, abs=1e-4)


def test_a_moment_that_lasts_covers_all_of_its_frames(exhibit):
    map_ = moving_map()
    unit = map_.units[0]
    lasting = replace(map_, units=(replace(unit, place=replace(unit.place, lasts_ms=160.0)),))
    assert [(v.first, v.last) for v in by_frame(exhibit, lasting)] == [(0, 3), (4, 7), (8, 11)]


def test_another_loop_has_no_strip():
    other = cine_exhibit(loop(), None, shown_set("other"))
    assert strip_of(other, moving_map(), None).is_empty


def test_a_click_asks_for_the_frame_under_it(strip, qtbot):
    frames = strip.frames
    spot = QPoint(int(frames.width() * 4.5 / FRAMES), 30)
    with qtbot.waitSignal(strip.frame_chosen) as asked:
        qtbot.mouseClick(frames, LEFT, pos=spot)
    assert asked.args == ["loop", 4]


def test_a_view_is_gone_to_by_its_bar(strip, qtbot):
    with qtbot.waitSignal(strip.view_chosen) as asked:
        qtbot.mouseClick(strip._views.itemAt(0).widget(), LEFT)
    assert asked.args == [0]
    assert strongest_moment_ms(moving_map().units[0]) == 160.0


def test_all_clips_of_a_study_have_a_bar_however_many(strip, exhibit):
    made = moving_map()
    unit = made.units[0]
    units = tuple(
        replace(unit, place=replace(unit.place, title=f"SAX {n}", display_set_uid=f"s{n}"), total=float(n))
        for n in range(7)
    )
    strip.show_content(strip_of(exhibit, replace(made, units=units), None))
    titles = [strip._views.itemAt(n).widget().accessibleName().split(":")[0] for n in range(7)]
    assert titles == [f"SAX {n}" for n in (6, 5, 4, 3, 2, 1, 0)]
    assert {strip._views.getItemPosition(n)[1] for n in range(7)} == {0, 1}


def test_numbers_are_said_where_there_are_any(strip):
    content = strip.frames.content
    assert "contribution" in frame_words(content, 4)
    assert "not computed for this frame" in frame_words(content, 5)


def test_the_frame_on_show_is_marked(strip):
    before = strip.frames.grab().toImage()
    strip.show_frame(7)
    assert strip.frames.grab().toImage() != before


def test_a_strip_that_fails_its_checks_says_so(exhibit):
    from explain.attribution import Check, Evidence

    failed = replace(moving_map(), evidence=Evidence((Check("completeness", 1.0, "fail", "x"),)))
    assert not strip_of(exhibit, failed, None).holds
    assert np.isfinite(strip_of(exhibit, failed, None).extent)
