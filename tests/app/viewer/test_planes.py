"""Planes of one volume are turned about their crossing; a picture still holds what lies at its place."""

import numpy as np
import pytest
from PySide6.QtCore import QLineF, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from scipy import ndimage

from app.layouts import Layout
from app.viewer import placing
from app.viewer.edges import edge_letters
from app.viewer.hanging import Hanging
from app.viewer.look import Oblique, Plane, Slab, Tool
from app.viewer.measurements.ground import Ground
from app.viewer.planes import clockwise, steepest
from app.viewer.turned_planes import PlaneTurn, axes_of, off_deg, tilt_deg, tilted, turned
from tests.app.viewer.patients import SLOPE, study_of

AXIAL, SAGITTAL, CORONAL = 0, 1, 2
LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def hanging(qtbot):
    made = Hanging()
    qtbot.addWidget(made)
    made.resize(1000, 800)
    made.show()
    made.set_layout(Layout.FOUR)
    return made


@pytest.fixture
def views(hanging, upright):
    study, display_set = study_of(upright)
    order = (Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)
    made = [hanging.show_volume(n, study, display_set, upright, plane) for n, plane in enumerate(order)]
    for view in made:
        view.measuring.ground = Ground(display_set)
    hanging.go_to(0, centre_of(upright))
    QTest.qWait(20)
    return made


def centre_of(volume):
    return volume.to_lps_mm((np.array(volume.shape) - 1) / 2)


def values_by_hand(volume, plane):
    """The picture as one looks it up point by point in the patient, without the viewer's own code."""
    rows, columns = plane.shape
    grid = np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"), axis=-1)
    points = plane.origin_lps_mm + grid[..., :1] * plane.down_lps_mm + grid[..., 1:] * plane.across_lps_mm
    index = np.moveaxis(volume.to_index(points), -1, 0)
    inside = np.all([(i >= 0) & (i <= n - 1) for i, n in zip(index, volume.shape, strict=True)], axis=0)
    seen = ndimage.map_coordinates(volume.voxels, index, order=1, mode="nearest")
    return seen, points @ SLOPE, inside


def test_turning_one_line_turns_both_other_planes_and_they_stay_at_right_angles(hanging, views):
    hanging.planes.turn(views[AXIAL], clockwise(views[AXIAL], 30.0))
    normals = np.array([view.plane.normal_lps for view in views])
    assert np.allclose(np.abs(normals @ normals.T), np.eye(3), atol=1e-9)
    assert views[AXIAL].look.plane is Plane.AXIAL
    assert off_deg(views[SAGITTAL].look.plane) == pytest.approx(30.0)
    assert off_deg(views[CORONAL].look.plane) == pytest.approx(30.0)


def test_a_plane_turned_alone_leaves_the_others(hanging, views):
    turn = clockwise(views[AXIAL], 25.0, Plane.SAGITTAL)
    hanging.planes.turn(views[AXIAL], turn)
    assert off_deg(views[SAGITTAL].look.plane) == pytest.approx(25.0)
    assert views[CORONAL].look.plane is Plane.CORONAL


def test_a_doubly_oblique_picture_holds_what_lies_at_its_place(hanging, views, upright):
    hanging.planes.turn(views[AXIAL], clockwise(views[AXIAL], 33.0))
    hanging.planes.turn(views[SAGITTAL], clockwise(views[SAGITTAL], -21.0))
    for view in views:
        pixels = view.slice_picture.pixels(view.exhibit, view.look)
        seen, told, inside = values_by_hand(upright, view.plane)
        assert inside.sum() > 100
        assert np.allclose(pixels[inside], seen[inside], atol=1e-2)
        assert np.allclose(pixels[inside], told[inside], atol=1e-2)


