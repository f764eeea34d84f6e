"""Display shutters."""

import numpy as np
import pytest
from pydicom.dataset import Dataset

from inference.imaging.shutters import shutter_of


def header(**values) -> Dataset:
    made = Dataset()
    for name, value in values.items():
        setattr(made, name, value)
    return made


BOX = {
    "ShutterShape": "RECTANGULAR", "ShutterUpperHorizontalEdge": 2, "ShutterLowerHorizontalEdge": 4,
    "ShutterLeftVerticalEdge": 3, "ShutterRightVerticalEdge": 7,
}  # fmt: skip


def test_a_box_counts_rows_and_columns_from_one():
    expected = np.zeros((8, 9), bool)
    expected[1:4, 2:7] = True
    assert np.array_equal(shutter_of(header(**BOX)).open((8, 9)), expected)


def test_a_circle_is_round():
    shutter = shutter_of(
        header(ShutterShape="CIRCULAR", CenterOfCircularShutter=[5, 6], RadiusOfCircularShutter=3)
    )
    rows, columns = np.indices((10, 12)) + 1
    assert np.array_equal(shutter.open((10, 12)), (rows - 5) ** 2 + (columns - 6) ** 2 <= 9)


def test_shapes_are_seen_through_together():
    corners = [1, 1, 1, 10, 10, 1]  # (row, column) pairs: the upper left triangle
    both = header(**BOX, VerticesOfThePolygonalShutter=corners)
    both.ShutterShape = ["RECTANGULAR", "POLYGONAL"]
    seen = shutter_of(both).open((10, 10))
    assert seen[1, 2]
    assert not seen[3, 6]  # in the box, but beyond the slope
    assert not seen[0, 0]  # in the triangle, but outside of the box


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"ShutterShape": "RECTANGULAR"},
        {**BOX, "ShutterLowerHorizontalEdge": 1},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 2, 3]},
        {"ShutterShape": "BITMAP"},
    ],
)
def test_a_shutter_that_makes_no_sense_hides_nothing(bad):
    assert shutter_of(header(**bad)) is None
