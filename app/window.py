"""The window: one slim bar, series on the left, pictures in the middle, findings and reasons on the right."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QScrollArea,
    QStackedWidget,
    QStatusBar,
    QVBoxLayout,
    QWidget,
)

from app.messages import Message
from app.panels.activity import ActivityLine
from app.panels.comparison import ComparisonPanel
from app.panels.depth import DepthPanel
from app.panels.documents import DocumentPanel, ObjectsPanel
from app.panels.explanations import ExplanationsPanel
from app.panels.findings import FindingsPanel
from app.panels.fusion import FusionPanel
from app.panels.labels import Role, label
from app.panels.matches import MatchesPanel
from app.panels.matches_strip import SliceStrip
from app.panels.measurements import MeasurementsPanel
from app.panels.notice import NoticeBar
from app.panels.painting import PaintingPanel
from app.panels.segments import SegmentsPanel
from app.panels.series import SeriesPanel
from app.panels.similar import SimilarPanel
from app.panels.strip import LoopStrip
from app.panels.studies import StudiesPanel
from app.panels.study import StudyPanel
from app.panels.volume_curve import VolumeCurvePanel
from app.panels.words import WordsPanel
from app.theme import scaled
from app.viewer.hanging import Hanging
from explain.methods import METHODS

LEFT_PX, RIGHT_PX = 252, 372
TITLE = "Negatoscope"
_WIDEST = 1.2  # of its usual least width, at the size of texts in force


class ReadingWindow(QMainWindow):
    """Composes the panels. Knows where they are, not what they mean."""

    files_dropped = Signal(list)  # list[Path]
    closing = Signal()
    page_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(TITLE)
        self.setAcceptDrops(True)
        self.resize(QSize(1440, 900))
        self.study = StudyPanel()
        self.series = SeriesPanel()
        self.objects = ObjectsPanel()
        self.segments, self.document = SegmentsPanel(), DocumentPanel()
        self.painting = PaintingPanel()
        self.prior_series = SeriesPanel()
        self.measurements = MeasurementsPanel()
        self.studies = StudiesPanel()
        self.hanging = Hanging()
        self.findings = FindingsPanel()
        self.comparison = ComparisonPanel()
        self.explanations = ExplanationsPanel(
            [(m.key, _title(m.title), m.description) for m in METHODS.values()]
        )
        self.activity = ActivityLine()
        self.notice, self.greeting = NoticeBar(), NoticeBar()
        self.strip = LoopStrip()
        self.curve = VolumeCurvePanel()
        self.slices = SliceStrip()
        self.words = WordsPanel()
        self.depth_panel = DepthPanel()
        self.matches, self.similar = MatchesPanel(), SimilarPanel()
        self.fusion = FusionPanel()
        self._prior = _headed("PRIOR SERIES", self.prior_series)
        own = (self.study, _heading("SERIES"), self.series, self.objects)
        self.left = _dock("left", LEFT_PX, *own, self._prior, self.measurements)
        shown = (self.painting, self.segments, self.comparison, self.matches, self.similar)
        self.right = _dock(
            "right",
            RIGHT_PX,
            self.fusion,
            self.depth_panel,
            self.document,
            *shown,
            self.findings,
            self.words,
            self.explanations,
        )
        self._pages = QStackedWidget()
        self._folded: frozenset[str] = frozenset()
        self._build()

    @property
    def library_is_shown(self) -> bool:
        """The study list rather than the pictures."""
        return self._pages.currentIndex() == 0

    def show_library(self, shown: bool) -> None:
        """Show the study list, or the pictures."""
        self._pages.setCurrentIndex(0 if shown else 1)
        self._show_panels()
        (self.studies.search if shown else self.hanging).setFocus()
        self.page_changed.emit()

    def is_unfolded(self, side: str) -> bool:
        """Whether the "left" or the "right" panel stands beside the pictures."""
        return side not in self._folded

    def fold(self, side: str, folded: bool) -> None:
        """Fold a panel away, or bring it back."""
        self._folded = self._folded | {side} if folded else self._folded - {side}
        self._show_panels()

    def _show_panels(self) -> None:
        """The study list stands alone: the panels speak about the open study."""
        for side, dock in (("left", self.left), ("right", self.right)):
            dock.setVisible(self.is_unfolded(side) and not self.library_is_shown)

    def show_comparison(self, shown: bool) -> None:
        """Show what changed in place of the findings of one study."""
        self.comparison.setVisible(shown)
        self.findings.setVisible(not shown)
        self.show_prior_series(shown)

    def show_prior_series(self, shown: bool) -> None:
        """Show the series of the prior below those of the study."""
        self._prior.setVisible(shown)

    def say(self, message: Message) -> None:
        """Show a sentence and a hint in the quiet bar, until it is dismissed or what it speaks of goes."""
        self.notice.show_notice(message.sentence, message.hint, grave=True, about=message.about)

    def kept_state(self) -> dict[str, str]:
        """Geometry and docks as texts."""
        self.show_library(False)  # so that the widths of the panels are kept
        folded = ",".join(sorted(self._folded))
        return {"geometry": _text(self.saveGeometry()), "docks": _text(self.saveState()), "folded": folded}

    def restore(self, texts: Mapping[str, str]) -> None:
        """Be where and as large as before."""
        if "geometry" in texts:
            self.restoreGeometry(_bytes(texts["geometry"]))
        if "docks" in texts:
            self.restoreState(_bytes(texts["docks"]))
        self._folded = frozenset(texts.get("folded", "").split(",")) & {"left", "right"}
        self._show_panels()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and folders may be dropped anywhere."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Say what was dropped."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell before the window goes."""
        self.closing.emit()
        super().closeEvent(event)

    def _build(self) -> None:
        self._pages.addWidget(self.studies)
        self._pages.addWidget(_stacked(self.hanging, self.strip, self.curve, self.slices))
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.greeting)
        column.addWidget(self.notice)
        column.addWidget(self._pages, 1)
        self.setCentralWidget(middle)
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.left)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.right)
        self.resizeDocks([self.left, self.right], [LEFT_PX, RIGHT_PX], Qt.Orientation.Horizontal)
        bottom = QStatusBar()
        bottom.setSizeGripEnabled(False)
        bottom.addWidget(self.activity, 1)
        self.setStatusBar(bottom)
        self.show_comparison(False)


