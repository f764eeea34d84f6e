"""Which texts stand in which corner: typed line by line, and seen on the picture at once."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.panels.labels import Role, label
from app.theme import scaled
from app.viewer.corner_plans import ANY, CORNERS, JOINT, LEVELS, CornerPlans, corner_from, text_names

HOW = "Texts of one line are joined by a dot or a comma; what a file does not say leaves no gap."
OFFERED = ("CT", "MR", "US", "CR", "DX", "MG", "XA", "PT", "NM")
_LEVEL_TITLES = {"all": "All texts", "few": "Few texts, and small viewports"}
_EDIT_HIGH, _LIST_WIDE, _WIDTH = 108, 180, 760


class CornerDialog(QDialog):
    """Shows the plans of one modality and level; tells all plans at every change that makes sense."""

    changed = Signal(object)  # CornerPlans

    def __init__(self, plans: CornerPlans, modality: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Corner texts")
        self.setMinimumWidth(scaled(_WIDTH))
        self.plans = plans
        self.modality, self.level = QComboBox(), QComboBox()
        self.modality.addItem("Any other modality", ANY)
        for name in dict.fromkeys((*OFFERED, *filter(None, [modality]))):
            self.modality.addItem(name, name)
        for key, title in _LEVEL_TITLES.items():
            self.level.addItem(title, key)
        self.edits = {corner: _Lines(corner) for corner in CORNERS}
        self.names = QListWidget()
        for name in text_names():
            self.names.addItem(QListWidgetItem(name))
        self.problem = label("", Role.WARNING, wrap=True)
        self.shipped = QPushButton("As shipped")
        self._last = self.edits[CORNERS[-1]]
        self._lay_out()
        self._connect()
        self.modality.setCurrentIndex(max(self.modality.findData(modality or ANY), 0))
        self.show_corners()

    def show_corners(self) -> None:
        """Show the lines of the modality and level that are chosen."""
        for corner, edit in self.edits.items():
            lines = self.plans.corner(self._modality, LEVELS[self._level], corner)
            edit.show_text("\n".join(JOINT.join(line) for line in lines))
        self.problem.clear()

    @property
    def _modality(self) -> str:
        return str(self.modality.currentData())

    @property
    def _level(self) -> str:
        return str(self.level.currentData())

    def _tell(self, corner: str) -> None:
        """Keep a corner as soon as every text in it is known."""
        self._last = self.edits[corner]
        try:
            lines = corner_from(self.edits[corner].toPlainText().split("\n"))
        except ValueError as error:
            self.problem.setText(f"{corner.capitalize()}: {error}.")
            return
        self.problem.clear()
        self.plans = self.plans.with_corner(self._modality, LEVELS[self._level], corner, lines)
        self.changed.emit(self.plans)

    def _ship(self) -> None:
        self.plans = self.plans.as_shipped(self._modality, LEVELS[self._level])
        self.show_corners()
        self.changed.emit(self.plans)

    def _add(self, item: QListWidgetItem) -> None:
        """Put a text behind the line on which the reader wrote last."""
        self._last.add(item.text())

    def _connect(self) -> None:
        for choice in (self.modality, self.level):
            choice.currentIndexChanged.connect(lambda _n: self.show_corners())
        for corner, edit in self.edits.items():
            edit.textChanged.connect(lambda corner=corner: self._tell(corner))
            edit.entered.connect(lambda edit=edit: setattr(self, "_last", edit))
        self.names.itemDoubleClicked.connect(self._add)
        self.names.itemActivated.connect(self._add)
        self.shipped.clicked.connect(self._ship)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        for widget in (self.modality, self.level):
            top.addWidget(widget, 1)
        corners = QGridLayout()
        corners.setSpacing(8)
        for number, (corner, edit) in enumerate(self.edits.items()):
            row, column = divmod(number, 2)
            corners.addWidget(label(corner.capitalize(), Role.CAPTION), 2 * row, column)
            corners.addWidget(edit, 2 * row + 1, column)
        side = QVBoxLayout()
        side.addWidget(label("Texts (double click adds one)", Role.CAPTION))
        side.addWidget(self.names)
        middle = QHBoxLayout()
        middle.setSpacing(12)
        middle.addLayout(corners, 1)
        middle.addLayout(side)
        self.names.setFixedWidth(scaled(_LIST_WIDE))
        close = QPushButton("Close")
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addWidget(self.shipped)
        buttons.addStretch(1)
        buttons.addWidget(close)
        for button in (self.shipped, close):
            button.setAutoDefault(False)
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(16, 16, 16, 16)
        column_.setSpacing(12)
        column_.addLayout(top)
        column_.addWidget(label(HOW, Role.CAPTION, wrap=True))
        column_.addLayout(middle)
        column_.addWidget(self.problem)
        column_.addLayout(buttons)


class _Lines(QPlainTextEdit):
    """The lines of one corner."""

    entered = Signal()

    def __init__(self, corner: str) -> None:
        super().__init__()
        self.setAccessibleName(f"Texts in the {corner} corner")
        self.setFixedHeight(scaled(_EDIT_HIGH))
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)

    def show_text(self, text: str) -> None:
        """Show lines without telling them back."""
        if text != self.toPlainText():
            self.blockSignals(True)
            self.setPlainText(text)
            self.blockSignals(False)

    def add(self, name: str) -> None:
        """Put a text at the end of the line with the cursor."""
        cursor = self.textCursor()
        cursor.movePosition(cursor.MoveOperation.EndOfBlock)
        line = cursor.block().text().rstrip(f" {JOINT.strip()}")
        cursor.insertText(f"{JOINT if line else ''}{name}")
        self.setTextCursor(cursor)

    def focusInEvent(self, event: object) -> None:
        """The reader writes here now."""
        super().focusInEvent(event)  # type: ignore[arg-type] # a QFocusEvent
        self.entered.emit()
