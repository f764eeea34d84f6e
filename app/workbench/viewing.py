"""What keys and tools do to the pictures on the wall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from app.viewer import gestures
from app.viewer.hanging import Hanging
from app.viewer.look import Look, Texts, Tool
from app.viewer.slice_view import SliceView


class Viewing:
    """Acts on the chosen viewport, or on all."""

    def __init__(self, hanging: Hanging) -> None:
        self._hanging = hanging
        self.texts, self.patient_texts = Texts.ALL, True  # of all views, also of those that come

    @property
    def view(self) -> SliceView | None:
        """The chosen viewport's view of slices."""
        return self._hanging.slice_view(self._hanging.active)

    @property
    def has_picture(self) -> bool:
        """Whether there is anything to act on."""
        view = self._hanging.view(self._hanging.active)
        return view is not None and view.isVisible()

    @property
    def tool(self) -> Tool:
        """What the left button does."""
        return self._hanging.tool

    def take(self, tool: Tool) -> None:
        """Take a tool in hand."""
        self._hanging.set_tool(tool)

    def preset(self, number: int) -> None:
        """Window by number key."""
        self._hanging.preset(number)

    def invert(self) -> None:
        """Swap black and white."""
        self._hanging.change(lambda look: replace(look, inverted=not look.inverted))

    def turn(self, quarter_turns: int) -> None:
        """Turn clockwise."""
        self._hanging.change(partial(gestures.turned, quarter_turns=quarter_turns % 4))

    def flip_across(self) -> None:
        """Mirror left and right."""
        self._hanging.change(gestures.flipped_across)

    def flip_down(self) -> None:
        """Mirror top and bottom."""
        self._hanging.change(gestures.flipped_down)

    def reset(self) -> None:
        """As at the beginning."""
        self._hanging.reset()

    def scroll(self, steps: int) -> None:
        """Go `steps` slices on."""
        if view := self.view:
            view.step(steps)

    def step_texts(self) -> None:
        """All corner texts, few, none."""
        levels = list(Texts)
        self.texts = levels[(levels.index(self.texts) + 1) % len(levels)]
        self._change_all(lambda look: replace(look, texts=self.texts))

    def toggle_patient(self) -> None:
        """Show or hide who the patient is."""
        self.patient_texts = not self.patient_texts
        self._change_all(lambda look: replace(look, patient_texts=self.patient_texts))
        for view in self._hanging.volume_views():
            view.patient_texts = self.patient_texts
            view.update()

    def _change_all(self, deed: Callable[[Look], Look]) -> None:
        for view in self._hanging.slice_views():
            view.set_look(deed(view.look))
