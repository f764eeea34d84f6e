"""The rows of one prediction: what is found stands open, the rest folds into a line that counts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.panels.finding_row import FindingDetail, FindingRow
from app.panels.labels import Role, label
from app.panels.rows import emptied, link
from app.report.measures import is_measure
from inference.prediction import Decision, Finding, State

GROUP_TITLES = {"diagnosis": "", "measure": "MEASURES", "referral": "REFERRAL", "priority": "PRIORITY"}


class FindingList(QWidget):
    """One row for each target, with the detail of the chosen one under its row."""

    finding_chosen = Signal(str)  # target
    decided = Signal(str, Decision, str)  # target, decision, comment

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, FindingRow] = {}
        self._findings: dict[str, Finding] = {}
        self._others: Mapping[str, str] = {}
        self._chosen = ""
        self.detail = FindingDetail()
        self.detail.decided.connect(self._pass_on)
        self.fold = link("", "Show or fold away what is not a finding")
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setProperty("role", "fold")
        self.fold.clicked.connect(self._toggle_fold)
        self._folded: list[QWidget] = []
        self._unfolded = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(1)

    def show_findings(
        self, findings: Sequence[Finding], chosen: str = "", others: Mapping[str, str] | None = None
    ) -> None:
        """Show every target; `chosen` gets its detail under it, with what `others` say of it by name."""
        self.clear()
        self._others = others or {}
        self._findings = {finding.target.name: finding for finding in findings}
        ordered = _in_reading_order(findings)
        found = [f for f in ordered if _stands_open(f)]
        self._add_all(found)
        rest = [f for f in ordered if not _stands_open(f)]
        if rest:
            self.fold.setText(fold_words(rest))
            self._column.addWidget(self.fold)
            self.fold.show()
        self._folded = self._add_all(rest)
        self._set_unfolded(self._unfolded or not any(f.target.group == "diagnosis" for f in found))
        self.choose(chosen)

    def choose(self, target: str) -> None:
        """Mark a finding as the chosen one and open its detail; silent."""
        self._chosen = target if target in self._rows else ""
        if self._chosen and self._rows[self._chosen] in self._folded:
            self._set_unfolded(True)
        for name, row in self._rows.items():
            row.set_chosen(name == self._chosen)
        self.detail.hide()
        if self._chosen:
            self._column.removeWidget(self.detail)
            self._column.insertWidget(self._column.indexOf(self._rows[self._chosen]) + 1, self.detail)
            self.detail.show_finding(self._findings[self._chosen], self._others.get(self._chosen, ""))
            self.detail.show()

    def row(self, target: str) -> FindingRow:
        """The row of one target."""
        return self._rows[target]

    def clear(self) -> None:
        """Show no target."""
        for widget in (self.detail, self.fold):
            self._column.removeWidget(widget)
            widget.setParent(self)
            widget.hide()
        emptied(self._column)
        self._folded = []
        self._rows.clear()
        self._findings.clear()

    def _add_all(self, findings: Sequence[Finding]) -> list[QWidget]:
        """Rows under the heading of their group; all widgets that were added."""
        added: list[QWidget] = []
        group = "diagnosis"
        for finding in findings:
            if finding.target.group != group:
                group = finding.target.group
                added.append(label(GROUP_TITLES[group], Role.SECTION))
            added.append(self._row(finding))
        for widget in added:
            self._column.addWidget(widget)
        return added

    def _row(self, finding: Finding) -> FindingRow:
        row = FindingRow(finding)
        row.clicked.connect(lambda name=finding.target.name: self.finding_chosen.emit(name))
        self._rows[finding.target.name] = row
        return row

    def _set_unfolded(self, unfolded: bool) -> None:
        self.fold.setArrowType(Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow)
        for widget in self._folded:
            widget.setVisible(unfolded)

    def _toggle_fold(self) -> None:
        self._unfolded = self.fold.arrowType() is Qt.ArrowType.RightArrow
        self._set_unfolded(self._unfolded)

    def _pass_on(self, decision: Decision, comment: str) -> None:
        if self._chosen:
            self.decided.emit(self._chosen, decision, comment)


def fold_words(findings: list[Finding]) -> str:
    """How many targets are no finding, by state: a fold hides rows, never what they say together."""
    short = {State.NO_FINDING: "below threshold"}
    counts = [(state, sum(f.state is state for f in findings)) for state in State]
    return " · ".join(f"{count} {short.get(state, state.value)}" for state, count in counts if count)


def _in_reading_order(findings: Sequence[Finding]) -> list[Finding]:
    """Group by group; what is above its threshold first, then by margin, then what has no score."""
    groups = list(GROUP_TITLES)
    states = list(State)
    return sorted(
        findings,
        key=lambda f: (
            groups.index(f.target.group),
            0 if _stands_open(f) else states.index(f.state),
            -_rank(f),
        ),
    )


def _rank(finding: Finding) -> float:
    """Margins in different units say nothing about each other: measures keep the order of the card."""
    return 0.0 if is_measure(finding.target) else finding.margin or 0.0


def _stands_open(finding: Finding) -> bool:
    """What is found, and every number that was measured, is never folded away."""
    return finding.state is State.FINDING or (finding.score is not None and is_measure(finding.target))
