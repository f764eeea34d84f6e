from dataclasses import replace

import numpy as np
import pytest

from training.phantoms.heart import heart_case, motion, volume_curve
from training.phantoms.heart_cine import BLOOD, render, tissue
from training.phantoms.heart_planes import CineProtocol, plan_loops

CLEAN = CineProtocol(
    pixel_mm=(2.0, 2.0), field_mm=(200, 200), phases=(12, 12), missing=0.0, missing_stack=0.0, noise=0.0,
    shift_mm=0.0, tilt_deg=0.0, poor=0.0,
)  # fmt: skip


def test_all_views_and_a_stack_from_base_to_apex_are_planned():
    case = heart_case(1)
    loops = plan_loops(case, CLEAN)
    assert [loop.view for loop in loops[:3]] == ["4CH", "2CH", "3CH"]
    depths = [loop.affine_lps[:3, 3] @ case.axes[:, 2] for loop in loops[3:]]
    assert np.allclose(np.diff(depths), 10, atol=0.01)


def test_long_axis_views_are_often_missing_and_something_is_always_there():
    protocol = replace(CLEAN, missing=0.4, missing_stack=0.3)
    plans = [[loop.view for loop in plan_loops(heart_case(seed), protocol)] for seed in range(100)]
    assert all(plans)
    assert 25 < sum("3CH" not in plan for plan in plans) < 60


def test_the_volume_can_be_measured_on_the_stack():
    """Blood in the left ventricle, slice by slice, adds up to the volume that the case was given."""
    case = heart_case(4, "normal")
    length = motion(case.ventricles, np.zeros(1)).length[0]
    grid = np.arange(-60, 60, 1.0)
    y, x = np.meshgrid(grid, grid, indexing="ij")
    total = 0.0
    for depth in np.arange(1.0, length, 2.0):
        points = x[..., None] * case.axes[:, 0] + y[..., None] * case.axes[:, 1] + depth * case.axes[:, 2]
        picture = tissue(case, points, np.zeros(1), 1.0)[0]
        inside = np.hypot(x, y) < motion(case.ventricles, np.zeros(1)).radius[0] + 2
        total += float(((picture > 0.6 * BLOOD) & inside).sum()) * 2 / 1000
    expected = volume_curve(case.ventricles, np.zeros(1))[0]
    assert total == pytest.approx(expected, rel=0.12)  # papillary muscles take their share


def test_frames_beat_and_have_no_negative_signal():
    case = heart_case(2, "normal")
    loop = next(loop for loop in plan_loops(case, CLEAN) if loop.view == "4CH")
    frames = render(case, loop, CLEAN)
    assert frames.shape == (12, *loop.shape)
    assert frames.min() >= 0
    assert frames.std(0).max() > 0.2 * frames.max()


def test_scanners_differ_in_scale_and_spoilt_loops_in_noise():
    peaks = []
    for seed in range(12):
        case = heart_case(seed)
        peaks.append(render(case, plan_loops(case, CLEAN)[0], CLEAN).max())
    assert max(peaks) > 3 * min(peaks)
    case = heart_case(3)
    loop = plan_loops(case, CLEAN)[0]
    assert not np.allclose(render(case, loop, CLEAN), render(case, replace(loop, poor=True), CLEAN))
