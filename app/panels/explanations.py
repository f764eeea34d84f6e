"""Why a model gave a finding its score: method, strongest pieces, by series, and the evidence for the map."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.overlays import Overlay
from app.panels.attribution_bars import SeriesBars, TopBars
from app.panels.evidence import EvidenceBox, VerdictLine
from app.panels.labels import Role, label
from app.panels.map_controls import MapControls
from app.panels.rows import Choice
from app.panels.view_bars import ViewBars, is_of_loops
from explain.attribution import Attribution


class ExplanationsPanel(QWidget):
    """Shows one explanation; asks for others, for another look of the map, for a place in the pictures."""

    method_chosen = Signal(str)  # key of the method
    look_changed = Signal(object)  # Overlay
    element_chosen = Signal(int, int)  # unit, element
    unit_chosen = Signal(int)  # a view of a study of loops

    def __init__(self, methods: Sequence[tuple[str, str, str]]) -> None:
        """`methods` are (key, title, tip)."""
        super().__init__()
        self._method = ""
        self._titles = {key: title for key, title, _ in methods}
        self._heading = label("WHY", Role.SECTION)
        self.methods = Choice([(key, title) for key, title, _ in methods], [tip for *_, tip in methods])
        self.methods.chosen.connect(self.method_chosen)
        for key in self._titles:  # they share the room that there is: the panel grows no wider for them
            self.methods.button(key).setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._state = label("", Role.CAPTION, wrap=True)
        self.explain = QPushButton()
        self.explain.setProperty("role", "action")
        self.explain.setToolTip("Show what the chosen finding rests on (Ctrl+E)")
        self.explain.clicked.connect(lambda: self.method_chosen.emit(self._method))
        self.controls = MapControls()
        self.controls.look_changed.connect(self.look_changed)
        self.top = TopBars()
        self.top.element_chosen.connect(self.element_chosen)
        self._sentence = label("", Role.BODY, wrap=True)
        self.series = SeriesBars()
        self.views = ViewBars()
        self.views.unit_chosen.connect(self.unit_chosen)
        self.verdict = VerdictLine()
        self.evidence = EvidenceBox()
        self._lay_out()

    def show_empty(self) -> None:
        """There is no finding to explain."""
        self._heading.setText("WHY")
        self._state.setText("Choose a finding with a score to see what it rests on.")
        self._state.show()
        self.methods.hide()
        self.explain.hide()
        self._show_parts(False)

    def offer(self, methods: Collection[str]) -> None:
        """Offer those methods alone that can explain the model in question."""
        for key in self._titles:
            self.methods.button(key).setVisible(key in methods)

    def show_unexplained(self, title: str, why: str) -> None:
        """No method explains this model, and the reason is no failing."""
        self.show_empty()
        self._heading.setText(f"WHY · {title.upper()}")
        self._state.setText(why)

    def show_target(self, title: str, computed: Collection[str], method: str, *, busy: bool = False) -> None:
        """A finding is chosen that `method` has not explained; `computed` names the methods that have."""
        self._show_head(title, computed, method)
        self._state.setText(
            "Working it out…" if busy else f"{self._titles[method]} has not been run for this finding."
        )
        self._state.show()
        self.explain.setVisible(not busy)
        self.explain.setText(f"Explain with {self._titles[method]}")
        self._show_parts(False)

    def show_attribution(
        self, attribution: Attribution, computed: Collection[str], method: str, look: Overlay
    ) -> None:
        """Show an explanation with its evidence."""
        self._show_head(attribution.target.title, computed, method)
        self._state.hide()
        self.explain.hide()
        self._show_parts(True)
        self.controls.show_map(attribution, look)
        self.top.show_top(attribution)
        self._sentence.setText(attribution.evidence.sentence)
        self._sentence.setVisible(bool(attribution.evidence.sentence))
        moving = is_of_loops(attribution)
        (self.views if moving else self.series).show_units(attribution)
        self.views.setVisible(moving)
        self.series.setVisible(not moving)
        self.verdict.show_evidence(attribution)
        self.evidence.show_evidence(attribution)

    def _show_head(self, title: str, computed: Collection[str], method: str) -> None:
        self._method = method
        self._heading.setText(f"WHY · {title.upper()}")
        self.methods.show()
        self.methods.choose(method)
        for key, text in self._titles.items():
            self.methods.button(key).setText(f"{text} •" if key in computed else text)
            self.methods.button(key).setAccessibleName(f"{text}{', computed' if key in computed else ''}")

    def _show_parts(self, there: bool) -> None:
        parts = (
            self.verdict,
            self.controls,
            self.top,
            self._sentence,
            self.series,
            self.views,
            self.evidence,
        )
        for part in parts:
            part.setVisible(there)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)
        for widget in (
            self._heading,
            self.methods,
            self._state,
            self.explain,
            self.verdict,
            self.controls,
            self.top,
            self._sentence,
            self.series,
            self.views,
            self.evidence,
        ):
            column.addWidget(widget)
        self.show_empty()
