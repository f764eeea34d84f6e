"""How the chosen picture is looked at: scale, exact window, slab, colours, graphics of the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSizeF
from PySide6.QtWidgets import QDialog, QWidget

from app.panels.histogram import Histogram
from app.panels.look_dialogs import SlabDialog, WindowDialog
from app.viewer import gestures
from app.viewer.colour_maps import GREY, colour_map_names
from app.viewer.hanging import Hanging
from app.viewer.look import Look, Slab
from app.viewer.slice_view import SliceView
from app.viewer.window_choices import offered_windows
from inference.imaging.study import DisplaySet, Window

_MM_PER_INCH = 25.4
_LEAST_SLAB_MM = 1.0

FindSet = Callable[[str], DisplaySet | None]


class Looking:
    """Acts on the chosen viewport."""

    def __init__(self, hanging: Hanging, window: QWidget, display_set: FindSet) -> None:
        self._hanging, self._window, self._display_set = hanging, window, display_set

    @property
    def view(self) -> SliceView | None:
        """The chosen viewport's view of slices."""
        return self._hanging.slice_view(self._hanging.active)

    @property
    def look(self) -> Look:
        """How it is looked at; the usual way where there is nothing."""
        return self.view.look if self.view is not None else Look()

    @property
    def is_grey(self) -> bool:
        """Whether it can be windowed and coloured."""
        return self.view is not None and not self.view.exhibit.is_colour

    @property
    def can_thicken(self) -> bool:
        """Whether its slices can become a slab."""
        return (
            self.view is not None and self.is_grey and self.view.plane.placed and self.view.slices.count > 1
        )

    def fit(self) -> None:
        """The whole picture in the view."""
        self._hanging.change(gestures.fitted)

    def one_to_one(self) -> None:
        """One pixel of the picture on one of the screen."""
        if view := self.view:
            size, ratio = QSizeF(view.size()), view.devicePixelRatioF()
            view.set_look(gestures.one_to_one(view.look, view.plane, size, ratio))

    @property
    def can_be_true(self) -> bool:
        """Whether millimetres are known, of the picture and of the screen."""
        view = self.view
        return view is not None and view.plane.calibrated and view.screen().physicalDotsPerInchX() > 0

    def true_size(self) -> None:
        """A millimetre of the patient is a millimetre on the screen, as the screen tells its size."""
        view = self.view
        if view is not None and self.can_be_true:
            dots = view.screen().physicalDotsPerInchX() / _MM_PER_INCH / view.devicePixelRatioF()
            view.set_look(gestures.at_scale(view.look, dots, view.plane, QSizeF(view.size())))

    def ask_for_window(self) -> None:
        """Let the reader type level and width, or choose among what the file and the modality offer."""
        view = self.view
        if view is None or not self.is_grey:
            return
        offered = offered_windows(
            view.exhibit, self._display_set(view.exhibit.display_set_uid), self._hanging.own_presets
        )
        dialog = WindowDialog(view.look.window, [(o.title, o.window) for o in offered], view.exhibit.unit,
                              self._window)  # fmt: skip
        dialog.add_histogram(Histogram(view.exhibit.sample(), view.exhibit.padding, view.look.window))
        tables = {o.window: o.lut for o in offered if o.lut is not None}

        def show(window: Window) -> None:
            if window in tables and view.exhibit.lut is not tables[window]:
                view.exhibit = replace(view.exhibit, lut=tables[window])
                view.slice_picture.forget()
            view.adjust(window=window)

        dialog.changed.connect(show)
        _open(dialog)

    def ask_for_slab(self) -> None:
        """Let the reader type the thickness of the slab."""
        view = self.view
        if view is None or not self.can_thicken:
            return
        dialog = SlabDialog(view.look.slab_mm, view.look.slab, self._window)
        dialog.changed.connect(lambda slab_mm, slab: view.adjust(slab_mm=slab_mm, slab=slab))
        _open(dialog)

    def thicken(self, step: int) -> None:
        """A slice thicker or thinner."""
        view = self.view
        if view is not None and self.can_thicken:
            by_mm = max(round(view.plane.thickness_mm, 1), _LEAST_SLAB_MM)
            slab_mm = max(0.0, view.look.slab_mm + step * by_mm)
            view.adjust(slab_mm=0.0 if slab_mm < _LEAST_SLAB_MM else slab_mm)

    def step_slab(self) -> None:
        """MIP, MinIP, mean; where there is no slab, one of ten millimetres."""
        view = self.view
        if view is None or not self.can_thicken:
            return
        kinds = (Slab.MAXIMUM, Slab.MINIMUM, Slab.MEAN)
        if not view.look.slab_mm:
            view.adjust(slab_mm=10.0, slab=Slab.MAXIMUM)
        else:
            view.adjust(slab=kinds[(kinds.index(view.look.slab) + 1) % len(kinds)])

    def step_colours(self, step: int) -> None:
        """The next colour map, or grey."""
        names = (GREY, *colour_map_names())
        here = names.index(self.look.colours) if self.look.colours in names else 0
        self.colour(names[(here + step) % len(names)])

    def colour(self, name: str) -> None:
        """One colour map; empty for grey."""
        self._hanging.change(lambda look: replace(look, colours=name))

    def toggle_graphics(self) -> None:
        """With the overlays and shutters of the file, or without."""
        self._hanging.change(lambda look: replace(look, graphics=not look.graphics))


def _open(dialog: QDialog) -> None:
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
