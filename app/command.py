"""One action of the user: the row of which the table of commands is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.room import Room

Do = Callable[["Room"], object]
Ask = Callable[["Room"], bool]

FILE, VIEW, PICTURE, WINDOWS, MODEL, HELP = "File", "View", "Picture", "Window", "Model", "Help"
MEASURE, SEGMENT, DEPTH = "Measure", "Segment", "3-D"
MENUS = (FILE, VIEW, PICTURE, MEASURE, SEGMENT, DEPTH, WINDOWS, MODEL, HELP)
FAR = 1_000_000  # slices: further than any stack reaches


def always(_room: Room) -> bool:
    """The action can be taken at any time."""
    return True


@dataclass(frozen=True)
class Command:
    """One action.

    text     in menus and the palette; an ellipsis where it asks for more
    keys     shortcuts, the first one is shown
    tip      what it does, in a sentence without a full stop
    when     whether it can be taken now
    is_on    for actions that switch something: whether it is on now
    icon     name of the icon; only actions with one stand in the toolbar, in the order of the table
    picture  the keys are meant for the pictures only, since panels and lists use them for their own
    """

    text: str
    keys: tuple[str, ...]
    do: Do
    tip: str
    menu: str
    when: Ask = always
    is_on: Ask | None = None
    icon: str = ""
    picture: bool = False


def has_study(room: Room) -> bool:
    """A study is open."""
    return room.workspace.sitting.current is not None


def has_picture(room: Room) -> bool:
    """There is a picture to act on."""
    return room.viewing.has_picture
