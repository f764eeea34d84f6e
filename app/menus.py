"""The table of commands as actions: toolbar, menu, shortcuts, and whether each can be taken now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app import theme
from app.command import DEPTH, MENUS, PICTURE, Command
from app.commands import COMMANDS
from app.panels.labels import tooltip
from app.room import Room
from app.tool_bar import ToolBar


class Menus(QObject):
    """One QAction per command. The keys of picture commands act only where the pictures have the focus."""

    def __init__(self, room: Room, window: QWidget, pictures: QWidget) -> None:
        super().__init__(window)
        self._room = room
        self._by_command = {command: self._action(command, window, pictures) for command in COMMANDS}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.refresh)
        self._bar: ToolBar | None = None
        self.draw_icons()

    @property
    def actions(self) -> Sequence[QAction]:
        """All actions, in the order of the table."""
        return list(self._by_command.values())

    @property
    def groups(self) -> Sequence[tuple[str, Sequence[QAction]]]:
        """The actions by menu."""
        return [(menu, [a for c, a in self._by_command.items() if c.menu == menu]) for menu in MENUS]

    def action(self, text: str) -> QAction:
        """The action of the command called `text`."""
        return next(action for command, action in self._by_command.items() if command.text == text)

    @property
    def bound(self) -> Sequence[tuple[str, str, tuple[str, ...]]]:
        """Text, tip and shortcuts of every action as they are now."""
        form = QKeySequence.SequenceFormat.PortableText
        return [
            (c.text, c.tip, tuple(key.toString(form) for key in a.shortcuts()))
            for c, a in self._by_command.items()
        ]

    def set_keys(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Give actions other shortcuts than the table has; those not named have the table's."""
        for command, action in self._by_command.items():
            own = keys.get(command.text, command.keys)
            action.setShortcuts([QKeySequence(key) for key in own])
            action.setToolTip(_tip(command, own))

    def add_to(self, window: QWidget, pictures: QWidget) -> None:
        """Let the shortcuts act in one more window as well."""
        for command, action in self._by_command.items():
            (pictures if command.picture else window).addAction(action)

    def refresh(self) -> None:
        """Enable what can be taken now, and mark what is on."""
        for command, action in self._by_command.items():
            can = command.when(self._room)
            action.setEnabled(can)
            if command.is_on is not None:
                action.setChecked(can and command.is_on(self._room))

    def refresh_soon(self, *_: object) -> None:
        """Refresh once, after everything that is changing has changed."""
        if not self._soon.isActive():
            self._soon.start(0)

    def draw_icons(self) -> None:
        """Draw the icons in the colour of the theme in force."""
        theme.icon.cache_clear()
        for command, action in self._by_command.items():
            if command.icon:
                action.setIcon(theme.icon(command.icon))
        if self._bar is not None:
            self._bar.fit_words()

    def toolbar(self) -> ToolBar:
        """The one slim bar of the window."""
        self._bar = ToolBar(self._by_command, self.groups)
        return self._bar

    def picture_menu(self) -> QMenu:
        """What a right click on a picture offers."""
        menu = QMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([a for c, a in self._by_command.items() if c.menu == PICTURE and not c.picture])
        return menu

    @property
    def depth_actions(self) -> Sequence[QAction]:
        """What a right click on a volume offers beside its presets."""
        return [
            a for c, a in self._by_command.items() if c.menu == DEPTH and not c.text.startswith("Seen from")
        ]

    def _action(self, command: Command, window: QWidget, pictures: QWidget) -> QAction:
        action = QAction(command.text, self)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        action.setStatusTip(command.tip)
        action.setToolTip(_tip(command, command.keys))
        action.setCheckable(command.is_on is not None)
        action.triggered.connect(lambda _checked=False: self._take(command))
        owner = pictures if command.picture else window
        context = Qt.ShortcutContext
        action.setShortcutContext(
            context.WidgetWithChildrenShortcut if command.picture else context.WindowShortcut
        )
        owner.addAction(action)
        return action

    def _take(self, command: Command) -> None:
        if command.when(self._room):
            command.do(self._room)
        self.refresh_soon()


def _tip(command: Command, keys: Sequence[str]) -> str:
    shown = f" ({keys[0]})" if keys else ""
    return tooltip(f"{command.text.rstrip('…')}: {command.tip}{shown}")
