"""The reference head: tissue fractions, symmetric, in LPS; a clear word where its source is missing."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from inference.errors import FileError
from training.phantoms.atlas import GRID_MM, load_atlas

pytestmark = pytest.mark.usefixtures("anatomy")


def at(values, x, y, z):
    """The value nearest to a point in LPS millimetres."""
    affine = load_atlas().affine_lps
    index = np.rint((np.array([x, y, z]) - affine[:3, 3]) / GRID_MM).astype(int)[::-1]
    return values[tuple(index)]


def test_tissues_are_fractions():
    tissues = load_atlas().tissues
    assert tissues.min() >= 0
    assert tissues.sum(axis=0).max() <= 1 + 1e-5


def test_known_places_hold_their_tissue():
    atlas = load_atlas()
    assert at(atlas.tissue("wm"), 28, -10, 30) > 0.8  # centrum semiovale
    assert at(atlas.tissue("gm"), 12, -14, 12) > 0.5  # caudate
    assert at(atlas.tissue("csf"), 8, -12, 16) > 0.5  # frontal horn
    assert at(atlas.tissue("fluid"), 32, -66, -34) > 0.8  # left eye lies in front, which is -y in LPS
    assert at(atlas.ventricle_mm, 8, -12, 16) < 0
    assert at(atlas.depth_mm, 0, 10, 20) > 40


def test_the_brain_has_the_volume_of_a_brain():
    atlas = load_atlas()
    litres = (atlas.tissue("gm") + atlas.tissue("wm")).sum() * GRID_MM**3 / 1e6
    assert 1.2 < litres < 1.9


def test_without_nilearn_the_hint_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(FileError, match="nilearn") as caught:
        load_atlas.__wrapped__()
    assert caught.value.hint == "pip install negatoscope[train]"
