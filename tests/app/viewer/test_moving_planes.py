"""A volume that moves shows the same phase in every view, at the rate of its file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.viewer.exhibit import volume_exhibit
from app.viewer.grey import image_to_array
from app.viewer.hanging import Hanging
from app.viewer.planes import clockwise
from app.viewer.volume_player import SLOW_FPS, VolumePlayer, played_times
from app.viewer.volume_request import Detail
from app.viewer.volume_view import VolumeView
from inference.imaging.phases import VolumeLoop
from inference.imaging.volume import Volume
from tests.app.viewer.patients import study_of

PHASES, STEP_MS = 5, 40.0


@pytest.fixture
def loop(upright):
    volumes = [Volume(upright.voxels + 1000 * p, upright.affine_lps) for p in range(PHASES)]
    return VolumeLoop(tuple(volumes), np.arange(PHASES) * STEP_MS, "Trigger Time")


@pytest.fixture
def hanging(qtbot, loop):
    made = Hanging()
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    study, display_set = study_of(loop.volumes[0])
    made.show_mpr(study, display_set, loop.volumes[1])
    exhibits = [volume_exhibit(volume, study, display_set) for volume in loop.volumes]
    made.take_phases(display_set.uid, exhibits, loop, 1)
    yield made
    made.moving.end()
    for slot in range(4):
        made.say(slot, "")


def shown(hanging):
    """The phase in each slice view, by its pixels, and the one in 3-D."""
    found = []
    for slot in range(3):
        view = hanging.slice_view(slot)
        pixels = view.slice_picture.pixels(view.exhibit, view.look)
        found.append(int(np.floor((np.median(pixels) + 500) / 1000)))
    return found, hanging.view(3).exhibit


def test_every_view_begins_with_the_phase_that_hung(hanging, loop):
    phases, solid = shown(hanging)
    assert phases == [1, 1, 1]
    assert solid.volume is loop.volumes[1]
    assert hanging.player.isVisible()


def test_a_step_goes_on_in_every_view_and_round_the_end(hanging, loop):
    hanging.player.step(1)
    phases, solid = shown(hanging)
    assert phases == [2, 2, 2]
    assert solid.volume is loop.volumes[2]
    hanging.player.step(-3)
    assert shown(hanging)[0] == [4, 4, 4]
    assert hanging.slice_view(0).furniture.remark == "phase 5 / 5"


def test_planes_stay_turned_and_in_place_while_the_phase_changes(hanging):
    axial = hanging.slice_view(0)
    hanging.planes.turn(axial, clockwise(axial, 30.0))
    looks = [hanging.slice_view(n).look for n in range(3)]
    hanging.player.step(2)
    assert [hanging.slice_view(n).look for n in range(3)] == looks
    assert shown(hanging)[0] == [3, 3, 3]
    assert hanging.planes.beside(axial) == [hanging.slice_view(1), hanging.slice_view(2)]


def test_it_plays_by_the_wall_clock_and_counts_what_it_drops(qtbot, hanging):
    seen = []
    hanging.player.phase_due.connect(seen.append)
    hanging.player.toggle()
    qtbot.waitUntil(lambda: len(set(seen)) >= 3, timeout=60_000)
    words = hanging.player.words()
    assert "25 fps" in words
    assert "dropped" in words
    playback = hanging.player.playback
    assert playback.shown == len(seen)
    hanging.player.toggle()
    assert not playback.playing
    assert shown(hanging)[0] == [playback.frame] * 3
    assert hanging.view(3).exhibit is hanging.slice_view(0).exhibit


def test_3d_is_asked_for_the_next_phase_only_after_it_has_shown_one(hanging):
    solid = hanging.view(3)
    asked = []
    solid.show_exhibit = lambda exhibit, *, moving=False: asked.append((exhibit, moving))
    hanging.player.playback.playing = True
    hanging.moving.show_phase(2)
    hanging.moving.show_phase(3)
    hanging.moving.show_phase(4)
    assert [moving for _, moving in asked] == [True]
    asked.clear()
    solid.rendered.emit(None)
    assert len(asked) == 1
    assert asked[0][0] is hanging.slice_view(0).exhibit
    hanging.player.playback.playing = False


def test_it_rests_and_goes_when_the_planes_do(hanging):
    hanging.player.toggle()
    hanging.moving.end()
    assert not hanging.player.playback.playing
    assert not hanging.player.isVisible()
    assert not hanging.moving.is_on


def test_phases_a_minute_apart_are_not_waited_for(qtbot, upright):
    slow = VolumeLoop((upright, upright, upright), np.array([0.0, 62_000.0, 124_000.0]), "Acquisition Time")
    assert played_times(slow).rate == pytest.approx(SLOW_FPS)
    player = VolumePlayer()
    qtbot.addWidget(player)
    player.show_loop(slow)
    assert "phases are 62 s apart" in player.words()


def test_3d_renders_the_voxels_of_the_phase(qtbot, upright):
    empty = np.full(upright.shape, -1000, np.int16)
    full = empty.copy()
    full[3:9, 5:15, 6:18] = 1000
    exhibits = [volume_exhibit(Volume(voxels, upright.affine_lps, "HU")) for voxels in (empty, full)]
    exhibits = [replace(exhibit, modality="CT") for exhibit in exhibits]
    view = VolumeView(exhibits[0])
    qtbot.addWidget(view)
    view.resize(160, 120)
    view.show()

    def lit(exhibit):
        def is_it(picture):
            request = picture.request
            return request.volume is exhibit.volume and request.detail is Detail.FULL

        with qtbot.waitSignal(view.rendered, timeout=60_000, check_params_cb=is_it) as got:
            view.show_exhibit(exhibit)
        return int((image_to_array(got.args[0].image)[..., :3].max(axis=-1) > 60).sum())

    assert lit(exhibits[0]) == 0
    assert lit(exhibits[1]) > 100
    view.close()
