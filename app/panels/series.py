"""The series of the open study: thumbnail, name, size, and warnings in words; dragged into a viewport."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.panels.labels import ElidedLabel, Role, label, tooltip
from app.panels.rows import Row, emptied
from app.panels.seen_bar import SeenBar
from app.viewer.thumbnails import start_drag
from inference.imaging.study import DisplaySet, Kind
from inference.models.view_names import choices

THUMBNAIL = 56


class SeriesRow(Row):
    """One display set."""

    opened = Signal()  # double click

    def __init__(self, display_set: DisplaySet) -> None:
        super().__init__(f"{display_set.title}, {size_words(display_set)}")
        self.setMinimumHeight(THUMBNAIL + 12)
        self.uid = display_set.uid
        self._pressed_at: QPoint | None = None
        self.picture = QLabel()
        self.picture.setFixedSize(THUMBNAIL, THUMBNAIL)
        self.picture.setProperty("role", "thumbnail")
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addStretch()
        texts.addWidget(ElidedLabel(display_set.title))
        texts.addWidget(ElidedLabel(size_words(display_set), Role.CAPTION))
        self.view = ElidedLabel("", Role.PERSON)
        texts.addWidget(self.view)
        self.show_view(display_set)
        if display_set.warnings:
            texts.addWidget(ElidedLabel(f"⚠ {display_set.warnings[0]}", Role.WARNING))
        self.seen = SeenBar(display_set.shape[0])
        texts.addSpacing(2)
        texts.addWidget(self.seen)
        texts.addStretch()
        line = QHBoxLayout(self)
        line.setContentsMargins(6, 6, 6, 6)
        line.setSpacing(8)
        line.addWidget(self.picture)
        line.addLayout(texts, 1)
        warnings = (f"⚠ {words}" for words in display_set.warnings)
        self.setToolTip(tooltip("\n".join((display_set.title, size_words(display_set), *warnings))))

    def show_view(self, display_set: DisplaySet) -> None:
        """Say which standard view a reader named."""
        title = choices(display_set).get(display_set.view, "")
        self.view.show_text(f"{title[:1].upper()}{title[1:]}, by the reader" if title else "")
        self.view.setVisible(bool(title))

    def show_picture(self, picture: QImage) -> None:
        """Show the thumbnail."""
        self.picture.setPixmap(QPixmap.fromImage(picture))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A drag may begin here."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the display set once the mouse has moved far enough."""
        if self._pressed_at is None:
            return
        moved = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if moved >= QApplication.startDragDistance():
            self._pressed_at = None
            start_drag(self, self.uid, self.picture.pixmap().toImage())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A press without a drag is a click."""
        if self._pressed_at is not None:
            self._pressed_at = None
            super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show it alone."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit()


class SeriesPanel(QWidget):
    """Shows the display sets of one study; asks for one to be shown."""

    chosen = Signal(str)  # display set uid: into the chosen viewport
    opened_alone = Signal(str)  # display set uid: alone in the window

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, SeriesRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 4, 8, 8)
        self._column.setSpacing(2)

    def show_series(self, display_sets: Sequence[DisplaySet]) -> None:
        """Show what has pictures, in the order of the study."""
        emptied(self._column)
        self._rows = {d.uid: SeriesRow(d) for d in display_sets if d.kind is not Kind.DOCUMENT}
        for uid, row in self._rows.items():
            row.clicked.connect(lambda uid=uid: self.chosen.emit(uid))
            row.opened.connect(lambda uid=uid: self.opened_alone.emit(uid))
            self._column.addWidget(row)
        if display_sets and not self._rows:
            self._column.addWidget(label("no pictures", Role.CAPTION))

    def show_thumbnail(self, uid: str, picture: QImage) -> None:
        """Show the thumbnail of one display set, if it is still there."""
        if row := self._rows.get(uid):
            row.show_picture(picture)

    def show_views(self, display_sets: Sequence[DisplaySet]) -> None:
        """Say which views readers named, once they have."""
        for display_set in display_sets:
            if row := self._rows.get(display_set.uid):
                row.show_view(display_set)

    def show_seen(self, uid: str, pictures: Collection[int]) -> None:
        """Show which pictures of a series have been on the screen."""
        if row := self._rows.get(uid):
            row.seen.show_seen(pictures)

    def mark_shown(self, uids: Sequence[str], chosen: str) -> None:
        """Mark what is in a viewport, and what is in the chosen one."""
        for uid, row in self._rows.items():
            row.set_chosen(uid == chosen)
            row.setProperty("shown", uid in uids)

    def row(self, uid: str) -> SeriesRow:
        """The row of one display set."""
        return self._rows[uid]

    @property
    def uids(self) -> tuple[str, ...]:
        """The display sets on show, top to bottom."""
        return tuple(self._rows)


def size_words(display_set: DisplaySet) -> str:
    """How many pictures of what spacing, such as "28 · 0.45×0.45×5.0 mm"."""
    count, rows, columns = display_set.shape
    if display_set.spacing_mm is None:
        return f"{count} · {columns}×{rows} pixels"
    k, j, i = display_set.spacing_mm
    depth = f"×{k:.1f}" if count > 1 else ""
    return f"{count} · {j:.2f}×{i:.2f}{depth} mm"
