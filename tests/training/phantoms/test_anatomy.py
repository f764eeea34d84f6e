"""Subjects are warps of the atlas that can be followed both ways and leave the skull in place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training.phantoms.anatomy import Build, Push, render, sample, warp_of

pytestmark = pytest.mark.usefixtures("anatomy")
PLAIN = Build(seed=1)


def test_a_point_followed_into_the_subject_comes_back():
    warp = warp_of(replace(PLAIN, size=(0.95, 1.04, 1.0), ventricle_mm=4.0))
    for point in ((20.0, 30.0, 10.0), (-40.0, -20.0, 25.0), (0.0, 50.0, -30.0)):
        assert np.allclose(warp.to_atlas(warp.from_atlas(point)), point, atol=0.1)


def test_a_push_moves_tissue_away_and_fades_before_the_skull():
    pushed = warp_of(replace(PLAIN, pushes=(Push((35.0, 10.0, 20.0), 15.0, 6.0),)))
    midline, skull = (0.0, 10.0, 20.0), (82.0, 10.0, 20.0)
    before = warp_of(PLAIN)
    assert pushed.from_atlas(midline)[0] < before.from_atlas(midline)[0] - 1
    assert np.allclose(pushed.from_atlas(skull), before.from_atlas(skull), atol=0.2)


def test_wider_ventricles_and_sulci_hold_more_fluid():
    plain, wide, old = (
        render(b) for b in (PLAIN, replace(PLAIN, ventricle_mm=8.0), replace(PLAIN, sulci=4.0))
    )
    assert (wide.ventricle_mm < 0).sum() > 2 * (plain.ventricle_mm < 0).sum()
    deep = plain.depth_mm > 20
    assert wide.tissue("csf")[deep].sum() > 1.5 * plain.tissue("csf")[deep].sum()
    assert old.tissue("csf").sum() > 1.2 * plain.tissue("csf").sum()


def test_the_skin_stays_where_it_is_whatever_happens_inside():
    plain, full = (render(b) for b in (PLAIN, replace(PLAIN, crescents=((1, 14.0),), ventricle_mm=8.0)))
    scalp = plain.depth_mm < -8
    assert np.allclose(full.tissue("fat")[scalp], plain.tissue("fat")[scalp], atol=0.02)


def test_sampling_is_exact_on_the_grid_and_linear_between():
    values = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)
    index = np.array([[1, 0.5], [2, 1], [3, 1.5]], np.float32)
    assert np.allclose(sample(values, index)[0], [23, 11.5])
    assert sample(values, np.array([[5], [0], [0]], np.float32), outside="zeros")[0, 0] == 0
