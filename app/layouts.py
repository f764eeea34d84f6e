"""How viewports are laid out, and what hangs where, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.manner import Manner

PER_WINDOW = 16  # places for a view in one window; a layout shows the first few of them
WINDOWS = 3  # that viewports can stand in: the reading window, and two more for other screens
SLOTS = PER_WINDOW * WINDOWS


class Layout(StrEnum):
    """How the viewports are laid out: rows x columns."""

    ONE = "1x1"
    TWO = "1x2"
    THREE = "1x3"
    FOUR_ACROSS = "1x4"
    TWO_DOWN = "2x1"
    FOUR = "2x2"
    SIX = "2x3"
    EIGHT = "2x4"
    THREE_DOWN = "3x1"
    SIX_DOWN = "3x2"
    NINE = "3x3"
    TWELVE = "3x4"
    FOUR_DOWN = "4x1"
    EIGHT_DOWN = "4x2"
    TWELVE_DOWN = "4x3"
    SIXTEEN = "4x4"

    @property
    def rows(self) -> int:
        """Viewports from top to bottom."""
        return int(self.value[0])

    @property
    def columns(self) -> int:
        """Viewports from left to right."""
        return int(self.value[2])

    @property
    def views(self) -> int:
        """How many slots are on the screen."""
        return self.rows * self.columns


@dataclass(frozen=True)
class Arrangement:
    """What hangs where: a layout for each window, and for each slot a display set and how it is shown.

    slots    display set uid per slot, of the first window first; what is missing is empty
    manners  per slot; what is missing is shown as acquired
    further  layouts of the windows after the first
    planes   display set uid of the volume whose planes lie over the first window; empty for none
    """

    layout: Layout
    slots: tuple[str, ...] = ()
    manners: tuple[Manner, ...] = ()
    further: tuple[Layout, ...] = ()
    planes: str = ""