def _dock(name: str, width: int, *widgets: QWidget) -> QDockWidget:
    """Widgets below each other, scrolled where there is no room, without a title."""
    body = QWidget()
    body.setObjectName("body")
    column = QVBoxLayout(body)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch()
    scroll = Column(body, width - 40)
    dock = QDockWidget()
    dock.setObjectName(name)
    dock.setTitleBarWidget(QWidget())
    dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
    dock.setWidget(scroll)
    return dock


class Column(QScrollArea):
    """Scrolls downwards only, and is never narrower than what stands in it needs: nothing is cut off."""

    def __init__(self, body: QWidget, least_px: int) -> None:
        super().__init__()
        self._least_px = least_px
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def minimumSizeHint(self) -> QSize:
        """As wide as the body needs, with room for the bar that scrolls it."""
        body, bar = self.widget(), self.verticalScrollBar().sizeHint().width()
        needed = body.minimumSizeHint().width() + bar if body is not None else 0
        most = scaled(self._least_px * _WIDEST)
        return QSize(min(max(self._least_px, needed), most), super().minimumSizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What stands in it has changed, and may need more room."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


def _stacked(first: QWidget, *below: QWidget) -> QWidget:
    """A widget that takes the room, and what stands below it."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(first, 1)
    for widget in below:
        column.addWidget(widget)
    return made


def _headed(text: str, widget: QWidget) -> QWidget:
    """A section under its name, which come and go together."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(_heading(text))
    column.addWidget(widget)
    return made


def _heading(text: str) -> QWidget:
    made = label(text, Role.SECTION)
    made.setContentsMargins(8, 8, 8, 0)
    return made


def _title(method: str) -> str:
    """A method on a button, where there is little room."""
    short = method.removeprefix("attention ").removeprefix("integrated ").removeprefix("LIME by ")
    return "By frame" if short == "frame" else short[:1].upper() + short[1:]


def _text(data: QByteArray) -> str:
    return base64.b64encode(data.data()).decode()


def _bytes(text: str) -> QByteArray:
    try:
        return QByteArray(base64.b64decode(text))
    except ValueError:
        return QByteArray()
