"""The rows about hanging by protocol and about loops in step."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.command import FILE, PICTURE, VIEW, Command, always, has_study
from app.reading_status import ReadStatus
from app.viewer.cine_step import InStep

if TYPE_CHECKING:
    from app.room import Room


def _several_loops(room: Room) -> bool:
    return room.stepping.several


def _loop_commands() -> tuple[Command, ...]:
    def step(room: Room, frames: int) -> None:
        if not (room.phasing.step(frames) or room.stepping.step(frames)):
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


def _hanging_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=VIEW, when=has_study)
    return (
        row("Grid of viewports…", ("Ctrl+3",), lambda r: r.protocols.ask_for_grid(),
            "Choose rows and columns of viewports, up to four by four", icon="layout-grid"),
        row("Hanging protocols…", ("Ctrl+H",), lambda r: r.protocol_saving.ask(),
            "Hang the study by another protocol, or save what hangs as one"),
        row("Next hanging", (".",), lambda r: r.protocols.step(1),
            "The next stage of the protocol; after its last one, the next protocol that suits", picture=True),
        row("Previous hanging", (",",), lambda r: r.protocols.step(-1),
            "The stage before; before the first one, the protocol before", picture=True),
        row("Next hanging protocol", ("Alt+.",), lambda r: r.protocols.step_protocol(1),
            "Hang the study by the next protocol that suits it", picture=True),
        row("Previous hanging protocol", ("Alt+,",), lambda r: r.protocols.step_protocol(-1),
            "Hang the study by the protocol before", picture=True),
        row("Place priors by themselves", (), lambda r: r.placing_priors.toggle(),
            "Bring the latest prior up beside each study that is opened; no model is run",
            when=always, is_on=lambda r: r.placing_priors.is_on),
    )  # fmt: skip


def _screen_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=VIEW)
    return (
        row("New viewport window", ("Ctrl+Shift+N",), lambda r: r.screens.open_window(),
            "One more window of viewports, for another screen; three at most",
            when=lambda r: r.screens.can_open),
        row("Close viewport window", ("Ctrl+Shift+F4",), lambda r: r.screens.close_window(),
            "Close the further window that holds the chosen viewport, else the last one",
            when=lambda r: bool(r.screens.windows)),
    )  # fmt: skip


def _status_commands() -> tuple[Command, ...]:
    rows = (
        (ReadStatus.UNREAD, "Ctrl+Shift+U", "Nobody has read it yet"),
        (ReadStatus.IN_PROGRESS, "Ctrl+Shift+I", "It is being read; opening a study says so by itself"),
        (ReadStatus.READ, "Ctrl+Shift+R", "It has been read"),
        (ReadStatus.REPORTED, "Ctrl+Shift+E", "Its report is written; saving a report says so by itself"),
    )  # fmt: skip

    def row(status: ReadStatus, key: str, tip: str) -> Command:
        return Command(f"Mark study as {status.value}", (key,), lambda r: r.marking.mark(status), tip, FILE,
                       when=lambda r: r.marking.status is not None,
                       is_on=lambda r: r.marking.status is status)  # fmt: skip

    return tuple(row(*entry) for entry in rows)


def _worklist_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=FILE)
    return (
        row("Next study", ("Ctrl+Right",), lambda r: r.worklist.step(1),
            "Open the study below in the study list, as it is searched", when=lambda r: r.worklist.has(1)),
        row("Previous study", ("Ctrl+Left",), lambda r: r.worklist.step(-1),
            "Open the study above in the study list", when=lambda r: r.worklist.has(-1)),
    )  # fmt: skip


HANGING_COMMANDS: tuple[Command, ...] = (
    *_worklist_commands(),
    *_status_commands(),
    *_hanging_commands(),
    *_screen_commands(),
)
LOOP_COMMANDS: tuple[Command, ...] = (*_loop_commands(), *_step_commands())
