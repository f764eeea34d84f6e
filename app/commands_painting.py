"""The rows about segments that are painted by hand."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.command import SEGMENT, Command, has_picture
from app.viewer.look import Tool

if TYPE_CHECKING:
    from app.room import Room


def _can_paint(room: Room) -> bool:
    return has_picture(room) and room.painting.subject is not None


def _has_brush(room: Room) -> bool:
    return _can_paint(room) and room.painting.is_on


def _has_segment(room: Room) -> bool:
    return _can_paint(room) and room.painting.segment is not None


def _tool_commands() -> tuple[Command, ...]:
    rows = (
        ("Brush", "Alt+B", Tool.BRUSH, "Drag to paint a segment; Shift+wheel changes the size"),
        ("Eraser", "Alt+E", Tool.ERASER, "Drag to take voxels away from the segment in hand"),
        ("Grow from a place", "Alt+G", Tool.GROW,
         "Click: what is joined to the place, and has values in the range, becomes part of the segment"),
    )  # fmt: skip

    def row(text: str, key: str, tool: Tool, tip: str) -> Command:
        return Command(text, (key,), lambda r: r.painting.take(tool), tip, SEGMENT, when=_can_paint,
                       is_on=lambda r: r.viewing.tool is tool)  # fmt: skip

    return tuple(row(*entry) for entry in rows)


def _brush_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=SEGMENT, when=_has_brush)
    return (
        row("Larger brush", ("+", "="), lambda r: r.painted_wall.resize(1), "A larger brush", picture=True),
        row("Smaller brush", ("-",), lambda r: r.painted_wall.resize(-1), "A smaller brush", picture=True),
        row("Ball or disc", ("Alt+O",), lambda r: r.painting_table.toggle_ball(),
            "Paint a ball in the patient, or a disc on the slice", is_on=lambda r: r.painting.brush.ball),
        row("Only values of a range", ("Alt+J",), lambda r: r.painting_table.toggle_limits(),
            "Paint, erase and grow only where the value lies in a range, or everywhere",
            is_on=lambda r: r.painting.brush.limits is not None),
        row("Put the painting tools away", ("Alt+U",), lambda r: r.painting.put_down(),
            "Back to brightness and contrast; what was painted stays"),
    )  # fmt: skip


def _segment_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=SEGMENT, when=_has_segment)
    return (
        row("New segment", ("Alt+N",), lambda r: r.painting.begin_segment(),
            "Begin a segment on the volume in the chosen viewport", when=_can_paint),
        row("Fill between slices", ("Alt+W",), lambda r: r.painting_acts.fill_between(),
            "Complete the segment in hand between slices that were drawn on"),
        row("Fill holes", ("Alt+K",), lambda r: r.painting_acts.fill_holes(),
            "Fill what the segment in hand encloses, as noise in a region that was grown"),
        row("Clear slice", ("Alt+Backspace",), lambda r: r.painting_acts.clear_slice(),
            "Take the segment in hand off the slice in the chosen viewport"),
        row("Delete segment", (), lambda r: r.painting.delete_segment(),
            "Delete the segment in hand with its voxels; undo brings it back"),
        row("Export segments…", (), lambda r: r.volumes.ask_for_labels(),
            "Write the segments that were painted as NIfTI labels, with a table of their names",
            when=lambda r: r.painting.segmentation is not None),
    )  # fmt: skip


PAINTING_COMMANDS: tuple[Command, ...] = (*_tool_commands(), *_brush_commands(), *_segment_commands())
