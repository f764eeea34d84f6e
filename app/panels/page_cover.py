"""A document over a viewport: its pages, and a bar to turn them. What hangs below stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.panels.labels import ElidedLabel, Role
from app.panels.rows import link
from app.theme import caption_font, give_icon
from app.viewer.page_input import STEP, PageInput
from app.viewer.page_view import PageView
from app.viewer.slot import Slot

_TEXT_PX = 64  # room for "1000 / 1000"


class PageCover(QWidget):
    """Covers a slot as long as it is there."""

    closed = Signal()
    copy_requested = Signal()

    def __init__(self, title: str, sizes_pt: Sequence[tuple[float, float]], slot: Slot) -> None:
        super().__init__(slot)
        self.slot = slot
        self.pages = PageView(sizes_pt)
        hands = PageInput(self.pages)
        self._number, self._zoom = _text(), _text()
        self._buttons: list[QToolButton] = []
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAutoFillBackground(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.pages, 1)
        column.addLayout(self._bar(title))
        hands.closed.connect(self.closed)
        hands.copy_requested.connect(self.copy_requested)
        hands.activated.connect(slot.activated)
        self.pages.changed.connect(self._say)
        slot.installEventFilter(self)
        self._say()
        self._fill()
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As large as the slot, and above whatever comes to hang there."""
        if watched is self.slot:
            if event.type() == QEvent.Type.Resize:
                self._fill()
            elif event.type() in (QEvent.Type.ChildAdded, QEvent.Type.LayoutRequest):
                self.raise_()
        return super().eventFilter(watched, event)

    def button(self, name: str) -> QToolButton:
        """The button of that accessible name."""
        return next(button for button in self._buttons if button.accessibleName() == name)

    def _fill(self) -> None:
        self.setGeometry(self.slot.rect().adjusted(1, 1, -1, -1))  # the frame of the slot is seen

    def _bar(self, title: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 2, 4, 2)
        row.setSpacing(4)
        row.addWidget(ElidedLabel(title, Role.CAPTION), 1)
        pages = self.pages
        several = pages.count > 1
        for widget, shown in (
            (
                self._button("chevron-left", "Previous page (PgUp)", lambda: pages.turn_to(pages.page - 1)),
                several,
            ),
            (self._number, True),
            (
                self._button("chevron-right", "Next page (PgDn)", lambda: pages.turn_to(pages.page + 1)),
                several,
            ),
            (self._button("zoom-out", "Smaller (−)", lambda: pages.zoom_by(1 / STEP)), True),
            (self._zoom, True),
            (self._button("zoom", "Larger (+)", lambda: pages.zoom_by(STEP)), True),
            (self._link("Fit", "As wide as the viewport (0)", pages.fit), True),
            (
                self._link("Copy text", "Copy the text of the document (Ctrl+C)", self.copy_requested.emit),
                True,
            ),
            (self._button("cross", "Put the document away (Esc)", self.closed.emit), True),
        ):
            row.addWidget(widget)
            widget.setVisible(shown)
        return row

    def _button(self, name: str, tip: str, deed: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        give_icon(button, name)
        button.setIconSize(QSize(16, 16))
        return self._named(button, tip, deed)

    def _link(self, words: str, tip: str, deed: Callable[[], object]) -> QToolButton:
        return self._named(link(words), tip, deed)

    def _named(self, button: QToolButton, tip: str, deed: Callable[[], object]) -> QToolButton:
        button.setToolTip(tip)
        button.setAccessibleName(tip.partition(" (")[0])
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: deed())
        self._buttons.append(button)
        return button

    def _say(self) -> None:
        self._number.setText(f"{self.pages.page + 1} / {self.pages.count}")
        self._zoom.setText(f"{round(100 * self.pages.zoom)} %")


def _text() -> QLabel:
    made = QLabel()
    made.setFont(caption_font())
    made.setMinimumWidth(_TEXT_PX)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return made
