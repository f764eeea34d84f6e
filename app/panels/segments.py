"""What is laid over the pictures: segments, contours, maps, presentation states, each shown or hidden."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSlider, QToolButton, QVBoxLayout, QWidget

from app.object_content import LaidObject, LayerRow, binding_words
from app.panels.labels import ElidedLabel, Role, label, tooltip
from app.panels.rows import Row, emptied, link
from app.theme import give_icon

_SWATCH_PX = 12
MOST_ROWS = 200


class SegmentRow(Row):
    """One segment: shown or hidden by its box, gone to by a click on its name."""

    toggled = Signal(bool)

    def __init__(self, row: LayerRow) -> None:
        volume = volume_words(row.volume_ml)
        super().__init__(f"{row.name}, {volume or 'no volume'}")
        self.number = row.number
        self.box = QCheckBox()
        self.box.setChecked(True)
        self.box.setIcon(swatch(row.rgb))
        self.box.setIconSize(QSize(_SWATCH_PX, _SWATCH_PX))
        self.box.setAccessibleName(f"Show {row.name}")
        self.box.setToolTip("Show or hide")
        self.box.toggled.connect(self.toggled)
        line = QHBoxLayout(self)
        line.setContentsMargins(4, 2, 6, 2)
        line.setSpacing(6)
        line.addWidget(self.box)
        line.addWidget(ElidedLabel(row.name), 1)
        line.addWidget(label(volume, Role.CAPTION))
        self.setToolTip(tooltip("\n".join(p for p in (row.name, row.detail, volume) if p)))


class LayerCard(QWidget):
    """One laid object with its segments."""

    closed = Signal()
    hidden = Signal(object)  # frozenset of the numbers that are not drawn
    chosen = Signal(int)  # number of a segment to go to
    opacity_changed = Signal(float)

    def __init__(self, laid: LaidObject) -> None:
        super().__init__()
        self.rows: list[SegmentRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 2, 0, 6)
        self._column.setSpacing(1)
        self._column.addLayout(self._head(laid))
        self._column.addWidget(label(f"{laid.what} · {binding_words(laid)}", Role.CAPTION, wrap=True))
        for words in laid.warnings:
            self._column.addWidget(label(f"⚠ {words}", Role.WARNING, wrap=True))
        if laid.values is not None:
            self._column.addWidget(self._slider())
        for row in laid.rows[:MOST_ROWS]:
            self._add(row)
        if len(laid.rows) > 1:
            self._column.addWidget(self._all_or_none())

    def _head(self, laid: LaidObject) -> QHBoxLayout:
        close = QToolButton()
        give_icon(close, "cross")
        close.setToolTip("Take it away")
        close.setAccessibleName(f"Take {laid.title} away")
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(ElidedLabel(laid.title), 1)
        head.addWidget(close)
        return head

    def _slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(10, 100)
        slider.setValue(50)
        slider.setToolTip("Opacity")
        slider.setAccessibleName("Opacity of the map")
        slider.valueChanged.connect(lambda value: self.opacity_changed.emit(value / 100))
        return slider

    def _add(self, row: LayerRow) -> None:
        made = SegmentRow(row)
        made.toggled.connect(lambda _on: self._tell())
        made.clicked.connect(lambda: self.chosen.emit(row.number))
        self.rows.append(made)
        self._column.addWidget(made)

    def _all_or_none(self) -> QToolButton:
        both = link("Show or hide all", "Show all segments; hide them where all are shown")
        both.clicked.connect(self._toggle_all)
        return both

    def _toggle_all(self) -> None:
        shown = not all(row.box.isChecked() for row in self.rows)
        for row in self.rows:
            row.box.blockSignals(True)
            row.box.setChecked(shown)
            row.box.blockSignals(False)
        self._tell()

    def _tell(self) -> None:
        self.hidden.emit(frozenset(row.number for row in self.rows if not row.box.isChecked()))


class SegmentsPanel(QWidget):
    """Lists what is laid over the pictures. Away while there is nothing."""

    closed = Signal(str)  # uid of a laid object
    hidden = Signal(str, object)  # uid, frozenset of numbers
    chosen = Signal(str, int)  # uid, number of a segment to go to
    opacity_changed = Signal(str, float)

    def __init__(self) -> None:
        super().__init__()
        self.cards: dict[str, LayerCard] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 4)
        column.setSpacing(2)
        column.addWidget(label("LAID OVER THE PICTURES", Role.SECTION))
        column.addLayout(self._list)
        self.hide()

    def show_layers(self, laid: Sequence[LaidObject]) -> None:
        """Show these; those that stay keep what was hidden."""
        wanted = [one.uid for one in laid]
        if wanted == list(self.cards):
            return
        emptied(self._list)
        self.cards = {one.uid: LayerCard(one) for one in laid}
        for uid, card in self.cards.items():
            card.closed.connect(lambda uid=uid: self.closed.emit(uid))
            card.hidden.connect(lambda numbers, uid=uid: self.hidden.emit(uid, numbers))
            card.chosen.connect(lambda number, uid=uid: self.chosen.emit(uid, number))
            card.opacity_changed.connect(lambda share, uid=uid: self.opacity_changed.emit(uid, share))
            self._list.addWidget(card)
        self.setVisible(bool(laid))


def volume_words(volume_ml: float | None) -> str:
    """A volume with as many decimals as mean something; empty where there is none."""
    if volume_ml is None:
        return ""
    return (
        f"{volume_ml:.0f} mL"
        if volume_ml >= 100
        else f"{volume_ml:.1f} mL"
        if volume_ml >= 1
        else f"{volume_ml:.2f} mL"
    )


def swatch(rgb: tuple[int, int, int]) -> QIcon:
    """A little square of a colour."""
    picture = QPixmap(_SWATCH_PX, _SWATCH_PX)
    picture.fill(QColor(*rgb))
    return QIcon(picture)
