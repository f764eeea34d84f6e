"""One line of `python run.py bench`: ours beside a named peer, measured in the same run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What was measured. `ratio` is ours over the peer's unless the row says otherwise."""

    what: str
    ours: str  # with its unit, such as "0.41 s"
    peer: str  # who, with its figure, such as "SimpleITK ImageSeriesReader 2.9 s"
    ratio: float
    hold: str  # such as "<= 0.3x"
    holds: bool
    note: str = ""
