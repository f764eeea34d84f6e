"""What was measured in the patient stands in the 3-D scene where it lies."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from app.theme import caption_font
from app.viewer.camera import Camera, Projection
from app.viewer.grey import image_to_array
from app.viewer.layers.marks_in_space import draw_marks_in_space, lines_in_space, words_in_space
from app.viewer.measurements.measurement import Kind, Measurement, Scale, Site, Space

pytestmark = pytest.mark.usefixtures("qapp")
SITE = Site("study", "series", "set", "T", "F")


def made(kind, points, text="", space=Space.PATIENT):
    told = tuple(tuple(map(float, p)) for p in points)
    return Measurement("1", kind, SITE, space, told, Scale("x"), text=text)


def drawn(*measurements):
    projection = Projection(Camera(), np.zeros(3), 100.0, (200, 200))
    image = QImage(200, 200, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    draw_marks_in_space(painter, projection, measurements, "", caption_font())
    painter.end()
    return image_to_array(image)[..., 1], projection


def test_a_point_is_drawn_where_it_lies():
    found, projection = drawn(made(Kind.POINT, [(20, -10, 30)]))
    x, y, _ahead = projection.to_screen(np.array([20.0, -10, 30]))
    rows, columns = np.nonzero(found > 100)
    assert (columns.mean(), rows.mean()) == pytest.approx((x - 0.5, y - 0.5), abs=0.6)


def test_a_length_is_a_line_between_its_ends():
    ends = np.array([(-40.0, 0, -20), (40, 0, 20)])
    found, projection = drawn(made(Kind.LENGTH, ends))
    for share in (0.1, 0.5, 0.9):
        x, y, _ = projection.to_screen(ends[0] + share * (ends[1] - ends[0]))
        assert found[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2].max() > 100


def test_what_is_measured_in_pixels_of_a_picture_has_no_place_there():
    found, _ = drawn(made(Kind.LENGTH, [(0, 0, 0), (40, 40, 0)], space=Space.PICTURE))
    assert not found.any()


@pytest.mark.parametrize(("kind", "count"), [(Kind.BIDIRECTIONAL, 2), (Kind.ANGLE, 2), (Kind.POINT, 0)])
def test_lines_by_kind(kind, count):
    corners = [(0, 0, 0), (10, 0, 0), (10, 10, 0), (0, 10, 0)]
    points = corners[: {Kind.ANGLE: 3, Kind.POINT: 1}.get(kind, 4)]
    assert len(lines_in_space(made(kind, points))) == count


def test_a_region_is_closed():
    (line,) = lines_in_space(made(Kind.SPLINE, [(0, 0, 0), (10, 0, 0), (10, 10, 0), (0, 10, 0)]))
    assert np.array_equal(line[0], line[-1])


def test_a_length_says_its_length_and_a_point_its_name():
    assert words_in_space(made(Kind.LENGTH, [(0, 0, 0), (30, 40, 0)])) == "50.0 mm"
    assert words_in_space(made(Kind.POINT, [(0, 0, 0)], "apex")) == "apex"
    assert words_in_space(made(Kind.POINT, [(0, 0, 0)])) == ""
