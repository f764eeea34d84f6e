"""Fixtures of the viewer's tests."""

from __future__ import annotations

import pytest

from app import theme
from inference.imaging.volume import Volume
from tests.app.viewer.patients import OBLIQUE, UPRIGHT, affine, placed_volume


@pytest.fixture(autouse=True)
def _dressed(qapp):
    theme.apply(qapp, "dark")


@pytest.fixture
def upright() -> Volume:
    return placed_volume(affine(UPRIGHT))


@pytest.fixture
def oblique() -> Volume:
    return placed_volume(affine(OBLIQUE))
