"""Further windows of viewports on other screens: opened, closed, filled, and found again after a restart."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from app.layouts import PER_WINDOW, WINDOWS, Layout
from app.standing import place_of, put_back, stand_on
from app.viewer.hanging import Hanging
from app.viewport_window import ViewportWindow
from app.workbench.screen_places import Place, ScreenPlaces
from app.workbench.services import Services
from inference.imaging.study import Kind

if TYPE_CHECKING:
    from app.menus import Menus

KEPT = "viewport_windows"  # among the texts of the window


class Screens(QObject):
    """Keeps as many windows as the desk has. `menus` are made from the commands, which act on this."""

    def __init__(self, services: Services, hanging: Hanging, window: QWidget) -> None:
        super().__init__()
        self._services, self._hanging, self._window = services, hanging, window
        self._workspace = services.workspace
        self.menus: Menus | None = None
        self.windows: list[ViewportWindow] = []
        self._places = ScreenPlaces(window, lambda: [window, *self.windows], _place)
        self._workspace.further_changed.connect(self._follow)
        self._workspace.current_changed.connect(self._name)

    @property
    def can_open(self) -> bool:
        """Whether there may be one window more."""
        return len(self.windows) < WINDOWS - 1

    def open_window(self) -> None:
        """One window more, on a screen of its own if there is one, with a series that hangs nowhere yet."""
        if not self.can_open:
            return
        shown, current = self._workspace.sitting.desk.shown, self._workspace.sitting.current
        sets = current.display_sets if current else ()
        rest = [d.uid for d in sets if d.kind is not Kind.DOCUMENT and d.uid not in shown]
        self._workspace.add_window(Layout.ONE, rest[:1])

    def close_window(self) -> None:
        """Close the window that the chosen viewport is in, else the last one opened."""
        here = self._hanging.active // PER_WINDOW
        if self.windows:
            self.windows[here - 1 if here else -1].close()

    def show_kept(self) -> None:
        """Open the windows that there were the last time on these screens, where they stood."""
        self._places.take(self._services.remembered.settings.window.get(KEPT, ""))
        here = self._places.places()
        for place in here[:1]:
            put_back(self._window, place)
        for place in (here or self._places.last())[1:]:
            if self.can_open:
                known = {layout.value for layout in Layout}
                layout = Layout(place["layout"]) if place.get("layout") in known else Layout.ONE
                self._workspace.add_window(layout)
                put_back(self.windows[-1], place)

    def keep(self) -> str:
        """Where the windows stand, and stood on other screens, as a text."""
        self._places.rest()
        return self._places.told()

    def put_away(self) -> None:
        """Close all windows, and let go of what hangs: the desk keeps both for the next time."""
        for window in reversed(self.windows):
            self._hanging.wall.remove_pane(window.pane)  # nobody asks for views that are gone
            window.put_away()
        self.windows = []
        for slot in self._hanging.wall.slots:
            slot.hold(None)  # a view that is closed ends its thread

    def _follow(self, further: tuple[Layout, ...]) -> None:
        """Make the windows that the desk has got."""
        while len(self.windows) < len(further):
            self._make()

    def _make(self) -> None:
        window = ViewportWindow(self._hanging.wall.add_pane())
        self.windows.append(window)
        window.closed.connect(partial(self._close, window))
        free = free_screen([self._window, *self.windows[:-1]])
        stand_on(window, free or self._window.screen(), alone=free is not None)
        self._places.watch(window)
        if self.menus is not None:
            self.menus.add_to(window, window.pane)
        self._name()
        window.show()

    def _close(self, window: ViewportWindow) -> None:
        """What hung there is put away; a window behind it moves up."""
        number = self.windows.index(window) + 1
        self.windows.remove(window)
        self._hanging.wall.remove_pane(window.pane)
        self._workspace.remove_window(number)
        window.deleteLater()
        self._name()
        self._places.note()
        QTimer.singleShot(0, self._window, self._window.activateWindow)

    def _name(self, _study: object = None) -> None:
        current = self._workspace.sitting.current
        for number, window in enumerate(self.windows, 1):
            window.name(number, (current.patient.name or "no name") if current else "")


def free_screen(windows: list[QWidget]) -> QScreen | None:
    """A screen on which none of the windows stands."""
    taken = {window.screen().name() for window in windows}
    return next((s for s in QGuiApplication.screens() if s.name() not in taken), None)


def _place(window: QWidget) -> Place:
    """Where a window stands, and what of viewports it has."""
    layout = {"layout": window.pane.arrangement.value} if isinstance(window, ViewportWindow) else {}
    return {**place_of(window), **layout}
