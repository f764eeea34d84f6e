"""The bottom line: what is being done, how far it is, how to stop it; what the program is and is not."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from app.panels.labels import ElidedLabel, Role, label
from app.panels.rows import link

DISCLAIMER = "Not a medical device"


class ActivityLine(QWidget):
    """Shows the work in hand; asks for it to stop."""

    cancel_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "activity")
        self.what = ElidedLabel("Ready", Role.CAPTION)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(140, 6)
        self.left = label("", Role.CAPTION)
        self.cancel = link("Cancel", "Stop what is being done (Esc)")
        self.cancel.clicked.connect(self.cancel_requested)
        self.library = label("", Role.FAINT)
        self.device = label("", Role.FAINT)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 0, 12, 0)
        line.setSpacing(12)
        line.addWidget(self.what, 1)
        for widget in (self.bar, self.left, self.cancel):
            line.addWidget(widget)
        line.addStretch(1)
        for widget in (self.library, self.device, label(DISCLAIMER, Role.WARNING)):
            line.addWidget(widget)
        self.setFixedHeight(30)
        self.show_idle()

    def show_idle(self, said: str = "Ready") -> None:
        """Nothing is being done; `said` is what ended last."""
        self.what.show_text(said)
        for widget in (self.bar, self.left, self.cancel):
            widget.hide()

    def show_work(
        self, title: str, fraction: float, note: str, seconds_so_far: float, waiting: int = 0
    ) -> None:
        """Show one job: its note, its share done, the time left once that means something."""
        more = f" · {waiting} more" if waiting else ""
        self.what.show_text(f"{title}{': ' + note if note else ''}{more}")
        busy = fraction <= 0.0
        self.bar.setRange(0, 0 if busy else 1000)
        self.bar.setValue(round(1000 * fraction))
        self.left.setText(time_left(fraction, seconds_so_far))
        for widget in (self.bar, self.left, self.cancel):
            widget.show()

    def show_library(self, studies: int) -> None:
        """How many studies the library holds."""
        self.library.setText(f"library {studies:,} {'study' if studies == 1 else 'studies'}")

    def show_device(self, text: str) -> None:
        """What the models run on."""
        self.device.setText(text)


def time_left(fraction: float, seconds_so_far: float) -> str:
    """The time left in words; nothing before a fair guess can be made or below two seconds."""
    if fraction < 0.02 or seconds_so_far < 1.0:
        return ""
    seconds = seconds_so_far * (1.0 - fraction) / fraction
    if seconds < 2.0:
        return ""
    if seconds < 90:
        return f"{seconds:.0f} s left"
    return f"{seconds / 60:.0f} min left" if seconds < 5400 else f"{seconds / 3600:.1f} h left"
