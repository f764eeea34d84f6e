"""The rows about loops in step."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.command import PICTURE, Command, has_study
from app.viewer.cine_step import InStep

if TYPE_CHECKING:
    from app.room import Room


def _several_loops(room: Room) -> bool:
    return room.stepping.several


def _loop_commands() -> tuple[Command, ...]:
    def step(room: Room, frames: int) -> None:
        if not room.stepping.step(frames):
            room.arranging.step_series(frames)

    row = partial(Command, menu=PICTURE, when=has_study, picture=True)
    return (
        row("Next frame or series", ("Right",), lambda r: step(r, 1),
            "One frame or phase on in a loop, which rests; elsewhere the next series"),
        row("Previous frame or series", ("Left",), lambda r: step(r, -1),
            "One frame or phase back in a loop, which rests; elsewhere the series before"),
        row("Play all loops", ("Ctrl+Space",), lambda r: r.stepping.play_all(),
            "Play every loop on the screen, or pause all", when=lambda r: bool(r.stepping.loops)),
    )  # fmt: skip


def _step_commands() -> tuple[Command, ...]:
    rows = (
        (InStep.PHASE, "Alt+5", "Systole beside systole where its ends are known, else the same share"),
        (InStep.TIME, "Alt+6", "The same milliseconds after the first frame, as after the trigger"),
        (InStep.FRACTION, "Alt+7", "The same share of each loop"),
    )  # fmt: skip

    def row(by: InStep, key: str, tip: str) -> Command:
        return Command(f"Loops in step by {by}", (key,), lambda r: r.stepping.go_by(by), tip, PICTURE,
                       when=_several_loops, is_on=lambda r: r.stepping.by is by)  # fmt: skip

    return tuple(row(*entry) for entry in rows)


ROOM_COMMANDS: tuple[Command, ...] = (*_loop_commands(), *_step_commands())
