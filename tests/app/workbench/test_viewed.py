"""What has been on a screen counts as seen; what was only read does not."""

from __future__ import annotations

import numpy as np
import pytest

from app.desk import Layout
from app.viewer.hanging import Hanging
from app.viewer.look import Plane
from app.workbench.viewed import Viewed
from app.workspace import Workspace
from tests.app.viewer.patients import UPRIGHT, affine, placed_volume, study_of


@pytest.fixture
def wall(qtbot):
    made = Hanging()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    return made


def test_scrolled_pictures_are_seen_and_cut_planes_are_not(wall, qtbot):
    volume = placed_volume(affine(UPRIGHT))
    study, display_set = study_of(volume)
    viewed = Viewed(Workspace(), wall, _Nothing(wall))
    wall.set_layout(Layout.TWO)
    native = wall.show_volume(0, study, display_set, volume)
    wall.show_volume(1, study, display_set, volume, Plane.CORONAL).step(1)
    assert not viewed.seen(display_set.uid)
    with qtbot.waitSignal(viewed.changed) as told:
        native.step(1)
        native.step(1)
    middle = volume.shape[0] // 2
    assert told.args[0] == display_set.uid
    assert set(told.args[1]) == {middle + 1, middle + 2}
    assert np.all(np.diff(sorted(viewed.seen(display_set.uid))) == 1)


class _Nothing:
    """Hangs nothing of its own."""

    def __init__(self, wall: Hanging) -> None:
        self.hung = wall.loop_changed
