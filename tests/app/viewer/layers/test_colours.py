"""Colour by value at one opacity."""

import numpy as np
import pytest

from app.viewer.layers.colours import coloured, table

SIGNED = table(signed=True, greyed=False)
VALUES = np.linspace(-1, 1, 201, dtype=np.float32)[None]


def luminance(colours):
    return colours.astype(float) @ (0.2126, 0.7152, 0.0722)


def test_one_opacity_above_the_threshold_and_nothing_below():
    alpha = coloured(VALUES, 1.0, 0.3, 0.5, table(signed=True, greyed=False))[0, :, 3]
    assert set(alpha[np.abs(VALUES[0]) >= 0.3]) == {128}
    assert set(alpha[np.abs(VALUES[0]) < 0.3]) == {0}


def test_the_middle_is_transparent_even_without_a_threshold():
    assert coloured(np.zeros((1, 1), np.float32), 1.0, 0.0, 0.5, SIGNED)[0, 0, 3] == 0


def test_what_the_model_did_not_see_is_transparent():
    assert coloured(np.full((1, 1), np.nan, np.float32), 1, 0, 1, SIGNED)[0, 0, 3] == 0


@pytest.mark.parametrize("signed", [True, False])
def test_lightness_rises_with_strength(signed):
    colours = table(signed=signed, greyed=False)
    assert (np.diff(luminance(colours[255:])) >= -1e-9).all()
    assert (np.diff(luminance(colours[254::-1])) >= -1e-9).all()


def test_for_is_warm_and_against_is_cold():
    colours = table(signed=True, greyed=False).astype(int)
    assert colours[450][0] > colours[450][2]
    assert colours[60][2] > colours[60][0]
