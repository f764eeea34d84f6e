"""The look of the window."""

import json
import re

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QComboBox, QToolButton

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


GROUNDS = ("ground", "panel", "raised", "hover", "action_ground")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ground", GROUNDS)
def test_every_pair_of_the_palette_has_contrast_enough(qapp, name, ground):
    theme.apply(qapp, name)
    pairs = {role: contrast(theme.colour(role), theme.colour(ground)) for role in ROLES}
    assert {role: round(ratio, 2) for role, ratio in pairs.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("name", NAMES)
def test_what_stands_on_a_colour_can_be_read_and_what_is_off_can_be_seen(qapp, name):
    theme.apply(qapp, name)
    assert contrast(theme.colour("on_action"), theme.colour("action")) >= 4.5
    assert contrast(theme.colour("ground"), theme.colour("model")) >= 4.5  # the letters of solid badges
    assert contrast(theme.colour("disabled"), theme.colour("panel")) >= 3.0
    for ground in GROUNDS:  # the ring round what has the keys
        assert contrast(theme.colour("action"), theme.colour(ground)) >= 3.0


@pytest.mark.parametrize("name", NAMES)
def test_a_list_to_choose_from_shows_its_arrow(qtbot, qapp, name):
    theme.apply(qapp, name)
    box = QComboBox()
    qtbot.addWidget(box)
    box.resize(200, 30)
    pixels = image_to_array(box.grab().toImage())[..., :3].astype(int)
    arrow = pixels[8:-8, -26:-4]
    ink = theme.colour("soft")
    away = np.abs(arrow - [ink.red(), ink.green(), ink.blue()]).max(axis=-1)
    assert (away < 40).sum() >= 8


def test_widths_grow_with_the_texts(qapp):
    theme.apply(qapp, "dark", 150)
    assert (theme.percent(), theme.scaled(100)) == (150, 150)


@pytest.mark.parametrize("percent", [100, 150, 300])
def test_no_dialog_is_larger_than_the_screen(qapp, percent):
    theme.apply(qapp, "dark", percent)
    room = qapp.primaryScreen().availableSize()
    size = theme.size_on_screen(620, 640)
    assert size.width() <= room.width()
    assert size.height() <= room.height()
    assert size.width() >= min(620, room.width() * 0.9)


def test_the_icon_of_a_button_is_drawn_anew_in_the_ink_of_every_theme(qapp, qtbot):
    button = QToolButton()
    qtbot.addWidget(button)
    theme.apply(qapp, "dark")
    theme.give_icon(button, "cross")

    def brightest() -> float:
        image = button.icon().pixmap(32, 32).toImage()
        pixels = [image.pixelColor(x, y) for x in range(32) for y in range(32)]
        return max(p.lightnessF() for p in pixels if p.alphaF() > 0.9)

    bright = brightest()
    theme.apply(qapp, "light")
    assert bright > 0.8
    assert brightest() < 0.4
    theme.apply(qapp, "dark")
