"""The rows about looking at pictures, linking them, and measuring on them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.command import MEASURE, PICTURE, VIEW, WINDOWS, Command, has_picture
from app.viewer.colour_maps import colour_map_names
from app.viewer.look import Interpolation, Tool

if TYPE_CHECKING:
    from app.room import Room


def _can_thicken(room: Room) -> bool:
    return has_picture(room) and room.looking.can_thicken


def _look_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=PICTURE, when=has_picture)
    return (
        row("Fit", ("Shift+Z",), lambda r: r.looking.fit(), "The whole picture in the viewport"),
        row("Pixel for pixel", ("Ctrl+Shift+1",), lambda r: r.looking.one_to_one(),
            "One pixel of the picture on one pixel of the screen"),
        row("True size", ("Ctrl+Shift+0",), lambda r: r.looking.true_size(),
            "A millimetre on the screen for a millimetre of the patient, as far as the screen knows its size",
            when=lambda r: has_picture(r) and r.looking.can_be_true),
        row("Next interpolation", ("Shift+S",), lambda r: r.interpolating.step(),
            "What stands between the pixels of an enlarged picture: nearest, linear, cubic"),
        *_interpolation_commands(),
        row("Graphics of the file", ("Shift+O",), lambda r: r.looking.toggle_graphics(),
            "Draw overlays and shutters that the file brings, or leave them out",
            is_on=lambda r: r.looking.look.graphics),
        row("Thick slab…", ("Shift+T",), lambda r: r.looking.ask_for_slab(),
            "Type the thickness of a slab in millimetres", when=_can_thicken),
        row("Thicker slab", ("]",), lambda r: r.looking.thicken(1), "A slab one slice thicker",
            when=_can_thicken),
        row("Thinner slab", ("[",), lambda r: r.looking.thicken(-1), "A slab one slice thinner",
            when=_can_thicken),
        row("MIP, MinIP or mean", ("\\",), lambda r: r.looking.step_slab(),
            "How a thick slab becomes one picture; ten millimetres where there was none", when=_can_thicken),
        row("DICOM tags…", ("Ctrl+I",), lambda r: r.tags.show_tags(),
            "What stands in the header of the picture, searched and compared"),
    )  # fmt: skip


def _interpolation_commands() -> tuple[Command, ...]:
    rows = (
        (Interpolation.NEAREST, "Each pixel as it is"),
        (Interpolation.LINEAR, "Pixels mixed with their neighbours; masks and maps keep their own pixels"),
        (Interpolation.CUBIC, "Catmull-Rom through the stored values, before the window; linear while it "
         "moves. Beside sharp edges it overshoots"),
    )  # fmt: skip

    def row(kind: Interpolation, tip: str) -> Command:
        return Command(f"Interpolation: {kind.value}", (), lambda r: r.interpolating.choose(kind), tip,
                       PICTURE, when=has_picture,
                       is_on=lambda r: r.interpolating.kind is kind)  # fmt: skip

    return tuple(row(*entry) for entry in rows)


def _colour_commands() -> tuple[Command, ...]:
    def is_grey(room: Room) -> bool:
        return has_picture(room) and room.looking.is_grey

    def row(name: str) -> Command:
        return Command(f"Colours: {name or 'grey'}", (), lambda r: r.looking.colour(name),
                       f"Show grey pictures in {name.lower() or 'shades of grey'}", WINDOWS, when=is_grey,
                       is_on=lambda r: r.looking.look.colours == name)  # fmt: skip

    return (
        Command("Window values…", ("Shift+W",), lambda r: r.looking.ask_for_window(),
                "Type level and width, or choose a window or VOI LUT", WINDOWS, when=is_grey),
        Command("Next colours", ("Shift+C",), lambda r: r.looking.step_colours(1),
                "The next colour map, and grey again", WINDOWS, when=is_grey),
        *(row(name) for name in ("", *colour_map_names())),
    )  # fmt: skip


def _link_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=VIEW, when=lambda r: has_picture(r) and r.linking.several)
    return (
        row("Link zoom and pan", ("Shift+Y",), lambda r: r.linking.toggle_place(),
            "The same place at the same scale in all viewports of the patient",
            is_on=lambda r: r.linking.place),
        row("Link zoom", (), lambda r: r.linking.toggle_zoom(),
            "The same scale in all viewports", is_on=lambda r: r.linking.actions.zoom),
        row("Link pan", (), lambda r: r.linking.toggle_pan(),
            "The same place in the middle of all viewports of the patient",
            is_on=lambda r: r.linking.actions.pan),
        row("Link windows", ("Ctrl+Shift+Y",), lambda r: r.linking.toggle_window(),
            "One window for all pictures of the same kind", is_on=lambda r: r.linking.actions.window),
        row("Link by hand", ("Alt+Y",), lambda r: r.linking.toggle_held(),
            "Scroll series of different spaces together from where they stand now, or let go",
            is_on=lambda r: r.linking.actions.is_held),
        row("Reference lines", ("Shift+X",), lambda r: r.linking.toggle_references(),
            "Show where other viewports cut the picture", is_on=lambda r: r.linking.references),
        row("Hide crosshair", ("Ctrl+X",), lambda r: r.linking.hide_crosshair(),
            "Take the crosshair off the pictures", when=has_picture),
    )  # fmt: skip


def _can_measure(room: Room) -> bool:
    view = room.viewing.view
    return has_picture(room) and view is not None and view.measuring.ground is not None


def _can_point(room: Room) -> bool:
    return _can_measure(room) or (has_picture(room) and room.depth.view is not None)


def _measure_commands() -> tuple[Command, ...]:
    rows = (
        ("Length", "L", Tool.LENGTH, "length", "Drag, or click twice, from end to end"),
        ("Bidirectional", "Shift+L", Tool.BIDIRECTIONAL, "", "Drag the long axis, then move the short one"),
        ("Angle", "G", Tool.ANGLE, "angle", "Drag the first arm, then click where the second ends"),
        ("Cobb angle", "Shift+G", Tool.COBB, "", "Drag one line, then the other"),
        ("Ellipse", "Shift+E", Tool.ELLIPSE, "ellipse", "Drag an ellipse: mean, SD, minimum, maximum, area"),
        ("Rectangle", "B", Tool.RECTANGLE, "", "Drag a rectangle: mean, SD, minimum, maximum, area"),
        ("Freehand", "F", Tool.FREEHAND, "", "Draw round a region: mean, SD, minimum, maximum, area"),
        ("Polygon", "Shift+F", Tool.POLYGON, "", "Click the corners of a region, then the first one again"),
        ("Spline", "Alt+F", Tool.SPLINE, "",
         "Click points that a smooth closed curve goes through, then the first one again"),
        ("Arrow", "Q", Tool.ARROW, "", "Drag from what is meant outwards, then write what it is"),
        ("Text", "T", Tool.TEXT, "", "Click and write"),
        ("Point", "Shift+Q", Tool.POINT, "",
         "Click a place, also in 3-D, and name it: it is seen on every plane near it and in 3-D"),
        ("Calibrate", "", Tool.CALIBRATION, "", "Drag along a known length and write its millimetres"),
    )  # fmt: skip

    def row(text: str, key: str, tool: Tool, icon: str, tip: str) -> Command:
        when = _can_point if tool is Tool.POINT else _can_measure
        return Command(text, (key,) if key else (), lambda r: r.viewing.take(tool), tip, MEASURE,
                       when=when, is_on=lambda r: r.viewing.tool is tool, icon=icon)  # fmt: skip

    return tuple(row(*entry) for entry in rows)


def _measurement_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=MEASURE)
    return (
        row("Key image", ("K",), lambda r: r.measured_wall.toggle_key_image(),
            "Mark the picture as a key image, or take the mark away",
            when=lambda r: r.measured_wall.can_mark),
        row("Lock measurement", ("Ctrl+Shift+L",), lambda r: r.measuring.toggle_locked(),
            "Keep the chosen measurement from being moved, renamed and deleted, or let it go",
            when=lambda r: bool(r.measuring.chosen), is_on=_is_locked),
        row("Delete measurement", ("Del", "Backspace"), lambda r: r.measuring.delete(),
            "Delete the chosen measurement", when=lambda r: bool(r.measuring.chosen), picture=True),
        row("Delete all measurements", (), lambda r: r.measuring.delete_all(),
            "Delete every measurement of the open studies; undo brings them back", when=_has_measurements),
        row("Table of measurements…", (), lambda r: r.measured_table.ask(),
            "Write the measurements as CSV or JSON", when=_has_measurements),
        row("Next measurement", ("N",), lambda r: r.jumping.step(1), "Go to the next measurement",
            when=_has_measurements),
        row("Previous measurement", ("Shift+N",), lambda r: r.jumping.step(-1),
            "Go to the measurement before", when=_has_measurements),
        row("Show measurements", ("Shift+M",), lambda r: r.measuring.toggle_shown(),
            "Pictures with measurements, or bare", when=_has_measurements,
            is_on=lambda r: r.measuring.shown),
    )  # fmt: skip


def _is_locked(room: Room) -> bool:
    chosen = room.measuring.measurement(room.measuring.chosen)
    return chosen is not None and chosen.locked


def _has_measurements(room: Room) -> bool:
    return bool(room.measuring.measurements)


PICTURE_COMMANDS: tuple[Command, ...] = (
    *_look_commands(),
    *_colour_commands(),
    *_link_commands(),
    *_measure_commands(),
    *_measurement_commands(),
)
