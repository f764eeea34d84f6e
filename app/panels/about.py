"""What the application is, what it is not, and what it is made of: to be read, copied and closed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.panels.activity import DISCLAIMER
from app.panels.labels import Role, label
from app.theme import scaled

PURPOSE = "Review of radiology studies with models that say why."
LIMITS = "For research and teaching. What a model says here must not be used for diagnosis."
LICENCE = "Apache-2.0. Icons and fonts have licences of their own, beside their files."


class AboutDialog(QDialog):
    """Shows facts, as (name, value); `noticed` is when the reader took note of what this is not."""

    def __init__(
        self, version: str, facts: Sequence[tuple[str, str]], noticed: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Negatoscope")
        self.setMinimumWidth(scaled(460))
        self._text = "\n".join(f"{name}: {value}" for name, value in (("Negatoscope", version), *facts))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(label(f"Negatoscope {version}", Role.HEADING))
        column.addWidget(label(PURPOSE))
        column.addWidget(label(f"{DISCLAIMER}. {LIMITS}", Role.WARNING, wrap=True))
        if noticed:
            column.addWidget(label(f"Taken note of on {noticed}.", Role.CAPTION))
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        for name, value in (("Licence", LICENCE), *facts):
            shown = label(value, wrap=True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(label(name, Role.CAPTION), shown)
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(self._buttons())

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.copy = QPushButton("Copy")
        self.copy.setToolTip("Copy versions and places, to be sent with a question")
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(self._text))
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        return buttons
