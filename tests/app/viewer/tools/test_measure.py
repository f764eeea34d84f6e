"""Drawing, dragging and deleting with the mouse."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.viewer.exhibit import volume_exhibit
from app.viewer.layers.measurements import on_screen
from app.viewer.look import Look, Texts, Tool
from app.viewer.measurements.ground import Ground
from app.viewer.measurements.measurement import Kind
from app.viewer.measurements.results import results, value_words
from app.viewer.placing import to_screen
from app.viewer.slice_view import SliceView
from inference.imaging.study import Window
from tests.app.viewer.patients import study_of

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def view(qtbot, oblique):
    study, shown = study_of(oblique)
    shown = replace(shown, frame_index=tuple((0, k) for k in range(shown.shape[0])))
    look = Look(slice_index=5, window=Window(0, 300), texts=Texts.NONE)
    view = SliceView(volume_exhibit(oblique, study, shown), look)
    view.measuring.ground = Ground(shown)
    view.drawn = []
    view.measured.connect(lambda m: keep(view, m))
    qtbot.addWidget(view)
    view.resize(400, 400)
    view.show()
    return view


def keep(view, measurement):
    """What the workbench does."""
    view.drawn.append(measurement)
    others = tuple(m for m in view.measuring.measurements if m.uid != measurement.uid)
    view.measuring.measurements = (*others, measurement)


def stroke(view, *spots):
    QTest.mousePress(view, LEFT, PLAIN, QPoint(*spots[0]))
    for spot in spots[1:]:
        QTest.mouseMove(view, QPoint(*spot))
    QTest.mouseRelease(view, LEFT, PLAIN, QPoint(*spots[-1]))


def click(view, *spot):
    QTest.mouseMove(view, QPoint(*spot) - QPoint(3, 3))
    QTest.mouseClick(view, LEFT, PLAIN, QPoint(*spot))


def scale(view):
    transform = view.scene().transform
    return np.hypot(transform.m11(), transform.m12()) / view.plane.spacing_mm[1]  # pixels per mm


def test_a_length_is_dragged_or_clicked(view):
    view.tool = Tool.LENGTH
    stroke(view, (120, 150), (200, 150), (240, 150))
    click(view, 150, 220)
    click(view, 150, 280)
    values = [results(m)[0].value * scale(view) for m in view.drawn]
    assert values == pytest.approx([120, 60], abs=1e-6)


def test_an_angle_is_a_drag_and_a_click(view):
    view.tool = Tool.ANGLE
    stroke(view, (130, 130), (150, 130), (200, 130))
    assert not view.drawn
    click(view, 200, 200)
    assert results(view.drawn[0])[0].value == pytest.approx(90)


def test_a_cobb_angle_is_two_drags(view):
    view.tool = Tool.COBB
    stroke(view, (130, 130), (200, 130))
    stroke(view, (130, 200), (190, 260))
    assert results(view.drawn[0])[0].value == pytest.approx(45)


def test_the_short_axis_starts_across_the_long_one(view):
    view.tool = Tool.BIDIRECTIONAL
    stroke(view, (130, 180), (230, 200))
    points = view.drawn[0].array
    assert (points[1] - points[0]) @ (points[3] - points[2]) == pytest.approx(0, abs=1e-6)
    long, short = (r.value for r in results(view.drawn[0]))
    assert long == pytest.approx(2 * short)


def test_a_freehand_line_closes_and_counts(view):
    view.tool = Tool.FREEHAND
    turn = np.linspace(0, 2 * np.pi, 40)
    stroke(view, *[(round(200 + 50 * np.cos(a)), round(200 + 50 * np.sin(a))) for a in turn])
    area = results(view.drawn[0])[0].value * scale(view) ** 2
    assert area == pytest.approx(np.pi * 2500, rel=0.03)
    assert view.drawn[0].statistics.pixels > 10


def test_an_arrow_asks_what_it_points_at(view):
    view.tool = Tool.ARROW
    stroke(view, (150, 150), (210, 180))
    field = view.findChild(QLineEdit)
    QTest.keyClicks(field, "cyst")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert (view.drawn[0].kind, view.drawn[0].text) == (Kind.ARROW, "cyst")


def test_a_text_that_stays_empty_is_none(view):
    view.tool = Tool.TEXT
    click(view, 150, 150)
    QTest.keyClick(view.findChild(QLineEdit), Qt.Key.Key_Escape)
    assert not view.drawn
    assert view.measuring.in_hand is None


def test_escape_lets_go_of_what_is_half_drawn(view):
    view.tool = Tool.ANGLE
    stroke(view, (130, 130), (200, 130))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.measuring.in_hand is None
    click(view, 180, 180)
    assert not view.drawn


def test_a_handle_is_dragged_and_the_rest_stays(view):
    view.tool = Tool.LENGTH
    stroke(view, (120, 150), (240, 150))
    view.tool = Tool.WINDOW
    stroke(view, (240, 150), (240, 180), (240, 210))
    before, after = view.drawn
    assert after.uid == before.uid
    assert after.points[0] == before.points[0]
    assert on_screen(after, view.scene())[1] == pytest.approx((240, 210))
    assert view.look.window == Window(0, 300)


def test_a_region_is_moved_by_its_line_and_counts_anew(view):
    view.tool = Tool.RECTANGLE
    stroke(view, (150, 150), (190, 190))
    view.tool = Tool.WINDOW
    stroke(view, (170, 150), (190, 170), (200, 180))
    before, after = view.drawn
    assert np.ptp(after.array, axis=0) == pytest.approx(np.ptp(before.array, axis=0))
    assert after.statistics.mean != before.statistics.mean


def test_a_corner_of_a_rectangle_keeps_it_a_rectangle(view):
    view.tool = Tool.RECTANGLE
    stroke(view, (150, 150), (190, 190))
    view.tool = Tool.WINDOW
    stroke(view, (190, 150), (230, 140))
    sides = np.diff(view.drawn[1].array, axis=0)
    assert sides[0] @ sides[1] == pytest.approx(0, abs=1e-6)
    assert on_screen(view.drawn[1], view.scene())[3] == pytest.approx((150, 190))


def test_an_axis_of_an_ellipse_turns_it_about_its_centre(view):
    view.tool = Tool.ELLIPSE
    stroke(view, (150, 160), (250, 220))
    view.tool = Tool.WINDOW
    stroke(view, (250, 190), (200, 250))
    points = on_screen(view.drawn[1], view.scene())
    assert points.mean(axis=0) == pytest.approx((200, 190))
    assert np.linalg.norm(points[3] - points[2]) == pytest.approx(60)
    assert (points[1] - points[0]) @ (points[3] - points[2]) == pytest.approx(0, abs=1e-6)


def test_a_measurement_shows_on_its_own_slice_only(view):
    view.tool = Tool.LENGTH
    stroke(view, (120, 150), (240, 150))
    assert len(list(view.measuring.on_show(view.scene()))) == 1
    view.step(1)
    assert not list(view.measuring.on_show(view.scene()))


def test_what_is_drawn_looks_the_same_after_painting(view):
    bare = view.grab().toImage()
    view.tool = Tool.LENGTH
    stroke(view, (120, 150), (240, 150))
    drawn = view.grab().toImage()
    assert drawn.pixelColor(180, 150).green() > bare.pixelColor(180, 150).green() or drawn != bare
    view.measuring.shown = False
    assert view.grab().toImage() == bare


def test_without_known_files_nothing_is_drawn(view):
    view.measuring.ground = None
    view.tool = Tool.LENGTH
    stroke(view, (120, 150), (240, 150))
    assert not view.drawn


CORNERS = ((130, 138), (230, 138), (230, 212), (130, 212))  # between the centres of pixels


@pytest.mark.parametrize("closing", ["the first corner", "a double click"])
def test_a_polygon_is_clicked_corner_by_corner_and_closed(view, closing):
    view.tool = Tool.POLYGON
    for corner in CORNERS:
        click(view, *corner)
    assert not view.drawn
    if closing == "the first corner":
        click(view, CORNERS[0][0] + 4, CORNERS[0][1])
    else:
        QTest.mouseDClick(view, LEFT, PLAIN, QPoint(*CORNERS[-1]))
        QTest.mouseRelease(view, LEFT, PLAIN, QPoint(*CORNERS[-1]))
    (region,) = view.drawn
    assert region.kind is Kind.FREEHAND
    assert len(region.points) == 4
    found = {r.name: r.value for r in results(region)}
    assert found["area"] == pytest.approx(100 * 74 / scale(view) ** 2, rel=1e-6)
    inside = view.slice_picture.pixels(view.exhibit, view.look)
    spots = [[to_screen(view.scene().transform, np.array([r, c])).toTuple() for c in range(inside.shape[1])]
             for r in range(inside.shape[0])]  # fmt: skip
    x, y = np.moveaxis(np.array(spots), -1, 0)
    within = (x > 130) & (x < 230) & (y > 138) & (y < 212)
    assert found["mean"] == pytest.approx(inside[within].mean(), rel=1e-6)


def test_a_spline_is_clicked_point_by_point_and_each_can_be_dragged_after(view):
    view.tool = Tool.SPLINE
    for corner in CORNERS:
        click(view, *corner)
    click(view, CORNERS[0][0] + 4, CORNERS[0][1])
    (region,) = view.drawn
    assert (region.kind, len(region.points)) == (Kind.SPLINE, 4)
    area = results(region)[0].value * scale(view) ** 2
    assert 100 * 74 < area < np.pi * (50**2 + 37**2)  # it bulges, within the circle round the corners
    stroke(view, CORNERS[2], (235, 230), (250, 260))
    changed = view.drawn[-1]
    assert changed.uid == region.uid
    assert changed.points[:2] == pytest.approx(np.array(region.points[:2]))
    assert changed.statistics.pixels > region.statistics.pixels


def test_escape_gives_a_polygon_up(view):
    view.tool = Tool.POLYGON
    click(view, 130, 130)
    click(view, 230, 130)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.measuring.in_hand is None
    assert not view.drawn


def test_a_locked_measurement_does_not_follow_the_mouse(view):
    view.tool = Tool.LENGTH
    stroke(view, (120, 150), (200, 150), (240, 150))
    view.tool = Tool.WINDOW
    keep(view, replace(view.drawn[-1], locked=True))
    before = view.measuring.measurements
    stroke(view, (240, 150), (240, 200), (240, 250))
    assert view.measuring.measurements == before


def test_a_point_is_a_click_and_a_name_and_is_seen_on_the_slices_next_to_it(view):
    view.tool = Tool.POINT
    click(view, 190, 210)
    field = view.findChild(QLineEdit)
    QTest.keyClicks(field, "apex")
    QTest.keyClick(field, Qt.Key.Key_Return)
    (point,) = view.drawn
    assert (point.kind, point.text, len(point.points)) == (Kind.POINT, "apex", 1)
    assert value_words(point).endswith("mm")
    seen = []
    for index in range(12):
        view.adjust(slice_index=index)
        seen += [index] if list(view.measuring.on_show(view.scene())) else []
    assert seen == [4, 5, 6]


def test_a_point_without_a_name_is_kept(view):
    view.tool = Tool.POINT
    click(view, 190, 210)
    QTest.keyClick(view.findChild(QLineEdit), Qt.Key.Key_Escape)
    assert [m.text for m in view.drawn] == [""]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_enter_ends_a_name_and_does_nothing_else_in_the_window(view, key):
    taken = []
    shortcut = QShortcut(QKeySequence(key), view)
    shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    shortcut.activated.connect(lambda: taken.append(key))
    view.tool = Tool.POINT
    click(view, 190, 210)
    QTest.keyClicks(view.findChild(QLineEdit), "apex")
    QTest.keyClick(view.findChild(QLineEdit), key)
    assert [m.text for m in view.drawn] == ["apex" if key == Qt.Key.Key_Return else ""]
    assert taken == []
