"""The one slim bar: the menu, the tools as icons, the palette and the keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from app import theme
from app.command import Command

ICON_PX = 20
ROOM_FOR_WORDS_PX = 1390  # at the usual size of texts
NAME = "Negatoscope"
_WORDS = (("Command palette…", "Ctrl+K command", "command"), ("Keys", "? keys", "keys"))
Groups = Sequence[tuple[str, Sequence[QAction]]]


class ToolBar(QToolBar):
    """Made of the actions; where it has no room for words, icons say the same."""

    def __init__(self, actions: Mapping[Command, QAction], groups: Groups) -> None:
        super().__init__("Tools")
        self.setObjectName("tools")
        self.setMovable(False)
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self.addWidget(_menu_button(groups))
        self._add_tools(actions)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(space)
        by_text = {command.text: action for command, action in actions.items()}
        self._worded = [(_text_button(by_text[text], short), name) for text, short, name in _WORDS]
        for button, _name in self._worded:
            self.addWidget(button)
        self.fit_words()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """It has another width."""
        super().resizeEvent(event)
        self.fit_words()

    def fit_words(self) -> None:
        """Words where there is room for them, else icons in the colour of the theme."""
        style = Qt.ToolButtonStyle
        words = self.width() >= theme.scaled(ROOM_FOR_WORDS_PX)
        for button, name in self._worded:
            button.setIcon(theme.icon(name, "soft"))
            button.setToolButtonStyle(style.ToolButtonTextOnly if words else style.ToolButtonIconOnly)

    def _add_tools(self, actions: Mapping[Command, QAction]) -> None:
        last = ""
        for command, action in actions.items():
            if command.icon:
                if command.menu != last:
                    self.addSeparator()
                last = command.menu
                self.addAction(action)


def _menu_button(groups: Groups) -> QToolButton:
    button = QToolButton()
    button.setText(NAME)
    button.setProperty("role", "name")
    button.setToolTip("All actions by menu")
    button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    menu = QMenu(button)
    for title, actions in groups:
        menu.addMenu(title).addActions(list(actions))
    button.setMenu(menu)
    return button


def _text_button(action: QAction, text: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(action.toolTip())
    button.setProperty("role", "quiet")
    button.clicked.connect(action.trigger)
    return button
