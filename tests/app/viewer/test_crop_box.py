"""The box that crops a volume."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from app.viewer.camera import Camera, Projection
from app.viewer.crop_box import LEAST_MM, CropBox, whole_box
from app.viewer.layers.crop_in_space import Side, dragged_mm, handles, side_at
from app.viewer.volume_view import ball_round
from tests.app.viewer.patients import OBLIQUE, affine, placed_volume


def test_the_whole_box_holds_every_voxel_of_an_oblique_volume():
    volume = placed_volume(affine(OBLIQUE))
    index = np.stack(np.meshgrid(*map(np.arange, volume.shape), indexing="ij"), axis=-1)
    assert whole_box(volume).contains(volume.to_lps_mm(index)).all()


def test_a_side_stays_between_its_opposite_and_the_end_of_the_volume():
    whole = CropBox((0, 0, 0), (100, 100, 100))
    assert whole.moved(1, -50, high=False, within=whole) == whole
    assert whole.moved(1, 999, high=False, within=whole).low_lps_mm == (0, 100 - LEAST_MM, 0)
    assert whole.moved(2, 40, high=True, within=whole).high_lps_mm == (100, 100, 40)


def test_six_planes_keep_what_the_box_contains():
    box = CropBox((-10, -20, -30), (10, 20, 30))
    points = np.random.default_rng(0).uniform(-40, 40, (500, 3))
    kept = [((points - point) @ np.array(normal)) >= 0 for point, normal in box.planes()]
    assert np.array_equal(np.all(kept, axis=0), box.contains(points))


@pytest.mark.parametrize("camera", [Camera(), Camera().turned(70, 25), Camera(zoom=2).from_side("S")])
def test_a_handle_follows_the_pointer_along_its_axis(camera):
    volume = placed_volume(affine(OBLIQUE))
    box, projection = whole_box(volume), Projection(camera, *ball_round(volume), (400.0, 300.0))
    for side, spot in handles(projection, box).items():
        assert side_at(projection, box, spot) is not None
        along = np.zeros(3)
        along[side.axis] = 7.0
        there = projection.to_screen(box.side_lps_mm(side.axis, high=side.high) + along)
        moved = QPointF(there[0], there[1]) - spot
        assert dragged_mm(projection, side, moved) == pytest.approx(7.0, abs=1e-6)


def test_a_side_that_faces_the_eye_has_no_handle():
    volume = placed_volume(affine(OBLIQUE))
    projection = Projection(Camera(), *ball_round(volume), (400.0, 300.0))
    assert {side.axis for side in handles(projection, whole_box(volume))} == {0, 2}
    assert Side(1, high=True) not in handles(projection, whole_box(volume))
