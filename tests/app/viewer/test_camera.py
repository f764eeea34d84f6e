"""Looking at a volume."""

import numpy as np
import pytest

from app.viewer.camera import Camera, Projection
from app.viewer.edges import EdgeLetters
from app.viewer.volume_furniture import camera_letters


def test_it_begins_in_front_of_the_patient():
    assert camera_letters(Camera()) == EdgeLetters("R", "L", "S", "I")


def test_the_near_side_follows_the_pointer():
    nose = np.array([0.0, -80.0, 0.0])
    for moved, axis, sign in (((40, 0), 0, 1), ((0, 40), 1, 1)):
        camera = Camera().turned(*moved)
        x, y, _ = Projection(camera, np.zeros(3), 100, (400, 400)).to_screen(nose)
        assert np.sign((x - 200, y - 200)[axis]) == sign


def test_thousands_of_turns_keep_it_a_rotation():
    camera = Camera()
    for step in range(3000):
        camera = camera.turned(7 * np.sin(step), 5 * np.cos(step))
    assert np.allclose(camera.axes_lps @ camera.axes_lps.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(camera.axes_lps) == pytest.approx(1)


def test_the_whole_ball_fits_however_it_is_turned():
    camera = Camera(zoom=1.0).turned(33, 71)
    edge = Projection(camera, np.zeros(3), 100, (500, 300)).to_screen(100 * camera.axes_lps)
    assert edge[0, 0] == pytest.approx(250 + 150)
    assert edge[1, 1] == pytest.approx(150 - 150)
