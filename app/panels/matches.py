"""Labels ranked for the series on show: typed or picked, cosine and calibrated probability kept apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.match_values import Match, MatchResult
from app.panels.bars import Drawing
from app.panels.ink import Ink, ink
from app.panels.labels import ElidedLabel, Role, label, tooltip
from app.panels.rows import Row
from app.report.measures import chance_words

SHOWN = 25  # rows; a longer ranking is for the command line
OWN = "My own labels"
_COSINE_PX, _CHANCE_PX = 44, 64
_UNCALIBRATED = (
    "No probability: the model was never taught this label, so nobody knows how its cosine scores."
)


class CosineBar(Drawing):
    """A cosine from -1 to 1 as a bar from the middle."""

    def __init__(self, cosine: float) -> None:
        super().__init__(height=14, width=56)
        self._cosine = max(-1.0, min(1.0, cosine))

    def draw(self, painter: QPainter, box: QRectF) -> None:
        """Track, bar, and the middle."""
        track = box.adjusted(0, 4, 0, -4)
        painter.fillRect(track, ink(Ink.TRACK))
        middle, reach = track.center().x(), self._cosine * track.width() / 2
        bar = QRectF(min(middle, middle + reach), track.top(), abs(reach), track.height())
        painter.fillRect(bar, ink(Ink.MODEL if reach > 0 else Ink.AGAINST))
        painter.setPen(QPen(ink(Ink.TEXT), 1))
        painter.drawLine(QPointF(middle, box.top() + 2), QPointF(middle, box.bottom() - 2))


class MatchRow(Row):
    """One label: bar and cosine, and apart from them the probability, where there is one."""

    def __init__(self, match: Match) -> None:
        super().__init__(spoken(match))
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 4, 8, 4)
        line.setSpacing(8)
        line.addWidget(ElidedLabel(match.label, Role.BODY), 1)
        if match.unknown:
            never = label("?", Role.WARNING)
            never.setToolTip(tooltip(f"Never taught: {', '.join(match.unknown)}. The match means nothing."))
            line.addWidget(never)
        line.addWidget(CosineBar(match.cosine))
        line.addWidget(_figure(f"{match.cosine:+.2f}".replace("-", "−"), Role.BODY, _COSINE_PX))
        calibrated = match.probability is not None
        chance = _figure(
            chance_words(match.probability), Role.MODEL if calibrated else Role.FAINT, _CHANCE_PX
        )
        if not calibrated:
            chance.setToolTip(tooltip(_UNCALIBRATED))
        line.addWidget(chance)


class MatchesPanel(QWidget):
    """Asks for labels, shows how well each goes with the series, and which one the reader wants explained."""

    match_requested = Signal(str)  # the typed text
    label_chosen = Signal(str)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._lists: Mapping[str, Sequence[str]] = {}
        self._rows: dict[str, MatchRow] = {}
        self._words = ""  # what stood there before the work began
        self.lists = QComboBox()
        self.labels = QPlainTextEdit()
        self.labels.setPlaceholderText("One label per line, such as\nchest X-ray, nodule")
        self.labels.setFixedHeight(96)
        self.labels.setTabChangesFocus(True)
        self.labels.setAccessibleName("Labels, one per line")
        self.match = QPushButton("Match")
        self.match.setProperty("role", "action")
        self.match.setToolTip("Rank the labels for the series in the chosen viewport")
        self.state = label("", Role.CAPTION, wrap=True)
        self._columns = QWidget()
        self._body = QWidget()
        self._origin = label("", Role.MODEL, wrap=True)
        self._lay_out()
        self.lists.activated.connect(self._pick)
        self.match.clicked.connect(lambda: self.match_requested.emit(self.labels.toPlainText()))
        self.show_result(None)

    @property
    def shown(self) -> tuple[str, ...]:
        """The labels in the order on show."""
        return tuple(self._rows)

    def offer(self, lists: Mapping[str, Sequence[str]], origin: str) -> None:
        """Offer lists of labels; `origin` says where the weights come from."""
        self._lists = lists
        self.lists.clear()
        self.lists.addItems([OWN, *lists])
        self._origin.setText(origin)

    def show_busy(self, busy: bool) -> None:
        """The ranking is being worked out."""
        self.match.setEnabled(not busy)
        if busy:
            self._words = self.state.text()
            self.state.setText("Matching…")
        elif self.state.text() == "Matching…":  # nothing came of it
            self.state.setText(self._words)

    def show_result(self, result: MatchResult | None) -> None:
        """Show a ranking; None where the series on show has none."""
        self._empty()
        self._columns.setVisible(result is not None)
        self._body.setVisible(result is not None)
        if result is None:
            self.state.setText("Type labels or pick a list, then match them with the series on show.")
            return
        read = len(result.slices.index)
        more = len(result.matches) - SHOWN
        self.state.setText(
            f"{result.title}: {read} picture{'s' if read > 1 else ''} read."
            + (f" The best {SHOWN} of {len(result.matches)} labels." if more > 0 else "")
        )
        for match in result.matches[:SHOWN]:
            self._add(match)

    def choose(self, chosen: str) -> None:
        """Mark the label that is being explained."""
        for name, row in self._rows.items():
            row.set_chosen(name.casefold() == chosen.casefold())

    def _add(self, match: Match) -> None:
        row = MatchRow(match)
        row.clicked.connect(lambda name=match.label: self.label_chosen.emit(name))
        self._rows[match.label] = row
        layout = self._body.layout()
        assert layout is not None
        layout.addWidget(row)

    def _empty(self) -> None:
        for row in self._rows.values():
            row.setParent(None)
            row.deleteLater()
        self._rows = {}

    def _pick(self, number: int) -> None:
        name = self.lists.itemText(number)
        if name in self._lists:
            self.labels.setPlainText("\n".join(self._lists[name]))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.lists, 1)
        head.addWidget(self.match)
        titles = QHBoxLayout(self._columns)
        titles.setContentsMargins(8, 0, 8, 0)
        titles.setSpacing(8)
        titles.addWidget(label("label", Role.FAINT), 1)
        titles.addWidget(_figure("cosine", Role.FAINT, _COSINE_PX))
        titles.addWidget(_figure("probability", Role.FAINT, _CHANCE_PX))
        rows = QVBoxLayout(self._body)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        column.addWidget(label("MATCH WITH WORDS", Role.SECTION))
        column.addWidget(self._origin)
        column.addLayout(head)
        column.addWidget(self.labels)
        for widget in (self.state, self._columns, self._body):
            column.addWidget(widget)


def spoken(match: Match) -> str:
    """The row for a screen reader."""
    return f"{match.label}: cosine {match.cosine:+.2f}, probability {chance_words(match.probability)}"


def _figure(text: str, role: Role, width: int) -> QWidget:
    made = label(text, role)
    made.setMinimumWidth(width)
    made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return made
