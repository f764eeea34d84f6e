"""Quick methods are checked against forgotten weights without being asked; others where a reader asks."""

from __future__ import annotations

import pytest

from app.reading import ASKED_TWICE, with_checks
from explain.methods import METHODS


@pytest.mark.parametrize("method", METHODS)
def test_the_check_against_forgotten_weights_comes_with_quick_methods(method):
    assert with_checks(method)["randomised"] is (method in ASKED_TWICE)


def test_what_the_reader_asks_for_comes_first():
    assert with_checks("lime", {"randomised": True, "seed": 3}) == {"randomised": True, "seed": 3}
