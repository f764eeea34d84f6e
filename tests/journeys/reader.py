"""A reader at the workstation: real mouse, wheel, key and drop events on the real window."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QLineEdit, QWidget

from app.library.library import Library
from app.reading_room import ReadingRoom
from app.viewer.slice_view import SliceView
from tests.journeys.watchdog import Watchdog

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier


class Reader:
    """Drives one window after another on the same library; sees only what is on the screen."""

    def __init__(self, home: Path, shots: Path) -> None:
        self.home, self.shots = home, shots
        self.watchdog = Watchdog()
        self.taken: list[Path] = []
        self.sit_down()

    def sit_down(self) -> None:
        """Start the application."""
        self.room = ReadingRoom(Library.open(self.home / "library"), self.home / "settings.json")
        self.window = self.room.window
        self.window.resize(1440, 900)
        self.window.show()
        self.watchdog.forgive()  # the start has a row of its own
        QTest.qWaitForWindowExposed(self.window)
        self.room.start()

    def leave(self) -> None:
        """Close the window."""
        self.window.close()
        self.window.deleteLater()
        self.watchdog.forgive()  # nobody waits for a window that is closed
        QApplication.processEvents()

    @property
    def sitting(self):
        """What is open."""
        return self.room.services.workspace.sitting

    @property
    def view(self) -> SliceView:
        """The chosen viewport."""
        found = self.window.hanging.slice_view(self.window.hanging.active)
        assert found is not None
        return found

    @property
    def told(self) -> str:
        """What the quiet bar says."""
        notice = self.window.notice
        return f"{notice.sentence.text()} {notice.hint.text()}" if notice.isVisible() else ""

    def wait(self, what: str, come: Callable[[], object], seconds: float = 60) -> None:
        """Wait for something to be seen."""
        end = time.monotonic() + seconds
        while not come():
            assert time.monotonic() < end, f"waited {seconds:.0f} s for {what}; the window says: {self.told}"
            QTest.qWait(5)

    def wait_until_idle(self, seconds: float = 300) -> None:
        """Wait until nothing is being done."""
        services = self.room.services
        self.wait("quiet", lambda: not services.jobs.running and not services.quiet.running, seconds)

    def drop(self, paths: Sequence[Path], target: QWidget) -> None:
        """Drag files over a widget and let them go, as the window system tells it to the window."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        spot = QPointF(target.mapTo(self.window, target.rect().center()))
        copy, screen = Qt.DropAction.CopyAction, self.window.windowHandle()
        for kind in (QDragEnterEvent, QDragMoveEvent, QDropEvent):
            event = kind(spot if kind is QDropEvent else spot.toPoint(), copy, data, LEFT, PLAIN)
            event.setAccepted(kind is QDragMoveEvent)  # as Qt does once entering was accepted
            QApplication.sendEvent(screen, event)
            assert event.isAccepted(), f"{kind.__name__} was refused"

    def wheel(self, notches: int, widget: QWidget) -> None:
        """Turn the wheel towards the reader."""
        spot = QPointF(widget.rect().center())
        event = QWheelEvent(
            spot, widget.mapToGlobal(spot), QPoint(), QPoint(0, -120 * notches), Qt.MouseButton.NoButton,
            PLAIN, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)

    def drag(self, widget: QWidget, by: QPoint, button: Qt.MouseButton = LEFT) -> None:
        """Press, move in steps, release."""
        start = widget.rect().center()
        QTest.mousePress(widget, button, PLAIN, start)
        for step in range(1, 9):
            QTest.mouseMove(widget, start + by * step / 8)
        QTest.mouseRelease(widget, button, PLAIN, start + by)

    def click(self, widget: QWidget) -> None:
        """Click in the middle."""
        assert widget.isVisible()
        QTest.mouseClick(widget, LEFT)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
        """Press a key where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)

    def save_as(self, path: Path) -> None:
        """Answer the file dialog that is open."""
        self.wait("the file dialog", lambda: self.window.findChildren(QFileDialog))
        dialog = self.window.findChildren(QFileDialog)[-1]
        QTest.qWait(300)  # it fills itself in while it reads its folder
        field = dialog.findChild(QLineEdit)
        field.completer().setModel(None)  # its popup would take the keys that follow
        field.selectAll()
        QTest.keyClicks(field, str(path))
        self.click(dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Save))

    def photograph(self, name: str) -> Path:
        """Keep the window as it is seen."""
        QTest.qWait(120)
        self.watchdog.forgive()
        path = self.shots / f"{len(self.taken) + 1:02d}-{name}.png"
        assert self.window.grab().save(str(path))
        self.taken.append(path)
        self.watchdog.forgive()
        return path
