"""An ECG on its paper, with the speed and the gain that the reader chooses."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.panels.labels import Role, label
from app.theme import scaled
from app.viewer.ecg_sheet import GAINS_MM_MV, SPEEDS_MM_S, EcgSheet
from app.viewer.presenting import dots_per_mm
from inference.imaging.objects.recordings import Recording

NOTICE = "Drawn from the file without a filter. Not for diagnostic use."
_SIZE = (1100, 720)


class EcgDialog(QDialog):
    """Shows one recording; scrolls where it is larger than the screen."""

    def __init__(self, recording: Recording, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(recording.title)
        dots = dots_per_mm(parent) if parent is not None else 0.0
        self.sheet = EcgSheet(recording, dots) if dots else EcgSheet(recording)
        self.speed, self.gain = QComboBox(), QComboBox()
        for speed in SPEEDS_MM_S:
            self.speed.addItem(f"{speed:g} mm/s", speed)
        for gain in GAINS_MM_MV:
            self.gain.addItem(f"{gain:g} mm/mV", gain)
        self.speed.setCurrentIndex(self.speed.findData(self.sheet.speed_mm_s))
        self.gain.setCurrentIndex(self.gain.findData(self.sheet.gain_mm_mv))
        for choice in (self.speed, self.gain):
            choice.currentIndexChanged.connect(lambda _n: self._rescale())
        self._lay_out(recording)

    def _rescale(self) -> None:
        self.sheet.set_scale(float(self.speed.currentData()), float(self.gain.currentData()))

    def _lay_out(self, recording: Recording) -> None:
        top = QHBoxLayout()
        top.addWidget(label(" · ".join(recording.facts), Role.CAPTION), 1)
        top.addWidget(self.speed)
        top.addWidget(self.gain)
        paper = QScrollArea()
        paper.setWidget(self.sheet)
        close = QPushButton("Close")
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(label(NOTICE, Role.CAPTION), 1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(paper, 1)
        column.addLayout(foot)
        self.resize(*(scaled(side) for side in _SIZE))
