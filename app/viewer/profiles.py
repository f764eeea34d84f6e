"""What mouse and keys do, as data: profiles in resources/profiles, and the reader's own changes to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

from PySide6.QtCore import Qt

import resources
from app.viewer.look import Tool

STANDARD = "standard"
IN_HAND = "tool"  # what the button does that uses the tool in hand
WHEEL_DEEDS = ("scroll", "scroll ten", "zoom")
_BUTTONS = {
    Qt.MouseButton.LeftButton: "left",
    Qt.MouseButton.MiddleButton: "middle",
    Qt.MouseButton.RightButton: "right",
}
_MODIFIERS = (
    (Qt.KeyboardModifier.ControlModifier, "Ctrl"),
    (Qt.KeyboardModifier.AltModifier, "Alt"),
    (Qt.KeyboardModifier.ShiftModifier, "Shift"),
)


@dataclass(frozen=True)
class Profile:
    """One way to hold mouse and keyboard.

    mouse  "Shift+left" -> name of a tool, or "tool" for the one in hand
    wheel  "Ctrl" -> what turning the wheel does with that key held; "" for none
    keys   text of a command -> its shortcuts, where they differ from the table of commands
    """

    key: str
    title: str
    mouse: Mapping[str, str]
    wheel: Mapping[str, str]
    keys: Mapping[str, tuple[str, ...]]
    down_is_brighter: bool = True

    def tool(self, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier, in_hand: Tool) -> Tool | None:
        """What a press does; a button with a modifier that means nothing does what it does without."""
        name = _BUTTONS.get(button, "")
        held = modifier_words(modifiers)
        found = self.mouse.get(f"{held}+{name}" if held else name) or self.mouse.get(name)
        if found is None:
            return None
        return in_hand if found == IN_HAND else Tool(found)

    @staticmethod
    def knows(deed: str) -> bool:
        """Whether a name means a tool, the one in hand, or nothing."""
        return deed in ("", IN_HAND, *Tool)

    def turn(self, modifiers: Qt.KeyboardModifier) -> str:
        """What turning the wheel does."""
        return self.wheel.get(modifier_words(modifiers)) or self.wheel.get("", "scroll")

    def with_mouse(self, press: str, deed: str) -> Profile:
        """Another tool on a button; empty for none."""
        kept = {key: value for key, value in self.mouse.items() if key != press}
        return replace(self, mouse=MappingProxyType(kept | ({press: deed} if deed else {})))

    def with_keys(self, command: str, keys: tuple[str, ...]) -> Profile:
        """Other shortcuts for a command."""
        return replace(self, keys=MappingProxyType({**self.keys, command: keys}))


def modifier_words(modifiers: Qt.KeyboardModifier) -> str:
    """Held keys in words, such as "Ctrl+Shift"."""
    return "+".join(word for flag, word in _MODIFIERS if modifiers & flag)


@lru_cache(maxsize=8)
def profile_called(key: str) -> Profile:
    """A profile that ships with the product; the standard one where there is none of that name."""
    known = key if key in profile_keys() else STANDARD
    told = json.loads(resources.path(f"profiles/{known}.json").read_text(encoding="utf-8"))
    return Profile(
        known,
        told["title"],
        MappingProxyType(told["mouse"]),
        MappingProxyType(told["wheel"]),
        MappingProxyType({text: tuple(keys) for text, keys in told["keys"].items()}),
        told["down_is_brighter"],
    )


def profile_keys() -> tuple[str, ...]:
    """The profiles that ship with the product, the standard one first."""
    names = sorted(path.stem for path in resources.path("profiles").glob("*.json"))
    return (STANDARD, *(name for name in names if name != STANDARD))
