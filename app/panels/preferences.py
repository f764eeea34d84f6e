"""What the reader prefers, to be changed: only what works, and each change at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from app.panels.labels import Role, label, recast
from app.settings import MOST_WORKERS, TEXT_PERCENTS, Settings, reason_against_library
from app.theme import scaled

NEXT_START = "Applies at the next start; studies stay where they are."
FIXED = "NEGATOSCOPE_HOME decides where the library is."
BATCH = "For “negatoscope export” without --workers."
CORNERS = "Which texts stand in the corners of a picture, for each modality."
DEVICE = "Applies from the next run on."
_THEMES = (("Dark", "dark"), ("Light", "light"))
_DEVICES = (("GPU where there is one", "automatic"), ("CPU only", "cpu"))
_WIDTH = 560


@dataclass(frozen=True)
class Surroundings:
    """What the dialog shows beside the settings.

    profiles  (title, key) of each profile of mouse and keys
    library   where the library is that is open now
    fixed     the place of the library is not for the settings to say
    """

    profiles: Sequence[tuple[str, str]]
    library: str
    fixed: bool


class PreferencesDialog(QDialog):
    """Shows settings; tells them whole, with one value changed."""

    changed = Signal(object)  # Settings
    profile_chosen = Signal(str)
    bindings_requested = Signal()
    corners_requested = Signal()

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.setMinimumWidth(scaled(_WIDTH))
        self._settings = Settings()
        self.theme = _choice(_THEMES)
        self.text = _choice([(f"{percent} %", percent) for percent in TEXT_PERCENTS])
        self.reader = QLineEdit()
        self.reader.setPlaceholderText("Kept with decisions and measurements")
        self.profile = _choice(around.profiles)
        self.bindings = QPushButton("Change…")
        self.corners = QPushButton("Choose…")
        self.device = _choice(_DEVICES)
        self.workers = QSpinBox()
        self.workers.setRange(1, MOST_WORKERS)
        self.workers.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)  # typed; the arrow keys step too
        self.workers.lineEdit().setTextMargins(6, 0, 0, 0)
        self.library = QLineEdit()
        self.library.setPlaceholderText(around.library)
        self.browse = QPushButton("Choose…")
        self.remark = label(FIXED if around.fixed else NEXT_START, Role.CAPTION, wrap=True)
        for widget in (self.library, self.browse):
            widget.setEnabled(not around.fixed)
        self._lay_out()
        self._connect()

    def show_settings(self, settings: Settings, profile: str) -> None:
        """Show what is in force."""
        self._settings = settings
        shown = (
            (self.theme, settings.theme), (self.text, settings.text_percent), (self.profile, profile),
            (self.device, settings.device),
        )  # fmt: skip
        for choice, value in shown:
            choice.setCurrentIndex(choice.findData(value))
        with QSignalBlocker(self.workers):
            self.workers.setValue(settings.batch_workers)
        for field, text in ((self.reader, settings.reader), (self.library, settings.library)):
            if field.text() != text:
                field.setText(text)

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(16, 16, 16, 16)
        form.setSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows: tuple[tuple[str, QWidget, QWidget | None], ...] = (
            ("Theme", self.theme, None),
            ("Size of texts", self.text, None),
            ("Your name", self.reader, None),
            ("Mouse and keys", _beside(self.profile, self.bindings), None),
            ("Corner texts", _beside(label(CORNERS, Role.CAPTION, wrap=True), self.corners), None),
            ("Models run on", self.device, label(DEVICE, Role.CAPTION, wrap=True)),
            ("Processes of a batch", self.workers, label(BATCH, Role.CAPTION, wrap=True)),
            ("Library", _beside(self.library, self.browse), self.remark),
        )
        for title, field, remark in rows:
            form.addRow(label(title), field)
            if remark is not None:
                form.addRow("", remark)
        close = QPushButton("Close")
        close.clicked.connect(self.accept)
        form.addRow(_beside(QWidget(), close))
        for button in (self.bindings, self.corners, self.browse, close):
            button.setAutoDefault(False)  # Enter in a field must not press them

    def _connect(self) -> None:
        for choice, name in ((self.theme, "theme"), (self.text, "text_percent"), (self.device, "device")):
            choice.activated.connect(
                lambda _n, choice=choice, name=name: self._tell(name, choice.currentData())
            )
        self.profile.activated.connect(lambda _n: self.profile_chosen.emit(str(self.profile.currentData())))
        self.bindings.clicked.connect(self.bindings_requested)
        self.corners.clicked.connect(self.corners_requested)
        self.reader.editingFinished.connect(lambda: self._tell("reader", self.reader.text().strip()))
        self.workers.valueChanged.connect(lambda count: self._tell("batch_workers", count))
        self.library.editingFinished.connect(self._tell_library)
        self.browse.clicked.connect(self._ask_for_folder)

    def _tell(self, name: str, value: Any) -> None:
        settings = replace(self._settings, **{name: value})
        if settings != self._settings:
            self._settings = settings
            self.changed.emit(settings)

    def _tell_library(self) -> None:
        """A place that cannot be used is not kept: the next start would end with it."""
        place = self.library.text().strip()
        reason = reason_against_library(place)
        self.remark.setText(reason or NEXT_START)
        recast(self.remark, Role.BAD if reason else Role.CAPTION)
        if not reason:
            self._tell("library", place)

    def _ask_for_folder(self) -> None:
        dialog = QFileDialog(self, "Folder of the library", self.library.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.library.setText)
        dialog.fileSelected.connect(lambda _folder: self._tell_library())
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _choice(offered: Sequence[tuple[str, Any]]) -> QComboBox:
    made = QComboBox()
    for title, value in offered:
        made.addItem(title, value)
    return made


def _beside(first: QWidget, second: QWidget) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(first, 1)
    row.addWidget(second)
    return made
