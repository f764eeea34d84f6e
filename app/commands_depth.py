"""The rows about volumes in 3-D, and about movies."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.command import DEPTH, FILE, Command

if TYPE_CHECKING:
    from app.room import Room


def has_volume_view(room: Room) -> bool:
    """Something hangs in 3-D."""
    return room.depth.view is not None and room.viewing.has_picture


def _is_cropped(room: Room) -> bool:
    return room.depth.view is not None and room.depth.view.look.cropped


def _is_clipped(room: Room) -> bool:
    return room.depth.view is not None and room.depth.view.look.clip is not None


def _can_clip(room: Room) -> bool:
    return has_volume_view(room) and (_is_clipped(room) or room.depth.plane() is not None)


def _is_shaded(room: Room) -> bool:
    return room.depth.view is not None and room.depth.view.preset.shade


def _table_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=DEPTH, when=has_volume_view)
    return (
        row("3-D panel", ("Alt+D",), lambda r: r.depth.toggle_panel(),
            "Preset, curve, light and crop box of the volume in 3-D, or put the panel away",
            is_on=lambda r: r.depth.panel_wanted),
        row("Next 3-D preset", ("Alt+V",), lambda r: r.rendering.step_preset(1),
            "Render by the next preset that suits"),
        row("Previous 3-D preset", ("Alt+Shift+V",), lambda r: r.rendering.step_preset(-1),
            "Render by the preset before"),
        row("Volume, MIP, MinIP or average", ("Alt+M",), lambda r: r.rendering.step_blend(),
            "How the values along a ray become one: seen through, highest, lowest, mean"),
        row("Light and shade", ("Alt+H",), lambda r: r.rendering.toggle_shading(),
            "Render with light and shade, or flat", is_on=_is_shaded),
        row("Reset 3-D preset", (), lambda r: r.rendering.reset_preset(),
            "The preset as it was before its curve or light was changed"),
        row("Save 3-D preset…", (), lambda r: r.rendering.ask_for_name(),
            "Keep how the volume is rendered now under a name of yours"),
    )  # fmt: skip


def _crop_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=DEPTH)
    return (
        row("Crop box", ("Alt+C",), lambda r: r.rendering.toggle_crop(),
            "Render only what lies within a box along the patient, or everything",
            when=has_volume_view, is_on=_is_cropped),
        row("Reset crop box", (), lambda r: r.rendering.reset_crop(),
            "Take the box back to the ends of the volume", when=_is_cropped),
        row("Cut along the plane", ("Alt+X",), lambda r: r.rendering.toggle_clip(),
            "Cut away in 3-D what lies in front of the plane in the chosen viewport, or bring it back",
            when=_can_clip, is_on=_is_clipped),
    )  # fmt: skip


def _side_commands() -> tuple[Command, ...]:
    rows = (("A", "front"), ("P", "back"), ("R", "right"), ("L", "left"), ("S", "top"), ("I", "bottom"))

    def row(letter: str, side: str) -> Command:
        return Command(f"Seen from the {side}", (f"Alt+{letter}",), lambda r: r.rendering.look_from(letter),
                       f"Turn the volume in 3-D so that the {side} of the patient faces you", DEPTH,
                       when=has_volume_view)  # fmt: skip

    return tuple(row(*entry) for entry in rows)


def _movie_commands() -> tuple[Command, ...]:
    return (
        Command("Save turntable…", (), lambda r: r.filming.ask_for_turntable(),
                "Turn the volume once and save that as MP4 or GIF", DEPTH,
                when=lambda r: has_volume_view(r) and not r.filming.is_filming),
        Command("Stop turntable", (), lambda r: r.filming.stop(),
                "End the turn; nothing is written", DEPTH, when=lambda r: r.filming.is_filming),
        Command("Save loop…", (), lambda r: r.filming.ask_for_loop(),
                "Save the loop in the chosen viewport as MP4 or GIF, at its own rate", FILE,
                when=lambda r: r.filming.loop is not None and not r.filming.is_filming),
    )  # fmt: skip


DEPTH_COMMANDS: tuple[Command, ...] = (
    *_table_commands(),
    *_crop_commands(),
    *_side_commands(),
    *_movie_commands(),
)
