"""On the paper a second is as long and a millivolt as high as the scale says."""

from __future__ import annotations

import numpy as np
import pytest

from app.panels.ecg_dialog import EcgDialog
from app.viewer.ecg_sheet import EcgSheet
from app.viewer.grey import image_to_array
from inference.imaging.objects.recordings import Recording
from inference.imaging.waveforms import Trace


@pytest.fixture
def recording():
    """Two leads of two seconds: a step of one millivolt after one second, and a flat one in another unit."""
    step = np.where(np.arange(1000) < 500, 0.0, 1.0).astype(np.float32)
    return Recording(
        "Rest ECG", (Trace("Lead II", step, "mV", 2.0), Trace("Pressure", step * 90, "mm[Hg]", 2.0))
    )


def dark_at(sheet, x):
    """Rows of ink in one column of the first lead."""
    shades = image_to_array(sheet.grab().toImage())[:, round(x), :3].sum(axis=-1)
    return np.flatnonzero(shades[: round(sheet.y_of(0, 0)) + 10] < 480)


@pytest.mark.parametrize(("speed", "gain"), [(25.0, 10.0), (50.0, 20.0), (12.5, 5.0)])
def test_a_millivolt_and_a_second_have_their_size(qtbot, recording, speed, gain):
    sheet = EcgSheet(recording, px_per_mm=4.0)
    qtbot.addWidget(sheet)
    sheet.set_scale(speed, gain)
    assert sheet.x_of(1000) - sheet.x_of(0) == pytest.approx(speed * 4)
    before, after = dark_at(sheet, sheet.x_of(700)), dark_at(sheet, sheet.x_of(1400))
    assert before.mean() - after.mean() == pytest.approx(gain * 4, abs=1.5)


def test_what_is_not_in_millivolts_says_that_it_is_not_to_scale(qtbot, recording):
    sheet = EcgSheet(recording, px_per_mm=4.0)
    qtbot.addWidget(sheet)
    heights = sheet._heights_mv(recording.channels[1])
    assert np.abs(heights).max() * 10 <= 22 * 0.45 + 1e-6


def test_the_reader_chooses_speed_and_gain(qtbot, recording):
    dialog = EcgDialog(recording)
    qtbot.addWidget(dialog)
    width = dialog.sheet.width()
    dialog.speed.setCurrentIndex(dialog.speed.findText("50 mm/s"))
    assert dialog.sheet.width() > 1.5 * width
    dialog.gain.setCurrentIndex(dialog.gain.findText("20 mm/mV"))
    assert (dialog.sheet.speed_mm_s, dialog.sheet.gain_mm_mv) == (50.0, 20.0)