def test_every_turned_plane_passes_through_the_crossing(hanging, views, upright):
    hanging.planes.turn(views[CORONAL], clockwise(views[CORONAL], 40.0))
    point = centre_of(upright) + np.array([2.3, -1.7, 3.1])
    hanging.go_to(CORONAL, point)
    for view in (views[AXIAL], views[SAGITTAL]):
        assert isinstance(view.look.plane, Oblique)
        assert abs(view.plane.to_pixels(point)[2]) < 1e-6


def test_turning_keeps_scale_and_crossing_on_the_screen(hanging, views):
    view = views[SAGITTAL]
    view.zoom_by(1.7)

    def seen():
        scene = view.scene()
        return view.cut_lines.crossing(scene), placing.screen_scale(scene.plane, view.look, scene.area.size())

    spot, scale = seen()
    hanging.planes.turn(views[AXIAL], clockwise(views[AXIAL], 17.0))
    after, scale_after = seen()
    assert scale_after == pytest.approx(scale)
    assert QLineF(spot, after).length() < 1e-6


def test_the_letters_follow_a_turn_and_name_a_second_direction(hanging, views):
    assert edge_letters(views[CORONAL].plane, views[CORONAL].look).right == "L"
    hanging.planes.turn(views[AXIAL], PlaneTurn(np.array([0.0, 0.0, 1.0]), np.radians(30.0)))
    letters = edge_letters(views[CORONAL].plane, views[CORONAL].look)
    assert (letters.left, letters.right, letters.top, letters.bottom) == ("RA", "LP", "S", "I")


def test_letters_are_right_through_flips_of_an_oblique_picture(hanging, views):
    hanging.planes.turn(views[AXIAL], PlaneTurn(np.array([0.0, 0.0, 1.0]), np.radians(30.0)))
    view = views[CORONAL]
    view.adjust(flip_across=True)
    assert (edge_letters(view.plane, view.look).left, edge_letters(view.plane, view.look).right) == (
        "LP",
        "RA",
    )
    view.adjust(quarter_turns=1)
    assert {edge_letters(view.plane, view.look).top, edge_letters(view.plane, view.look).bottom} == {
        "LP",
        "RA",
    }


def test_a_turn_there_and_back_leaves_the_direction_as_it_was(hanging, views):
    before = axes_of(views[CORONAL].look.plane)
    for degrees in (11.0, 23.0, -34.0):
        hanging.planes.turn(views[AXIAL], clockwise(views[AXIAL], degrees))
    assert np.allclose(axes_of(views[CORONAL].look.plane), before, atol=1e-12)


def test_straight_again_means_the_patients_planes_through_the_same_point(hanging, views, upright):
    hanging.planes.turn(views[AXIAL], clockwise(views[AXIAL], 30.0))
    hanging.planes.turn(views[SAGITTAL], clockwise(views[SAGITTAL], 12.0))
    hanging.planes.straighten(views[CORONAL])
    assert [view.look.plane for view in views] == [Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL]
    for view in views:
        assert abs(view.plane.to_pixels(centre_of(upright))[2]) <= view.plane.thickness_mm / 2 + 1e-9


@pytest.mark.parametrize(
    ("slab", "reduce"), [(Slab.MEAN, np.mean), (Slab.MAXIMUM, np.max), (Slab.MINIMUM, np.min)]
)
def test_a_slab_of_an_oblique_plane_is_as_thick_as_it_says(hanging, views, upright, slab, reduce):
    hanging.planes.turn(views[AXIAL], clockwise(views[AXIAL], 30.0))
    view = views[CORONAL]
    step = view.plane.thickness_mm
    view.adjust(slab_mm=5 * step, slab=slab)
    layers = []
    for away in range(-2, 3):
        plane = view.slices.plane(view.look.slice_index + away)
        layers.append(values_by_hand(upright, plane))
    inside = np.all([layer[2] for layer in layers], axis=0)
    assert inside.sum() > 100
    wanted = reduce([layer[0] for layer in layers], axis=0)
    pixels = view.slice_picture.pixels(view.exhibit, view.look)
    assert np.allclose(pixels[inside], wanted[inside], atol=2e-2)


