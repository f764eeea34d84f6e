"""The look of the window."""

import json
import re

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor

import resources
from app import theme
from app.viewer.grey import image_to_array

NAMES = ("dark", "light")
ROLES = ("text", "soft", "faint", "model", "person", "good", "warning", "bad", "action")


@pytest.fixture(autouse=True)
def _back_to_dark(qapp):
    yield
    theme.apply(qapp, "dark")


def luminance(colour: QColor) -> float:
    channels = np.array([colour.redF(), colour.greenF(), colour.blueF()])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one: QColor, other: QColor) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("role", ROLES)
def test_every_text_can_be_read_on_every_ground(qapp, name, role):
    theme.apply(qapp, name)
    for ground in ("ground", "panel"):
        assert contrast(theme.colour(role), theme.colour(ground)) >= 4.5


@pytest.mark.parametrize("name", NAMES)
def test_the_style_sheet_names_only_colours_that_exist(qapp, name):
    theme.apply(qapp, name)
    assert "@" not in theme.style_sheet()


def test_both_themes_have_the_same_roles():
    themes = json.loads(resources.path("style/palette.json").read_text("utf-8"))
    assert themes["dark"].keys() == themes["light"].keys()


def test_every_icon_is_drawn_in_the_text_colour(qapp):
    theme.apply(qapp, "dark")
    text = theme.colour("text")
    ink = [text.red(), text.green(), text.blue()]
    for file in sorted(resources.path("icons").glob("*.svg")):
        drawn = image_to_array(theme.icon(file.stem).pixmap(QSize(48, 48)).toImage())
        inked = drawn[drawn[..., 3] > 250]
        assert len(inked) > 30, file.stem
        assert np.abs(inked[:, :3].astype(int) - ink).max() <= 2, file.stem


def test_icons_share_one_grid_and_stroke():
    for file in resources.path("icons").glob("*.svg"):
        source = file.read_text("utf-8")
        assert 'viewBox="0 0 24 24"' in source
        assert 'stroke-width="1.75"' in source
        assert not re.search(r"#[0-9a-fA-F]{3}", source)


def test_figures_are_tabular(qapp):
    theme.apply(qapp, "dark")
    from PySide6.QtGui import QFontMetricsF

    widths = {QFontMetricsF(theme.caption_font()).horizontalAdvance(digit) for digit in "0123456789"}
    assert len(widths) == 1
