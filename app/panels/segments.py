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
        self.number, self.name = row.number, row.name
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
        self.volume = label(volume, Role.CAPTION)
        line.addWidget(self.volume)
        self.show_volume(row)

    def show_volume(self, row: LayerRow) -> None:
        """The volume as it is now."""
        volume = volume_words(row.volume_ml)
        self.volume.setText(volume)
        self.setAccessibleName(f"{row.name}, {volume or 'no volume'}")
        self.setToolTip(tooltip("\n".join(p for p in (row.name, row.detail, volume) if p)))


class LayerCard(QWidget):
    """One laid object with its segments."""

    closed = Signal()
    hidden = Signal(object)  # frozenset of the numbers that are not drawn
    chosen = Signal(int)  # number of a segment to go to
    opacity_changed = Signal(float)
    copy_requested = Signal()

    def __init__(self, laid: LaidObject) -> None:
        super().__init__()
        self.laid = laid
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
        self._column.addLayout(self._foot(laid))

    def _head(self, laid: LaidObject) -> QHBoxLayout:
        close = QToolButton()
        give_icon(close, "cross")
        words = "Delete these segments; undo brings them back" if laid.drawn else "Take it away"
        close.setToolTip(words)
        close.setAccessibleName(f"{'Delete' if laid.drawn else 'Take away'} {laid.title}")
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

    def _foot(self, laid: LaidObject) -> QHBoxLayout:
        """What can be done with all of them."""
        foot = QHBoxLayout()
        foot.setSpacing(8)
        if len(laid.rows) > 1:
            foot.addWidget(self._all_or_none())
        if laid.maps and not laid.regions and not laid.moments:
            copy = link("Edit a copy", "Paint on a copy of these segments; they themselves stay as they are")
            copy.clicked.connect(self.copy_requested)
            foot.addWidget(copy)
        foot.addStretch()
        return foot

    def restate(self, laid: LaidObject) -> bool:
        """Show the volumes as they are now; False where there are other segments."""
        if [(r.number, r.name) for r in laid.rows[:MOST_ROWS]] != [(r.number, r.name) for r in self.rows]:
            return False
        for made, row in zip(self.rows, laid.rows[:MOST_ROWS], strict=True):
            made.show_volume(row)
        return True

    @property
    def hidden_numbers(self) -> frozenset[int]:
        """The segments that are not drawn."""
        return frozenset(row.number for row in self.rows if not row.box.isChecked())

    def hide_rows(self, numbers: frozenset[int]) -> None:
        """Hide these, and show the others."""
        for row in self.rows:
            row.box.blockSignals(True)
            row.box.setChecked(row.number not in numbers)
            row.box.blockSignals(False)
        self._tell()

    def _all_or_none(self) -> QToolButton:
        both = link("Show or hide all", "Show all segments; hide them where all are shown")
        both.clicked.connect(self._toggle_all)
        return both

    def _toggle_all(self) -> None:
        all_shown = not self.hidden_numbers
        self.hide_rows(frozenset(row.number for row in self.rows) if all_shown else frozenset())

    def _tell(self) -> None:
        self.hidden.emit(self.hidden_numbers)


class SegmentsPanel(QWidget):
    """Lists what is laid over the pictures. Away while there is nothing."""

    closed = Signal(str)  # uid of a laid object
    hidden = Signal(str, object)  # uid, frozenset of numbers
    chosen = Signal(str, int)  # uid, number of a segment to go to
    opacity_changed = Signal(str, float)
    copy_requested = Signal(str)  # uid of segments that somebody else made
    delete_requested = Signal(str)  # uid of segments that a person paints

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
        if [one.uid for one in laid] != list(self.cards):
            self._show(laid)

    def _show(self, laid: Sequence[LaidObject]) -> None:
        hidden = {uid: card.hidden_numbers for uid, card in self.cards.items()}
        emptied(self._list)
        self.cards = {one.uid: LayerCard(one) for one in laid}
        for uid, card in self.cards.items():
            gone = self.delete_requested if card.laid.drawn else self.closed
            card.closed.connect(lambda uid=uid, gone=gone: gone.emit(uid))
            card.copy_requested.connect(lambda uid=uid: self.copy_requested.emit(uid))
            card.hidden.connect(lambda numbers, uid=uid: self.hidden.emit(uid, numbers))
            card.chosen.connect(lambda number, uid=uid: self.chosen.emit(uid, number))
            card.opacity_changed.connect(lambda share, uid=uid: self.opacity_changed.emit(uid, share))
            self._list.addWidget(card)
            if hidden.get(uid):
                card.hide_rows(hidden[uid])
        self.setVisible(bool(laid))

    def restate(self, laid: LaidObject) -> None:
        """More is known of one of them; where it has other segments, the list is made anew."""
        card = self.cards.get(laid.uid)
        if card is not None and not card.restate(laid):
            everything = [laid if uid == laid.uid else one.laid for uid, one in self.cards.items()]
            self._show(everything)

    def hide_all(self, uid: str) -> None:
        """Draw none of its segments."""
        if (card := self.cards.get(uid)) is not None:
            card.hide_rows(frozenset(row.number for row in card.rows))

    def mark_chosen(self, uid: str, number: int) -> None:
        """Mark the segment that is painted."""
        for name, card in self.cards.items():
            for row in card.rows:
                row.set_chosen(name == uid and row.number == number)


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
