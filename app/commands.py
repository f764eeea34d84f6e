"""Every action of the user as one row: menus, toolbar, shortcuts, palette and sheet of keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.command import (
    FAR,
    FILE,
    HELP,
    MODEL,
    PICTURE,
    VIEW,
    WINDOWS,
    Command,
    always,
    has_picture,
    has_study,
)
from app.commands_depth import DEPTH_COMMANDS
from app.commands_painting import PAINTING_COMMANDS
from app.commands_pictures import PICTURE_COMMANDS
from app.commands_planes import PLANE_COMMANDS
from app.commands_room import HANGING_COMMANDS, LOOP_COMMANDS
from app.layouts import Layout
from app.overlays import OverlayMode
from app.viewer.look import Tool

if TYPE_CHECKING:
    from app.room import Room


def _has_finding(room: Room) -> bool:
    chosen = room.workspace.sitting.chosen
    return chosen is not None and chosen[1].score is not None


def _has_map(room: Room) -> bool:
    return room.workspace.sitting.attribution is not None


def _map_is_on(room: Room) -> bool:
    return _has_map(room) and room.workspace.sitting.desk.overlay.mode is not OverlayMode.OFF


def _file_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=FILE)
    return (
        row("Open folder…", ("Ctrl+O",), lambda r: r.opening.ask_for_folder(),
            "Read a folder of DICOM files into the library and open it", icon="open"),
        row("Open files…", ("Ctrl+Shift+O",), lambda r: r.opening.ask_for_files(),
            "Read DICOM files or a ZIP archive into the library"),
        row("Study list", ("Ctrl+L",), lambda r: r.pages.toggle_library(),
            "Show all studies of the library, or the pictures again",
            is_on=lambda r: r.pages.library_is_shown, icon="library"),
        row("Close study", ("Ctrl+W",), lambda r: r.opening.close_study(),
            "Close the open study; everything is kept in the library", when=has_study),
        row("Export PDF report…", ("Ctrl+P",), lambda r: r.exporting.ask_for_pdf(),
            "Write the annotated report as a PDF file", when=has_study, icon="export"),
        row("Export everything…", ("Ctrl+Shift+P",), lambda r: r.exporting.ask_for_folder(),
            "Write report, pictures, tables and maps into a folder", when=has_study),
        row("Export DICOM objects…", (), lambda r: r.dicom.ask(),
            "Write measurements, key images, contours, segments and how the series are looked at as DICOM",
            when=has_study),
        row("Export anonymised copy…", (), lambda r: r.anonymising.ask(),
            "Copy the DICOM files of the open study without what says who the patient is", when=has_study),
        row("Export volume…", (), lambda r: r.volumes.ask_for_volume(),
            "Write the volume in the chosen viewport as NIfTI or NRRD, in its place in the patient",
            when=lambda r: r.volumes.exhibit is not None),
        row("Export surfaces…", (), lambda r: r.volumes.ask_for_surfaces(),
            "Write the surfaces of the segments on show as STL, in millimetres of the patient (LPS)",
            when=lambda r: bool(r.volumes.segments)),
        row("Save picture…", ("Ctrl+S",), lambda r: r.exporting.ask_for_picture(),
            "Save the chosen viewport as it is seen", when=has_picture),
        row("Copy picture", ("Ctrl+Shift+C",), lambda r: r.exporting.copy_picture(),
            "Put the chosen viewport on the clipboard as it is seen", when=has_picture),
        row("Undo", ("Ctrl+Z",), lambda r: r.editing.undo(), "Take the last step back",
            when=lambda r: r.editing.can_undo),
        row("Redo", ("Ctrl+Y", "Ctrl+Shift+Z"), lambda r: r.editing.redo(), "Do again what was undone",
            when=lambda r: r.editing.can_redo),
        row("Settings…", ("Ctrl+,",), lambda r: r.preferring.ask(),
            "Theme, size of texts, your name, device of the models, place of the library"),
        row("Quit", ("Ctrl+Q",), lambda r: r.pages.quit(), "End the application"),
    )  # fmt: skip


def _tool_commands() -> tuple[Command, ...]:
    rows = (
        ("Window", "W", Tool.WINDOW, "window-level", "Drag to change brightness and contrast"),
        ("Pan", "P", Tool.PAN, "pan", "Drag to move the picture (also the middle button)"),
        ("Zoom", "Z", Tool.ZOOM, "zoom", "Drag to come closer (also the right button and Ctrl+wheel)"),
        ("Scroll", "S", Tool.SCROLL, "scroll", "Drag to go through the slices (also the wheel)"),
        ("Crosshair", "X", Tool.CROSSHAIR, "crosshair", "Drag to show one point in all viewports"),
        ("Window of a region", "Ctrl+Shift+W", Tool.REGION_WINDOW, "", "Drag a box over what is to be seen"),
        ("Magnifier", "U", Tool.MAGNIFIER, "", "Hold the button for a loupe under the pointer"),
        ("Turn freely", "Ctrl+T", Tool.TURN, "", "Drag round the middle to turn the picture by any angle"),
    )

    def row(text: str, key: str, tool: Tool, icon: str, tip: str) -> Command:
        return Command(text, (key,), lambda r: r.viewing.take(tool), tip, PICTURE, when=has_picture,
                       is_on=lambda r: r.viewing.tool is tool, icon=icon)  # fmt: skip

    return tuple(row(*entry) for entry in rows)


def _layout_commands() -> tuple[Command, ...]:
    rows = (
        ("One viewport", "Ctrl+1", Layout.ONE, "Show one viewport"),
        ("Two viewports", "Ctrl+2", Layout.TWO, "Show two viewports side by side"),
        ("Four viewports", "Ctrl+4", Layout.FOUR, "Show four viewports"),
    )

    def row(text: str, key: str, layout: Layout, tip: str) -> Command:
        def is_on(room: Room) -> bool:
            return room.arranging.layout is layout and not room.cutting.is_on

        return Command(text, (key,), lambda r: r.protocols.lay_out(layout), tip, VIEW, when=has_study,
                       is_on=is_on, icon=f"layout-{layout.value}")  # fmt: skip

    return tuple(row(*entry) for entry in rows)


def _view_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=VIEW, when=has_picture)
    return (
        row("Three planes and 3-D", ("M",), lambda r: r.phasing.toggle_cuts(),
            "Show the volume axial, coronal, sagittal and in 3-D, with its phases where it moves",
            is_on=lambda r: r.cutting.is_on, icon="mpr"),
        row("Link viewports", ("Y",), lambda r: r.arranging.toggle_link(),
            "Scroll all viewports together in patient millimetres",
            is_on=lambda r: r.arranging.linked, icon="link"),
        row("Maximise viewport", ("Return",), lambda r: r.arranging.toggle_alone(),
            "Show the chosen viewport alone, or all again (also a double click)", picture=True),
        row("Next viewport", ("Tab",), lambda r: r.arranging.step_viewport(1),
            "Choose the next viewport, in the next window after the last one", when=has_study, picture=True),
        row("Previous viewport", ("Shift+Tab",), lambda r: r.arranging.step_viewport(-1),
            "Choose the viewport before", when=has_study, picture=True),
        row("Next series", ("PgDown",), lambda r: r.arranging.step_series(1),
            "Show the next series in the chosen viewport", when=has_study, picture=True),
        row("Previous series", ("PgUp",), lambda r: r.arranging.step_series(-1),
            "Show the series before in the chosen viewport", when=has_study, picture=True),
        row("Corner texts", ("A",), lambda r: r.viewing.step_texts(), "Corner texts: all, few, none"),
        row("Choose corner texts…", ("Ctrl+Alt+A",), lambda r: r.cornering.ask(),
            "Which texts stand in which corner, for each modality", when=always),
        row("Patient's name", ("Shift+A",), lambda r: r.viewing.toggle_patient(),
            "Show or hide who the patient is"),
    )  # fmt: skip


def _window_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=VIEW)
    return (
        row("Left panel", ("F3",), lambda r: r.pages.toggle_left(),
            "Fold study and series away, or bring them back", is_on=lambda r: r.pages.left_is_shown),
        row("Right panel", ("F4",), lambda r: r.pages.toggle_right(),
            "Fold findings and reasons away, or bring them back", is_on=lambda r: r.pages.right_is_shown),
        row("Next part of the window", ("F6",), lambda r: r.regions.step(1),
            "Give the keys to the right panel, the left panel, and the pictures again"),
        row("Previous part of the window", ("Shift+F6",), lambda r: r.regions.step(-1),
            "Give the keys to the part before"),
        row("Full screen", ("F11",), lambda r: r.pages.toggle_full_screen(),
            "Fill the screen, or leave it", is_on=lambda r: r.pages.is_full_screen),
        row("Light theme", (), lambda r: r.pages.toggle_theme(),
            "Panels light or dark; pictures stay on black", is_on=lambda r: r.pages.is_light),
    )  # fmt: skip


def _scroll_commands() -> tuple[Command, ...]:
    rows = (
        ("Next slice", "Down", 1, "Go one slice on"),
        ("Previous slice", "Up", -1, "Go one slice back"),
        ("Ten slices on", "Shift+Down", 10, "Go ten slices on"),
        ("Ten slices back", "Shift+Up", -10, "Go ten slices back"),
        ("First slice", "Home", -FAR, "Go to the first slice"),
        ("Last slice", "End", FAR, "Go to the last slice"),
    )

    def row(text: str, key: str, steps: int, tip: str) -> Command:
        return Command(text, (key,), lambda r: r.viewing.scroll(steps), tip, PICTURE, when=has_picture,
                       picture=True)  # fmt: skip

    return tuple(row(*entry) for entry in rows)


def _picture_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=PICTURE, when=has_picture)
    return (
        row("Invert", ("I",), lambda r: r.viewing.invert(), "Swap black and white", icon="invert"),
        row("Rotate clockwise", ("R",), lambda r: r.viewing.turn(1),
            "Turn the picture by 90°", icon="rotate"),
        row("Rotate anticlockwise", ("Shift+R",), lambda r: r.viewing.turn(-1),
            "Turn the picture back by 90°"),
        row("Flip left and right", ("H",), lambda r: r.viewing.flip_across(), "Mirror left and right"),
        row("Flip top and bottom", ("V",), lambda r: r.viewing.flip_down(), "Mirror top and bottom"),
        row("Reset view", ("Ctrl+0",), lambda r: r.viewing.reset(),
            "Fit the picture, upright, first window", icon="reset"),
        row("Cine", ("C",), lambda r: r.playing.toggle(),
            "Play the loop or the stack, or stop", icon="cine"),
        row("Play or pause", ("Space",), lambda r: r.playing.toggle(), "Play, or pause", picture=True),
    )  # fmt: skip


def _preset_commands() -> tuple[Command, ...]:
    names = {0: ("Window: automatic", "Window that fits the values of the picture"),
             1: ("Window: from the file", "Window that the DICOM file asks for")}  # fmt: skip

    def row(n: int) -> Command:
        text, tip = names.get(n, (f"Window: preset {n - 1}", f"Window preset {n - 1} of this modality"))
        return Command(text, (str(n),), lambda r: r.viewing.preset(n), tip, WINDOWS, when=has_picture)

    return tuple(row(n) for n in range(10))


def _explain_commands() -> tuple[Command, ...]:
    rows = (
        ("LIME", "lime", "Alt+1"),
        ("attention rollout", "rollout", "Alt+2"),
        ("integrated gradients", "integrated_gradients", "Alt+3"),
        ("LIME by frame", "frames", "Alt+4"),
    )

    def row(title: str, method: str, key: str) -> Command:
        return Command(f"Explain with {title}", (key,), lambda r: r.explaining.explain(method),
                       f"Show what the chosen finding rests on: {title}", MODEL,
                       when=lambda r: r.explaining.can_explain(method))  # fmt: skip

    return tuple(row(*entry) for entry in rows)


def _model_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=MODEL)
    return (
        row("Run the model", ("Ctrl+R",), lambda r: r.modelling.run(),
            "Let the model read the open study", when=has_study, icon="model"),
        row("Explain the finding", ("Ctrl+E",), lambda r: r.explaining.explain(),
            "Show what the chosen finding rests on", when=_has_finding, icon="explain"),
        *_explain_commands(),
        row("Map on or off", ("O",), lambda r: r.laying.toggle_map(),
            "Show the picture alone, or with the map", when=_has_map, is_on=_map_is_on, icon="overlay"),
        row("Edit contours", ("E",), lambda r: r.outlining.toggle_editing(),
            "Show the points by which the contours of the ventricle are moved, or put them away",
            when=lambda r: r.outlining.has_contours, is_on=lambda r: r.outlining.editing),
        row("Give contour back", (), lambda r: r.outlining.give_back(),
            "Let the model's contour stand again on the picture on show",
            when=lambda r: r.outlining.has_own),
        row("View of this loop…", ("Shift+V",), lambda r: r.naming.ask(),
            "Say which standard view the loop in the chosen viewport shows",
            when=lambda r: r.naming.can_name),
        row("Accept finding", ("Ctrl+Return",), lambda r: r.deciding.accept(),
            "The chosen finding is there", when=_has_finding),
        row("Reject finding", ("Ctrl+Backspace",), lambda r: r.deciding.reject(),
            "The chosen finding is not there", when=_has_finding),
        row("Model card", ("F2",), lambda r: r.modelling.show_card(),
            "What the model answers, how well, and where it fails"),
        row("Match with words", ("Ctrl+M",), lambda r: r.matching.toggle(),
            "Rank labels for the series on show, or put the panel away", when=has_study,
            is_on=lambda r: r.matching.is_shown),
        row("Similar cases", ("Ctrl+J",), lambda r: r.similar.toggle(),
            "Find studies of the library that look alike, or by words", when=has_study,
            is_on=lambda r: r.similar.is_shown),
        row("Compare with prior", ("Ctrl+D",), lambda r: r.comparing.compare(),
            "Show the prior study on the left and what changed since", when=has_study, icon="compare"),
        row("End comparison", ("Ctrl+Shift+D",), lambda r: r.comparing.end(),
            "Close the prior study", when=lambda r: r.workspace.sitting.prior is not None),
        row("Stop", ("Esc",), lambda r: r.pages.stop(), "Stop what is being done",
            when=lambda r: bool(r.services.jobs.running)),
    )  # fmt: skip


def _help_commands() -> tuple[Command, ...]:
    row = partial(Command, menu=HELP)
    return (
        row(
            "Command palette…",
            ("Ctrl+K",),
            lambda r: r.guidance.show_palette(),
            "Find any action by its name",
        ),
        row("Mouse and keys…", ("Ctrl+Alt+K",), lambda r: r.binding.ask(),
            "Choose a profile of mouse and keys, and change what each does"),
        row("Keys", ("?", "F1"), lambda r: r.guidance.show_keys(), "All keys on one sheet"),
        row(
            "About Negatoscope", (), lambda r: r.guidance.show_about(), "Version, licence and what it is not"
        ),
    )  # fmt: skip


COMMANDS: tuple[Command, ...] = (
    *_file_commands(),
    *_tool_commands(),
    *_layout_commands(),
    *HANGING_COMMANDS,
    *_view_commands(),
    *_window_commands(),
    *_scroll_commands(),
    *_picture_commands(),
    *PICTURE_COMMANDS,
    *PAINTING_COMMANDS,
    *PLANE_COMMANDS,
    *LOOP_COMMANDS,
    *DEPTH_COMMANDS,
    *_preset_commands(),
    *_model_commands(),
    *_help_commands(),
)
