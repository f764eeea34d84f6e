"""How a volume is seen in 3-D comes back from a file as it was; what makes no sense is refused."""

from dataclasses import replace

import numpy as np
import pytest

from app.viewer.camera import Camera
from app.viewer.clip_plane import ClipPlane
from app.viewer.crop_box import CropBox
from app.viewer.volume_look import VolumeLook
from app.viewer.volume_presets import more_opaque, preset_called
from app.viewer.volume_sight import VolumeSight, sight_from

PRESET = replace(more_opaque(preset_called("ct_bone"), 1.5), shade=False, blend="minip")
SIGHT = VolumeSight(
    VolumeLook(
        PRESET,
        CropBox((-10.0, -20.0, 3.0), (4.0, 5.0, 60.5)),
        True,
        ClipPlane((1.0, 2.0, 3.0), (0.0, 0.6, -0.8)),
    ),
    Camera().turned(40, 25).zoomed(1.7).panned(0.1, -0.2),
)


def test_tables_box_blend_shading_and_camera_come_back():
    again = sight_from(SIGHT.told())
    assert again.is_like(SIGHT)
    assert again.look == SIGHT.look
    assert np.array_equal(again.camera.axes_lps, SIGHT.camera.axes_lps)
    assert not again.is_like(VolumeSight(SIGHT.look, Camera()))


def test_what_was_kept_before_planes_could_cut_is_still_read():
    told = {name: value for name, value in SIGHT.told().items() if name != "clip_lps"}
    assert sight_from(told).look.clip is None


def test_a_volume_without_a_box_comes_back_whole():
    assert sight_from(VolumeSight(VolumeLook(PRESET), Camera()).told()).look.crop is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"camera": {"axes_lps": np.ones((3, 3)).tolist(), "zoom": 1, "pan": [0, 0]}},
        {"camera": {"axes_lps": np.eye(3).tolist(), "zoom": float("nan"), "pan": [0, 0]}},
        {"box_lps_mm": [[0, 0, 0], [1, -1, 1]]},
        {"preset": {"key": "ct_bone"}},
        {"clip_lps": [[0, 0, 0], [0, 0, 0]]},
        {"camera": 3},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises((ValueError, TypeError, KeyError)):
        sight_from({**SIGHT.told(), **wrong})
