"""The evidence line of an explanation: whether it holds, why, and what it is not."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from app.panels.labels import Role, label, recast, tooltip
from app.panels.rows import link
from explain.attribution import Attribution, Check

VERDICTS = {
    "pass": (Role.GOOD, "● Evidence holds"),
    "amber": (Role.WARNING, "▲ Read with care"),
    "fail": (Role.BAD, "■ Not reliable"),
    "none": (Role.WARNING, "▲ No check was made"),
}


class VerdictLine(QLabel):
    """Whether an explanation holds: said before anything else of it."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)

    def show_evidence(self, attribution: Attribution) -> None:
        """Say the verdict, and the most serious check where it is not a good one."""
        checks = _most_serious_first(attribution.evidence.checks)
        role, words = VERDICTS[worst(attribution.evidence.checks)]
        recast(self, role)
        self.setText(words if role is Role.GOOD or not checks else f"{words}: {checks[0].text}")


FORGOTTEN = "randomised weights"  # name of the check that is made on demand where it is slow


class EvidenceBox(QFrame):
    """The checks in words, the true size of a piece, and the caveat; asks for the check that is missing."""

    check_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.checks = label("", Role.CAPTION, wrap=True)
        self._caveat = label("", Role.FAINT, wrap=True)
        self.ask_forgotten = link(
            "Check against forgotten weights",
            "Explain again with weights that have learnt nothing: a map that stays alike is worth nothing",
        )
        self.ask_forgotten.clicked.connect(self.check_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(4)
        for widget in (self.checks, self._caveat, self.ask_forgotten):
            column.addWidget(widget)

    def show_evidence(self, attribution: Attribution) -> None:
        """Show what speaks for and against an explanation."""
        checks = attribution.evidence.checks
        texts = [check.text for check in _most_serious_first(checks)]
        texts += [_piece(attribution), f"{attribution.evidence.seconds:.1f} s"]
        self.checks.setText(" · ".join(text for text in texts if text))
        self.checks.setToolTip(tooltip(provenance(attribution)))
        self._caveat.setText(attribution.caveat)
        self.ask_forgotten.setVisible(attribution.evidence.check(FORGOTTEN) is None)


def worst(checks: tuple[Check, ...]) -> str:
    """The verdict that stands for all: "fail", "amber", "pass", or "none" where nothing was checked."""
    verdicts = {check.verdict for check in checks}
    return next((v for v in ("fail", "amber", "pass") if v in verdicts), "none")


def provenance(attribution: Attribution) -> str:
    """What made the map, one line each."""
    lines = [
        f"method: {attribution.method}",
        f"explains: {attribution.target.title}, score {attribution.score:.3f} {attribution.target.unit}",
        f"model: {attribution.model_key}, weights {attribution.weights_sha256[:8] or 'unknown'}",
        f"seed: {attribution.seed}",
        *(f"{name}: {value}" for name, value in attribution.parameters.items()),
        f"evaluations of the model: {attribution.evidence.forwards}",
        *(f"{c.name}: {c.text} ({c.verdict})" for c in attribution.evidence.checks),
    ]
    return "\n".join(lines)


def _most_serious_first(checks: tuple[Check, ...]) -> list[Check]:
    order = ["fail", "amber", "pass"]
    return sorted(checks, key=lambda check: order.index(check.verdict))


def _piece(attribution: Attribution) -> str:
    """The true size of one piece of the map, in millimetres."""
    if not attribution.units:
        return ""
    k, j, i = attribution.units[0].place.size_mm
    return f"block {j:.0f} × {i:.0f} × {k:.0f} mm"
