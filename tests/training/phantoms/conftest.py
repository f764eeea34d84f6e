"""Phantoms that several tests look at; each is made once."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

import pytest


@pytest.fixture(scope="session")
def anatomy():
    """Skip where the wheel that carries the anatomy is missing."""
    if find_spec("nilearn") is None:
        pytest.skip("nilearn, whose wheel carries the anatomy, is not installed")


@pytest.fixture(scope="session")
def case_of(anatomy):  # noqa: ARG001 - asked for so that it can skip
    """A case of some kinds of lesions, quick to render: coarse pixels, chosen series."""
    from training.phantoms.brain import brain_case

    @cache
    def make(*lesions, seed=7, series=("T1", "T2", "FLAIR", "T1C", "DWI")):
        return brain_case(seed, lesions=lesions, series=series, pixel_mm=(2.0, 2.2))

    return make
