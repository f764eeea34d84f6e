"""The rows about planes that are turned, series that are fused, and volumes that move."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.command import VIEW, WINDOWS, Command, has_picture
from app.workbench.turning import STEP_DEG

if TYPE_CHECKING:
    from app.room import Room


def _can_turn(room: Room) -> bool:
    return has_picture(room) and room.turning.can_turn


def _turning_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=VIEW, when=_can_turn)
    return (
        row("Turn planes clockwise", ("Alt+Right",), lambda r: r.turning.turn(STEP_DEG),
            "Turn the lines of the other planes by 5° about the crosshair (also drag a line by its end)"),
        row("Turn planes anticlockwise", ("Alt+Left",), lambda r: r.turning.turn(-STEP_DEG),
            "Turn the lines of the other planes back by 5° about the crosshair"),
        row("Turn one plane clockwise", ("Alt+Shift+Right",), lambda r: r.turning.turn(STEP_DEG, alone=True),
            "Turn the more upright line alone (also drag it with Shift)"),
        row("Turn one plane anticlockwise", ("Alt+Shift+Left",),
            lambda r: r.turning.turn(-STEP_DEG, alone=True), "Turn the more upright line back alone"),
        row("Planes along the patient", ("Alt+0",), lambda r: r.turning.straighten(),
            "Lay turned planes axial, sagittal and coronal again, through the same point",
            when=lambda r: _can_turn(r) and r.turning.is_turned),
    )  # fmt: skip


def _is_fused(room: Room) -> bool:
    return has_picture(room) and room.fusing.layer is not None


def _fusion_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=VIEW, when=_is_fused)
    return (
        row("Fuse with…", ("Ctrl+F",), lambda r: r.fusing.ask(),
            "Lay another series over the chosen one, in its place in the patient",
            when=lambda r: has_picture(r) and bool(r.fusing.offered)),
        row("Fusion on or off", ("Ctrl+Shift+F",), lambda r: r.fusing.toggle(),
            "The picture alone, or with the series that is laid over it",
            is_on=lambda r: _is_fused(r) and r.fusing.layer is not None and r.fusing.layer.look.shown),
        row("More of the fused series", ("Ctrl+]",), lambda r: r.fusing.fade(1), "A tenth more opaque"),
        row("Less of the fused series", ("Ctrl+[",), lambda r: r.fusing.fade(-1), "A tenth less opaque"),
    )  # fmt: skip


def _preset_commands() -> tuple[Command, ...]:
    return (
        Command("Window presets…", (), lambda r: r.presetting.ask(),
                "Change the windows on the number keys for the modality of the chosen picture", WINDOWS,
                when=lambda r: has_picture(r) and bool(r.presetting.modality)),
    )  # fmt: skip


PLANE_COMMANDS: tuple[Command, ...] = (*_turning_commands(), *_fusion_commands(), *_preset_commands())
