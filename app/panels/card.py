"""The card of a model: what it answers, how well, what it is for and where it fails."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.panels.labels import Role, label
from app.theme import size_on_screen
from inference.card import Card, Metric, Target


class CardDialog(QDialog):
    """Shows one card; it is read and closed."""

    def __init__(self, card: Card, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"{card.title} {card.version}")
        self.resize(size_on_screen(620, 640))
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(16, 16, 16, 16)
        self._column.setSpacing(4)
        self._fill(card)
        scroll = QScrollArea()
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 8, 16, 12)
        foot.addWidget(buttons)
        outer.addLayout(foot)

    def _fill(self, card: Card) -> None:
        self._column.addWidget(label(f"{card.title} {card.version}", Role.HEADING))
        self._column.addWidget(label(card.caveat, Role.WARNING, wrap=True))
        self._section("INTENDED USE", card.intended_use)
        self._section("NOT FOR", card.not_for)
        self._section("KNOWN FAILURES", *(f"• {failure}" for failure in card.known_failures))
        self._table("TARGETS", ("target", "threshold", "score"), [_target_line(t) for t in card.targets])
        self._table(
            "HELD-OUT FIGURES",
            ("figure", "value", "95 % interval", "cases"),
            [_metric_line(m) for m in card.metrics],
        )
        self._section("READS", f"{card.modality}, {card.body_part}")
        self._section("TRAINED ON", card.trained_on, card.population)
        self._section(
            "WEIGHTS", f"{card.size} size · recipe {card.recipe} · {card.licence}", _fingerprint(card)
        )
        self._section("SOURCES", *card.sources)
        self._column.addStretch()

    def _section(self, title: str, *texts: str) -> None:
        texts = tuple(text for text in texts if text)
        if texts:
            self._column.addSpacing(8)
            self._column.addWidget(label(title, Role.SECTION))
            for text in texts:
                self._column.addWidget(_selectable(text))

    def _table(self, title: str, columns: tuple[str, ...], lines: list[tuple[str, ...]]) -> None:
        if not lines:
            return
        self._column.addSpacing(8)
        self._column.addWidget(label(title, Role.SECTION))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        for column, text in enumerate(columns):
            grid.addWidget(label(text, Role.FAINT), 0, column)
        for row, line in enumerate(lines, start=1):
            for column, text in enumerate(line):
                grid.addWidget(label(text, wrap=column == 0), row, column)
        self._column.addLayout(grid)


def _selectable(text: str) -> QWidget:
    made = label(text, wrap=True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def _target_line(target: Target) -> tuple[str, ...]:
    threshold = (
        "highest wins"
        if target.group == "priority"
        else f"{target.threshold:+.2f} {target.unit}".replace("-", "−")
    )
    return (
        target.title,
        threshold,
        "calibrated probability" if target.calibration else f"{target.unit}, not a probability",
    )


def _metric_line(metric: Metric) -> tuple[str, ...]:
    interval = "" if metric.low is None or metric.high is None else f"{metric.low:.3f} to {metric.high:.3f}"
    return metric.name, f"{metric.value:.3f}", interval, "" if metric.cases is None else str(metric.cases)


def _fingerprint(card: Card) -> str:
    return f"sha256 {card.weights_sha256[:16]}" if card.weights_sha256 else ""
