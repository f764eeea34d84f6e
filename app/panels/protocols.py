"""The ways in which the open study can hang, best first, with the reasons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.messages import safe_text
from app.panels.labels import Role, label, tooltip
from app.protocols import Match, Stage
from app.theme import size_on_screen
from inference.errors import ProtocolError

LONGEST = 60  # characters of a title


class ProtocolsDialog(QDialog):
    """Shows protocols; hangs one by a double click or Enter, and saves what hangs under a name."""

    chosen = Signal(object)  # Match
    save_requested = Signal(str)  # title
    remove_requested = Signal(object)  # Protocol of the reader's own
    stage_requested = Signal(object)  # Protocol of the reader's own, to get what hangs as one more stage

    def __init__(self, matches: Sequence[Match], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Hanging protocols")
        self.resize(size_on_screen(520, 440))
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemActivated.connect(lambda _item: self._hang())
        self.list.currentItemChanged.connect(lambda *_: self._enable())
        self.hang = QPushButton("Hang")
        self.hang.setDefault(True)
        self.hang.clicked.connect(self._hang)
        self.remove = QPushButton("Remove")
        self.remove.clicked.connect(self._remove)
        self.stage = QPushButton("Add as stage")
        self.stage.setToolTip("Add what hangs now to the chosen protocol of yours, as its last stage")
        self.stage.setAutoDefault(False)
        self.stage.clicked.connect(self._add_stage)
        self.troubles = label("", Role.WARNING)
        self.troubles.setWordWrap(True)
        self.troubles.hide()
        self.name = QLineEdit()
        self.name.setMaxLength(LONGEST)
        self.name.setPlaceholderText("Name for what hangs now")
        self.name.textChanged.connect(lambda _text: self._enable())
        self.save = QPushButton("Save what I see")
        self.save.setAutoDefault(False)
        self.save.clicked.connect(lambda: self.save_requested.emit(self.name.text().strip()))
        column = QVBoxLayout(self)
        column.addWidget(label("Those that suit the open study, best first", Role.CAPTION))
        column.addWidget(self.list, 1)
        column.addLayout(_row(None, self.remove, self.stage, self.hang))
        column.addLayout(_row(self.name, self.save))
        column.addWidget(self.troubles)
        self.show_matches(matches)

    def show_matches(self, matches: Sequence[Match]) -> None:
        """Show them, the best marked."""
        self.list.clear()
        for match in matches:
            own = " · yours" if match.protocol.own else ""
            why = ", ".join(match.reasons) or "suits anything"
            stages = match.stages
            shape = stages[0].layout.value if len(stages) == 1 else f"{len(stages)} stages"
            about = f"{shape} · {match.score:g} points{own} · {why}"
            item = QListWidgetItem(f"{match.protocol.title}\n{about}")
            item.setToolTip(tooltip("\n".join(stage_words(stage) for stage in stages)))
            item.setData(Qt.ItemDataRole.UserRole, match)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._enable()

    def show_troubles(self, troubles: Sequence[ProtocolError]) -> None:
        """Name the files that cannot be used."""
        words = "\n".join(f"{error} {error.hint}" for error in troubles)
        self.troubles.setText(safe_text(words, 600))
        self.troubles.setVisible(bool(troubles))

    def _current(self) -> Match | None:
        item = self.list.currentItem()
        found = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        return found if isinstance(found, Match) else None

    def _enable(self) -> None:
        match = self._current()
        self.hang.setEnabled(match is not None)
        own = match is not None and match.protocol.own
        self.remove.setEnabled(own)
        self.stage.setEnabled(own)
        self.save.setEnabled(bool(self.name.text().strip()))

    def _hang(self) -> None:
        if (match := self._current()) is not None:
            self.chosen.emit(match)
            self.accept()

    def _add_stage(self) -> None:
        if (match := self._current()) is not None and match.protocol.own:
            self.stage_requested.emit(match.protocol)

    def _remove(self) -> None:
        if (match := self._current()) is not None and match.protocol.own:
            self.remove_requested.emit(match.protocol)


def stage_words(stage: Stage) -> str:
    """A stage in a line: its title, its layout, and what is shown otherwise than as acquired."""
    ways = dict.fromkeys(wish.manner.words for wish in stage.wishes if wish.manner is not None)
    parts = [stage.title, stage.layout.value.replace("x", " × "), ", ".join(ways)]
    return " · ".join(part for part in parts if part)


def _row(first: QWidget | None, *rest: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    if first is None:
        row.addStretch(1)
    else:
        row.addWidget(first, 1)
    for widget in rest:
        row.addWidget(widget)
    return row
