"""The colours that the panels draw with, taken from the theme in force."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtGui import QColor

from app import theme


class Ink(StrEnum):
    """What a colour stands for; the values are roles of palette.json."""

    TEXT = "text"
    QUIET = "faint"
    TRACK = "line"
    MODEL = "model"
    AGAINST = "action"
    BEFORE = "soft"


def ink(name: Ink) -> QColor:
    """The colour called `name` in the theme in force."""
    return theme.colour(name.value)
