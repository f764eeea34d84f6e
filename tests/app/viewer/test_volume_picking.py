"""What a click in 3-D means in the patient."""

import numpy as np
import pytest

from app.viewer.camera import Camera, Projection
from app.viewer.volume_picking import picked_lps_mm
from app.viewer.volume_presets import preset_called
from app.viewer.volume_view import ball_round
from inference.imaging.volume import Volume
from tests.app.viewer.patients import OBLIQUE, affine

SIZE = (400.0, 300.0)


def ball() -> tuple[Volume, np.ndarray]:
    """A dense ball in air, off the middle of an oblique volume, and its centre."""
    empty = np.full((30, 40, 50), -1000, np.int16)
    volume = Volume(empty, affine(OBLIQUE), "HU")
    centre = volume.to_lps_mm(np.array([12.0, 22.0, 30.0]))
    index = np.stack(np.meshgrid(*map(np.arange, volume.shape), indexing="ij"), axis=-1)
    empty[np.linalg.norm(volume.to_lps_mm(index) - centre, axis=-1) < 7] = 1500
    return volume, centre


@pytest.mark.parametrize("preset", ["ct_bone", "ct_mip"])
@pytest.mark.parametrize("camera", [Camera(), Camera(zoom=2.0, pan=(0.1, -0.05)).turned(70, 25)])
def test_a_click_on_a_ball_finds_the_ball(camera, preset):
    volume, centre = ball()
    projection = Projection(camera, *ball_round(volume), SIZE)
    x, y, _ = projection.to_screen(centre)
    found = picked_lps_mm(volume, preset_called(preset), projection, (x, y))
    assert np.linalg.norm(found - centre) < 7.5
    if preset == "ct_bone":
        assert (found - centre) @ camera.axes_lps[2] > 3  # on the side of the eye


def test_a_click_beside_everything_finds_nothing():
    volume, _ = ball()
    projection = Projection(Camera(), *ball_round(volume), SIZE)
    assert picked_lps_mm(volume, preset_called("ct_bone"), projection, (3, 3)) is None