def test_scrolling_one_plane_takes_the_crossing_along(hanging, views):
    hanging.planes.turn(views[AXIAL], clockwise(views[AXIAL], 30.0))
    before = np.array(views[AXIAL].look.crosshair_lps_mm)
    view = views[CORONAL]
    view.step(4)
    moved = np.array(views[AXIAL].look.crosshair_lps_mm) - before
    assert np.allclose(np.abs(moved @ view.plane.normal_lps), 4 * view.plane.thickness_mm)
    for other in views:
        assert abs(other.plane.to_pixels(np.array(other.look.crosshair_lps_mm))[2]) < 1e-6


def test_lines_cross_at_the_crossing_and_lie_where_the_planes_cut(hanging, views):
    hanging.planes.turn(views[AXIAL], clockwise(views[AXIAL], 30.0))
    view = views[AXIAL]
    scene = view.scene()
    traces = {line.of: trace for line, trace in view.cut_lines.traces(scene)}
    assert set(traces) == {Plane.SAGITTAL, Plane.CORONAL}
    for other in views[1:]:
        trace = traces[other.look.plane.turned_from]
        for end in (trace.p1(), trace.p2()):
            point = scene.plane.to_lps_mm(placing.to_pixel(scene.transform, end))
            assert abs(other.plane.to_pixels(point)[2]) < 1e-6


def drag(view, start, end, modifiers=PLAIN):
    QTest.mousePress(view, LEFT, modifiers, start)
    for step in range(1, 7):
        QTest.mouseMove(view, start + (end - start) * step / 6)
    QTest.qWait(20)  # the last movement arrives by the window system
    QTest.mouseRelease(view, LEFT, modifiers, end)


def handle_of(view, of):
    return next(spot for line, spot in view.cut_lines.handles(view.scene()) if line.of is of)


def turned_by(spot, middle, degrees):
    ray = QLineF(middle, spot)
    ray.setAngle(ray.angle() - degrees)  # Qt counts anticlockwise on the screen
    return ray.p2().toPoint()


@pytest.mark.parametrize("tool", [Tool.WINDOW, Tool.CROSSHAIR])
def test_a_line_is_dragged_by_its_end_whatever_tool_is_in_hand(hanging, views, tool):
    hanging.set_tool(tool)
    view = views[AXIAL]
    middle = view.cut_lines.crossing(view.scene())
    start = handle_of(view, Plane.CORONAL)
    window = view.look.window
    drag(view, start.toPoint(), turned_by(start, middle, 20))
    assert off_deg(views[CORONAL].look.plane) == pytest.approx(20, abs=1.0)
    assert off_deg(views[SAGITTAL].look.plane) == pytest.approx(20, abs=1.0)
    assert view.look.window == window
    drawn = QLineF(middle, handle_of(view, Plane.CORONAL)).angleTo(QLineF(middle, start))
    assert min(abs(drawn % 180 - 20), abs(drawn % 180 - 160)) < 1.0


def test_with_shift_one_line_is_turned_alone(views):
    view = views[AXIAL]
    middle = view.cut_lines.crossing(view.scene())
    start = handle_of(view, Plane.SAGITTAL)
    drag(view, start.toPoint(), turned_by(start, middle, -15), SHIFT)
    assert off_deg(views[SAGITTAL].look.plane) == pytest.approx(15, abs=1.0)
    assert views[CORONAL].look.plane is Plane.CORONAL


def test_escape_takes_a_turn_back(views):
    view = views[AXIAL]
    start = handle_of(view, Plane.CORONAL)
    middle = view.cut_lines.crossing(view.scene())
    QTest.mousePress(view, LEFT, PLAIN, start.toPoint())
    QTest.mouseMove(view, turned_by(start, middle, 25))
    assert off_deg(views[CORONAL].look.plane) > 20
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert off_deg(views[CORONAL].look.plane) == pytest.approx(0, abs=1e-6)
    QTest.mouseRelease(view, LEFT, PLAIN, start.toPoint())


