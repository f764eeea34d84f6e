"""Undo and redo of frozen states: a step back is the state as it was, not an inverse operation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

S = TypeVar("S")
LIMIT = 200  # steps kept; states share almost everything, so a step costs little


@dataclass(frozen=True)
class Step(Generic[S]):
    """One change: what it was called, and the state before and after it."""

    title: str
    before: S
    after: S
    merge: str = ""


class UndoHistory(Generic[S]):
    """The one line of undo and redo. Knows states, not what they mean."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._done: list[Step[S]] = []
        self._undone: list[Step[S]] = []

    @property
    def undo_title(self) -> str:
        """What undo would take back; empty if nothing."""
        return self._done[-1].title if self._done else ""

    @property
    def redo_title(self) -> str:
        """What redo would do again; empty if nothing."""
        return self._undone[-1].title if self._undone else ""

    def do(self, title: str, before: S, after: S, *, merge: str = "") -> None:
        """Remember a change. Changes in a row with the same non-empty `merge` are one step, as a drag is."""
        continues = merge and not self._undone and self._done and self._done[-1].merge == merge
        if continues:
            before = self._done.pop().before
        self._done.append(Step(title, before, after, merge))
        self._undone.clear()
        del self._done[: -self._limit]

    def undo(self) -> S | None:
        """The state before the last change, or None if there is none."""
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1].before

    def redo(self) -> S | None:
        """The state after the change last undone, or None if there is none."""
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1].after

    def amend(self, change: Callable[[S], S]) -> None:
        """Change every state, as by what was there before the first step but came to be known later."""
        for steps in (self._done, self._undone):
            steps[:] = [replace(s, before=change(s.before), after=change(s.after)) for s in steps]

    def clear(self) -> None:
        """Forget everything, as when another study is opened."""
        self._done.clear()
        self._undone.clear()
