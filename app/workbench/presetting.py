"""The reader's own window presets, by modality: edited, kept, and on the number keys."""

from __future__ import annotations

import json
import logging
import math

from PySide6.QtWidgets import QWidget

from app.panels.preset_dialog import MOST, PresetDialog
from app.viewer.hanging import Hanging
from app.viewer.window_presets import Own, named_windows
from app.workbench.remembering import Remembered
from inference.imaging.intensity import presets
from inference.imaging.study import Window

PRESETS = "presets"  # among the texts of the window, followed by the modality

_log = logging.getLogger(__name__)


class Presetting:
    """Lets the wall know the reader's presets, and keeps them."""

    def __init__(self, remembered: Remembered, hanging: Hanging, window: QWidget) -> None:
        self._remembered, self._hanging, self._window = remembered, hanging, window
        hanging.own_presets = kept_presets(remembered)

    @property
    def modality(self) -> str:
        """Of the chosen picture; empty where there is none that can be windowed."""
        view = self._hanging.slice_view(self._hanging.active)
        return "" if view is None or view.exhibit.is_colour else view.exhibit.modality

    def ask(self) -> None:
        """Let the reader edit the list of the chosen picture's modality."""
        view, modality = self._hanging.slice_view(self._hanging.active), self.modality
        if view is None or not modality:
            return
        known = named_windows(modality, self._hanging.own_presets)
        dialog = PresetDialog(modality, known, presets(modality), self._window)
        dialog.offer(view.look.window)
        dialog.changed.connect(lambda windows: self.keep(modality, windows))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def keep(self, modality: str, windows: tuple[Window, ...]) -> None:
        """Use these from now on; the shipped list is not kept as the reader's own."""
        own = {m: w for m, w in self._hanging.own_presets.items() if m != modality}
        if windows != presets(modality):
            own[modality] = windows
        self._hanging.own_presets = own
        rows = json.dumps([[w.title, w.centre, w.width] for w in windows]) if modality in own else ""
        self._remembered.change_window(**{f"{PRESETS} {modality}": rows})


def kept_presets(remembered: Remembered) -> Own:
    """What the reader kept; what cannot be read is passed over."""
    found: dict[str, tuple[Window, ...]] = {}
    for name, text in remembered.settings.window.items():
        if name.startswith(f"{PRESETS} ") and text:
            try:
                found[name.removeprefix(f"{PRESETS} ")] = _windows(json.loads(text))
            except (ValueError, TypeError):
                _log.warning("window presets cannot be read: %s", name)
    return found


def _windows(rows: object) -> tuple[Window, ...]:
    if not isinstance(rows, list):
        raise ValueError("no list of presets")
    made = tuple(Window(float(centre), float(width), str(title)) for title, centre, width in rows[:MOST])
    if any(not math.isfinite(w.centre) or not 0 < w.width < math.inf for w in made):
        raise ValueError("a preset that shows nothing")
    return made