def test_the_crossing_is_dragged_and_oblique_planes_follow(hanging, views):
    hanging.planes.turn(views[AXIAL], clockwise(views[AXIAL], 30.0))
    view = views[AXIAL]
    middle = view.cut_lines.crossing(view.scene()).toPoint()
    drag(view, middle, middle + QPoint(40, 25))
    point = view.plane.to_lps_mm(placing.to_pixel(view.scene().transform, QPointF(middle + QPoint(40, 25))))
    assert np.allclose(view.look.crosshair_lps_mm, point, atol=1e-6)
    for other in views[1:]:
        assert abs(other.plane.to_pixels(point)[2]) < 1e-6


def test_a_length_on_an_oblique_plane_lives_in_patient_millimetres(hanging, views):
    hanging.planes.turn(views[AXIAL], clockwise(views[AXIAL], 30.0))
    view = views[CORONAL]
    made = []
    view.measured.connect(made.append)
    view.tool = Tool.LENGTH
    start, end = QPoint(120, 120), QPoint(200, 180)
    drag(view, start, end)
    measurement = made[0]
    points = measurement.array
    assert measurement.site.picture == -1
    assert np.abs(view.plane.to_pixels(points)[:, 2]).max() < 1e-6
    scale = placing.screen_scale(view.plane, view.look, view.scene().area.size())
    assert np.linalg.norm(points[1] - points[0]) == pytest.approx(
        QLineF(start, end).length() / scale, rel=1e-6
    )
    view.measuring.measurements = (measurement,)
    assert list(view.measuring.on_show(view.scene())) == [measurement]
    hanging.planes.turn(views[AXIAL], clockwise(views[AXIAL], 60.0))
    assert list(view.measuring.on_show(view.scene())) == []


def test_the_more_upright_line_is_the_one_turned_alone_by_key(views):
    assert steepest(views[AXIAL]) is Plane.SAGITTAL
    assert steepest(views[CORONAL]) is Plane.SAGITTAL
    assert steepest(views[SAGITTAL]) is Plane.CORONAL


def test_clockwise_means_clockwise_on_a_mirrored_picture_too(hanging, views):
    view = views[AXIAL]
    view.adjust(flip_across=True)

    def angle():
        scene = view.scene()
        return next(t for line, t in view.cut_lines.traces(scene) if line.of is Plane.CORONAL).angle() % 180

    before = angle()
    hanging.planes.turn(view, clockwise(view, 20.0))
    assert (before - angle()) % 180 == pytest.approx(20.0, abs=1e-6)


def test_the_text_says_how_far_a_plane_was_turned(hanging, views):
    hanging.planes.turn(views[AXIAL], clockwise(views[AXIAL], 30.0))
    view = views[CORONAL]
    corners = view.furniture.corners(view.scene(), view.look.texts)
    assert any("coronal 30° oblique" in line for line in corners.bottom_left)


@pytest.mark.parametrize("plane", [Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL])
def test_a_tilt_is_told_in_degrees_and_laid_again(plane):
    centre = np.array([1.0, 2.0, 3.0])
    for told in ((0.0, 0.0, 0.0), (12.5, 0.0, 0.0), (10.0, -22.0, 31.0)):
        cut = tilted(plane, told, centre)
        assert tilt_deg(cut) == pytest.approx(told, abs=0.02)
        assert (cut.centre_lps_mm, cut.turned_from) == ((1.0, 2.0, 3.0), plane)
    turn = turned(plane, PlaneTurn(np.array([0.0, 0.0, 1.0]), np.radians(30)), centre)
    again = tilted(plane, tilt_deg(turn), centre)
    assert np.allclose(axes_of(again), axes_of(turn), atol=1e-3)
