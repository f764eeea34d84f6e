"""What has stayed on a screen counts as seen; what passed by or was only read does not."""

from __future__ import annotations

import pytest

from app.layouts import Layout
from app.viewer.hanging import Hanging
from app.viewer.look import Plane
from app.workbench.seeing import Seeing
from app.workspace import Workspace
from tests.app.viewer.patients import UPRIGHT, affine, placed_volume, study_of


@pytest.fixture
def wall(qtbot):
    made = Hanging()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    return made


def test_pictures_that_stayed_are_seen_and_cut_planes_are_not(wall, qtbot):
    volume = placed_volume(affine(UPRIGHT))
    study, display_set = study_of(volume)
    seeing = Seeing(Workspace(), wall, _Nothing(wall))
    wall.set_layout(Layout.TWO)
    native = wall.show_volume(0, study, display_set, volume)
    wall.show_volume(1, study, display_set, volume, Plane.CORONAL).step(1)
    assert not seeing.seen(display_set.uid)
    middle = volume.shape[0] // 2
    with qtbot.waitSignal(seeing.changed) as told:
        native.step(1)
        native.step(1)  # at once: the one before has passed by
    assert told.args == [display_set.uid, frozenset({middle + 2})]
    with qtbot.waitSignal(seeing.changed):
        native.step(-1)
    assert seeing.seen(display_set.uid) == {middle + 1, middle + 2}


class _Nothing:
    """Hangs nothing of its own."""

    def __init__(self, wall: Hanging) -> None:
        self.hung = wall.loop_changed
