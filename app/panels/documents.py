"""Objects of the open study as rows to open or to drag onto a picture, and one document as it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.object_pages import Page, PageRow
from app.panels.ecg_dialog import EcgDialog
from app.panels.labels import ElidedLabel, Role, label, tooltip
from app.panels.rows import ROW_HEIGHT, Row, emptied, link
from app.theme import BODY_PX, font, give_icon
from app.viewer.thumbnails import start_drag
from inference.imaging.objects.kinds import kind_words
from inference.imaging.study import DisplaySet

_ROW_PX, _TEXT_PX = 40, 420
_INDENT_PX = 14  # of what belongs to a heading
_PADDING_PX, _LEAST_WIDTH_PX, _MOST_LINES = 14, 240, 26
_DRAG_SIZE = QSize(160, 36)


class ObjectRow(Row):
    """One object that has no pictures of its own."""

    def __init__(self, display_set: DisplaySet, which: str = "") -> None:
        what = " · ".join(part for part in (kind_words(display_set), which) if part)
        super().__init__(f"{display_set.title}, {what}")
        self.setMinimumHeight(_ROW_PX)
        self.uid, self.title = display_set.uid, display_set.title
        self._pressed_at: QPoint | None = None
        texts = QVBoxLayout(self)
        texts.setContentsMargins(8, 3, 6, 3)
        texts.setSpacing(0)
        texts.addWidget(ElidedLabel(display_set.title))
        texts.addWidget(ElidedLabel(what, Role.CAPTION))
        warnings = (f"⚠ {words}" for words in display_set.warnings)
        advice = "Click to open, or drag onto a picture"
        self.setToolTip(tooltip("\n".join((display_set.title, what, *warnings, advice))))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A drag may begin here."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the object once the mouse has moved far enough."""
        if self._pressed_at is None:
            return
        moved = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if moved >= QApplication.startDragDistance():
            self._pressed_at = None
            start_drag(self, self.uid, name_tag(self.title))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A press without a drag is a click."""
        if self._pressed_at is not None:
            self._pressed_at = None
            super().mouseReleaseEvent(event)


class ObjectsPanel(QWidget):
    """Lists the objects of a study. Away while there are none."""

    chosen = Signal(str)  # display set uid

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, ObjectRow] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        column.setSpacing(2)
        column.addWidget(label("REPORTS AND OVERLAYS", Role.SECTION))
        column.addLayout(self._list)
        self.hide()

    def show_objects(self, display_sets: Sequence[DisplaySet]) -> None:
        """Show these, in the order of the study."""
        emptied(self._list)
        counts = Counter(_named(d) for d in display_sets)
        numbers: Counter[tuple[str, str]] = Counter()
        self._rows = {}
        for display_set in display_sets:
            numbers[_named(display_set)] += 1
            alike, number = counts[_named(display_set)], numbers[_named(display_set)]
            which = f"{number} of {alike}" if alike > 1 else ""
            self._rows[display_set.uid] = ObjectRow(display_set, which)
        for uid, row in self._rows.items():
            row.clicked.connect(lambda uid=uid: self.chosen.emit(uid))
            self._list.addWidget(row)
        self.setVisible(bool(self._rows))

    def mark_open(self, uids: Sequence[str]) -> None:
        """Mark what is open."""
        for uid, row in self._rows.items():
            row.set_chosen(uid in uids)

    def row(self, uid: str) -> ObjectRow:
        """The row of one object."""
        return self._rows[uid]


class DocumentPanel(QWidget):
    """One document: what it is, rows that lead to pictures, its text, and a PDF to save or to open."""

    closed = Signal()
    jumped = Signal(object)  # Target
    save_requested = Signal()
    open_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.page: Page | None = None
        self.rows: list[Row] = []
        self._title = ElidedLabel("", Role.HEADING)
        self._facts = label("", Role.CAPTION, wrap=True)
        self._warning = label("", Role.WARNING, wrap=True)
        self._list = QVBoxLayout()
        self._list.setSpacing(1)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFixedHeight(_TEXT_PX)
        self.text.setSizePolicy(
            QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed
        )  # else the panel grows
        self.text.setAccessibleName("Text of the document")
        self._pdf = self._pdf_buttons()
        self.tracing = QPushButton("Show tracing…")
        self.tracing.setToolTip("Draw the leads on millimetre paper")
        self.tracing.clicked.connect(self._show_tracing)
        self._lay_out()
        self.hide()

    def show_page(self, page: Page | None) -> None:
        """Show another document; None puts it away."""
        self.page = page
        self.setVisible(page is not None)
        emptied(self._list)
        self.rows = []
        if page is None:
            return
        self._title.show_text(page.title)
        self._facts.setText("\n".join(page.facts))
        self._facts.setVisible(bool(page.facts))
        self._warning.setText("\n".join(f"⚠ {words}" for words in page.warnings))
        self._warning.setVisible(bool(page.warnings))
        for row in page.rows:
            self._add(row)
        self.text.setPlainText(page.text)
        self.text.setFixedHeight(self._height_for(page.text))
        self.text.setVisible(bool(page.text))
        self._pdf.setVisible(bool(page.pdf))
        self.tracing.setVisible(page.recording is not None)

    def _show_tracing(self) -> None:
        if self.page is not None and self.page.recording is not None:
            dialog = EcgDialog(self.page.recording, self.window())
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

    def _height_for(self, text: str) -> int:
        """As high as the text, up to a limit from which it scrolls."""
        if text.count("\n") > _MOST_LINES:
            return _TEXT_PX
        width = max(self.text.width() - 2 * _PADDING_PX, _LEAST_WIDTH_PX)
        room, wrapped = QRect(0, 0, width, 10 * _TEXT_PX), Qt.TextFlag.TextWordWrap
        return min(
            self.text.fontMetrics().boundingRect(room, wrapped, text).height() + 2 * _PADDING_PX, _TEXT_PX
        )

    def _add(self, row: PageRow) -> None:
        made = page_row(row)
        target = row.target
        if target is not None:
            made.clicked.connect(lambda: self.jumped.emit(target))
        self.rows.append(made)
        self._list.addWidget(made)

    def _pdf_buttons(self) -> QWidget:
        made = QWidget()
        line = QHBoxLayout(made)
        line.setContentsMargins(0, 2, 0, 2)
        for words, tip, told in (
            ("Save PDF…", "Write the PDF into a file of your choice", self.save_requested),
            ("Open PDF", "Open a temporary copy with the PDF reader of this computer", self.open_requested),
        ):
            button = QPushButton(words)
            button.setToolTip(tip)
            button.clicked.connect(told)
            line.addWidget(button)
        line.addStretch()
        return made

    def _lay_out(self) -> None:
        close = QToolButton()
        give_icon(close, "cross")
        close.setToolTip("Put the document away")
        close.setAccessibleName("Put the document away")
        close.clicked.connect(self.closed)
        copy = link("Copy text", "Copy the text of the document")
        copy.clicked.connect(lambda: QApplication.clipboard().setText(self.text.toPlainText()))
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(copy)
        head.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        column.addLayout(head)
        for widget in (self._facts, self._warning):
            column.addWidget(widget)
        column.addWidget(self.tracing)
        column.addLayout(self._list)
        column.addWidget(self.text)
        column.addWidget(self._pdf)


def _named(display_set: DisplaySet) -> tuple[str, str]:
    """What a reader can tell objects apart by."""
    return display_set.title, kind_words(display_set)


def page_row(row: PageRow) -> Row:
    """A line of a document; one whose pictures are not here is faint."""
    made = Row(f"{row.title}, {row.caption}")
    made.setMinimumHeight(_ROW_PX if row.caption else ROW_HEIGHT)
    texts = QVBoxLayout(made)
    texts.setContentsMargins(8 + row.level * _INDENT_PX, 3, 6, 3)
    texts.setSpacing(0)
    texts.addWidget(ElidedLabel(row.title, Role.FAINT if row.lost else Role.BODY))
    if row.caption:
        texts.addWidget(ElidedLabel(row.caption, Role.CAPTION))
    nowhere = "What it means is not in the open study" if row.lost else "The document names no place for it"
    words = "Click to go there" if row.target else nowhere
    made.setToolTip(tooltip(f"{row.title}\n{row.caption}\n{words}"))
    if row.target is None:
        made.setCursor(Qt.CursorShape.ArrowCursor)
    return made


def name_tag(title: str) -> QImage:
    """What is under the pointer while an object is dragged."""
    image = QImage(_DRAG_SIZE, QImage.Format.Format_RGB32)
    image.fill(QColor("#1a2027"))
    painter = QPainter(image)
    painter.setFont(font(BODY_PX))
    painter.setPen(QColor("#e8edf2"))
    painter.drawText(image.rect().adjusted(8, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter, title)
    painter.end()
    return image
