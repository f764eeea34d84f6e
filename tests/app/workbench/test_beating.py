"""A short-axis loop shows its heartbeat in the real window; so does the slice that is scrolled to."""

from __future__ import annotations

import numpy as np
import pytest

from app import theme
from app.viewer.cine_view import CineView
from tests.imaging_fixtures import axial_affine, slice_dataset, write_file
from tests.journeys.reader import Reader


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    reader = Reader(tmp_path / "home", tmp_path)
    yield reader
    reader.leave()
    reader.watchdog.stop()


def write_gated(folder, slices=2, phases=5):
    """A short-axis stack whose second slice was taken in a faster heart."""
    for k in range(slices):
        for phase in range(phases):
            d = slice_dataset(axial_affine(), k, np.full((8, 10), 10 * phase, np.int16))
            d.Modality, d.SOPInstanceUID = "MR", f"{d.SOPInstanceUID}.{phase + 1}"
            d.InstanceNumber = k * phases + phase + 1
            d.NominalInterval = str(1000 - 200 * k)
            d.TriggerTime = str(20.0 + 100 * phase)
            write_file(folder / f"{k}_{phase}.dcm", d)


def test_each_slice_of_a_stack_shows_its_own_beat(reader, tmp_path):
    write_gated(tmp_path / "sax")
    reader.drop([tmp_path / "sax"], reader.window.studies)
    reader.wait("the loop", lambda: isinstance(reader.window.hanging.view(0), CineView), 240)
    loop = reader.window.hanging.view(0)
    reader.wait("the heartbeat", lambda: loop.heart.beat.is_known, 240)
    assert loop.heart.isVisible()
    first = loop.heart.beat.interval_ms
    loop.position_needed.emit(1 - loop.position)
    reader.wait("the other slice", lambda: loop.heart.beat.interval_ms not in (None, first), 240)
    assert {first, loop.heart.beat.interval_ms} == {1000.0, 800.0}
