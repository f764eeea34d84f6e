"""A plane cuts away what lies between it and the eye; together with a box both cut."""

import numpy as np
import pytest

from app.viewer.clip_plane import ClipPlane, clip_along, part_of
from app.viewer.crop_box import CropBox
from app.viewer.picture_plane import PicturePlane

TILTED = PicturePlane(np.zeros(3), np.array([0.0, 0.6, -0.8]), np.array([1.0, 0, 0]), (11, 21))
BOX = CropBox((-5.0, -5.0, -5.0), (5.0, 5.0, 5.0))


@pytest.mark.parametrize("eye", [(0.0, -1.0, 0.0), (0.0, 1.0, 0.0)])
def test_the_side_towards_the_eye_goes(eye):
    clip = clip_along(TILTED, np.array(eye))
    middle = TILTED.centre_lps_mm
    assert not clip.contains(middle + 3 * np.array(eye))
    assert clip.contains(middle - 3 * np.array(eye))
    assert clip.contains(TILTED.corners_lps_mm + np.array(clip.normal_lps) * 1e-6).all()


def test_both_cuts_hold():
    plane = ClipPlane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0))
    both = part_of(BOX, plane)
    points = np.array([(1.0, 0, 0), (-1.0, 0, 0), (6.0, 0, 0)])
    assert both.contains(points).tolist() == [True, False, False]
    assert len(both.planes()) == 7
    for (point, normal), sign in ((both.planes()[-1], 1),):
        assert sign * np.dot(np.array((2.0, 0, 0)) - point, normal) > 0


def test_without_cuts_the_whole_is_left():
    assert part_of(None, None) is None
    assert part_of(BOX, None) is BOX
