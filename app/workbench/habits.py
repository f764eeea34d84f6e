"""What the reader left on, found again at the next start: tool, texts, links. New views are dressed alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from app.viewer.hanging import Hanging
from app.viewer.look import Interpolation, Texts, Tool
from app.viewer.tools.paint import PAINTING
from app.workbench.interpolating import Interpolating
from app.workbench.linking import Linking
from app.workbench.services import Services
from app.workbench.showing import Showing
from app.workbench.viewing import Viewing

KEPT = "habits"  # among the texts of the window


class Habits(QObject):
    """Keeps and restores switches; none of them belongs to a study."""

    def __init__(
        self, services: Services, hanging: Hanging, showing: Showing, *, viewing: Viewing, linking: Linking,
        interpolating: Interpolating,
    ) -> None:  # fmt: skip
        super().__init__()
        self._services, self._hanging = services, hanging
        self._viewing, self._linking, self._interpolating = viewing, linking, interpolating
        showing.hung.connect(self._dress)

    def kept(self) -> str:
        """All switches as a text."""
        together, actions = self._hanging.together, self._linking.actions
        return json.dumps(
            {
                "tool": self._hanging.tool.value,
                "texts": self._viewing.texts.value,
                "patient": self._viewing.patient_texts,
                "interpolation": self._interpolating.kind.value,
                "scroll": together.scroll_together,
                "references": together.show_references,
                "zoom": actions.zoom,
                "pan": actions.pan,
                "window": actions.window,
            }
        )

    def restore(self) -> None:
        """Switch as it was left; what cannot be read stays as at the first start."""
        told = _told(self._services.remembered.settings.window.get(KEPT, ""))
        if told.get("tool") in {tool.value for tool in Tool if tool not in PAINTING}:
            self._hanging.set_tool(Tool(told["tool"]))
        if told.get("texts") in {level.value for level in Texts}:
            self._viewing.texts = Texts(told["texts"])
        if told.get("interpolation") in {kind.value for kind in Interpolation}:
            self._interpolating.kind = Interpolation(told["interpolation"])
        self._viewing.patient_texts = told.get("patient") is not False
        together = self._hanging.together
        together.scroll_together = told.get("scroll") is not False
        together.show_references = told.get("references") is not False
        switches: tuple[tuple[str, Callable[[], None]], ...] = (
            ("zoom", self._linking.toggle_zoom),
            ("pan", self._linking.toggle_pan),
            ("window", self._linking.toggle_window),
        )
        told.setdefault("pan", told.get("zoom"))  # once they were one switch
        for name, toggle in switches:
            if told.get(name) is True:
                toggle()

    def _dress(self, slot: int) -> None:
        """A view made anew writes as much as the others do."""
        for deep in self._hanging.volume_views():
            deep.patient_texts = self._viewing.patient_texts
        view = self._hanging.slice_view(slot)
        if view is not None:
            now = self._viewing
            view.adjust(
                texts=now.texts, patient_texts=now.patient_texts, interpolation=self._interpolating.kind
            )


def _told(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text or "{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
