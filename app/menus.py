"""The table of commands as actions: toolbar, menu, shortcuts, and whether each can be taken now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from app import theme
from app.command import DEPTH, MENUS, PICTURE, Command
from app.commands import COMMANDS
from app.panels.labels import tooltip
from app.room import Room

ICON_PX = 20
ROOM_FOR_WORDS_PX = 1390  # at the usual size of texts
NAME = "Negatoscope"


class Menus(QObject):
    """One QAction per command. The keys of picture commands act only where the pictures have the focus."""

    def __init__(self, room: Room, window: QWidget, pictures: QWidget) -> None:
        super().__init__(window)
        self._room = room
        self._by_command = {command: self._action(command, window, pictures) for command in COMMANDS}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.refresh)
        self._texts: list[tuple[QToolButton, str]] = []
        self._width = 0  # of the bar
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
        self._fit_texts()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The bar has another width."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QToolBar):
            self._fit_texts(watched.width())
        return super().eventFilter(watched, event)

    def _fit_texts(self, width: int = 0) -> None:
        """Where the bar has no room for words, icons say the same."""
        style = Qt.ToolButtonStyle
        self._width = width or self._width
        words = self._width >= theme.scaled(ROOM_FOR_WORDS_PX)
        for button, name in self._texts:
            button.setIcon(theme.icon(name, "soft"))
            button.setToolButtonStyle(style.ToolButtonTextOnly if words else style.ToolButtonIconOnly)

    def toolbar(self) -> QToolBar:
        """The one slim bar: the menu, the tools as icons, the palette and the keys."""
        bar = QToolBar("Tools")
        bar.setObjectName("tools")
        bar.setMovable(False)
        bar.setIconSize(QSize(ICON_PX, ICON_PX))
        bar.addWidget(self._menu_button())
        last = ""
        for command, action in self._by_command.items():
            if command.icon:
                if command.menu != last:
                    bar.addSeparator()
                last = command.menu
                bar.addAction(action)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(space)
        for text, short, name in (
            ("Command palette…", "Ctrl+K command", "command"),
            ("Keys", "? keys", "keys"),
        ):
            button = _text_button(self.action(text), short)
            self._texts.append((button, name))
            bar.addWidget(button)
        bar.installEventFilter(self)
        return bar

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

    def _menu_button(self) -> QToolButton:
        button = QToolButton()
        button.setText(NAME)
        button.setProperty("role", "name")
        button.setToolTip("All actions by menu")
        button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        for title, actions in self.groups:
            menu.addMenu(title).addActions(list(actions))
        button.setMenu(menu)
        return button

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


def _text_button(action: QAction, text: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(action.toolTip())
    button.setProperty("role", "quiet")
    button.clicked.connect(action.trigger)
    return button
