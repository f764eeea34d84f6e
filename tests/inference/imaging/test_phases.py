"""Volumes in time: every phase is read with its own voxels, in the order of its moments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inference.errors import SeriesError
from inference.imaging.phases import MOST_BYTES, moving_with, phase_of, read_volume_loop
from inference.imaging.read import read_cine
from inference.imaging.scan import scan
from inference.imaging.study import Kind


@pytest.fixture(scope="module")
def short_axis(shared_data):
    study = scan(shared_data / "cardiac_cine" / "sunnybrook_SCD0002001_sax").studies[0]
    return study, next(d for d in study.display_sets if d.kind is Kind.CINE_STACK)


def test_every_phase_of_a_short_axis_stack_is_a_volume_of_its_own(short_axis):
    study, display_set = short_axis
    sets = moving_with(study.series_of(display_set), display_set)
    assert sets == (display_set,)
    loop = read_volume_loop(sets)
    assert [volume.shape for volume in loop.volumes] == [(10, 256, 256)] * 20
    for position in (0, 7):
        cine = read_cine(display_set, position=position)
        for phase in (0, 11, 19):
            assert np.array_equal(loop.volumes[phase].voxels[position], cine.frames[phase])
    assert np.array_equal(loop.times_ms, read_cine(display_set).times_ms)
    assert loop.rate_source == "Trigger Time"


def phases_of(display_set, count=4):
    """Display sets as a series split by its temporal position has them."""
    step = display_set.phases
    made = []
    for number in range(count):
        index = display_set.frame_index[number::step]
        shape = (len(index), *display_set.shape[1:])
        made.append(
            replace(display_set, uid=f"{display_set.uid}_{number}", kind=Kind.VOLUME, phases=1, shape=shape,
                    frame_index=index, split_by=f"phase {number + 9}")
        )  # fmt: skip
    return tuple(made)


def test_volumes_that_differ_in_their_phase_alone_move_together(short_axis):
    study, display_set = short_axis
    sets = phases_of(display_set)
    series = replace(study.series_of(display_set), display_sets=tuple(reversed(sets)))
    found = moving_with(series, sets[2])
    assert [d.split_by for d in found] == ["phase 9", "phase 10", "phase 11", "phase 12"]
    assert phase_of(found, sets[2]) == 2
    loop = read_volume_loop(found)
    assert len(loop.volumes) == 4
    assert np.array_equal(loop.volumes[2].voxels[3], read_cine(display_set, position=3).frames[2])
    assert (np.diff(loop.times_ms) > 0).all()


def test_volumes_apart_by_more_than_the_moment_do_not_move_together(short_axis):
    study, display_set = short_axis
    sets = phases_of(display_set)
    others = (
        sets[0],
        replace(sets[1], split_by="phase 10, b 1000"),
        replace(sets[2], shape=(9, 256, 256)),
        replace(sets[3], spacing_mm=(8.0, 1.0, 1.0)),
    )
    series = replace(study.series_of(display_set), display_sets=others)
    assert moving_with(series, sets[0]) == ()
    assert moving_with(series, replace(sets[0], split_by="")) == ()


def test_what_does_not_fit_into_memory_is_refused_with_a_sentence(short_axis):
    _study, display_set = short_axis
    huge = replace(display_set, shape=(MOST_BYTES // (2 * 512 * 512) + 1, 512, 512))
    with pytest.raises(SeriesError, match="GB of memory"):
        read_volume_loop((huge,))
