"""How many rows go into one batch, so that cancelling takes less than 0.2 s and little time is wasted."""

from __future__ import annotations

SLOW_S, QUICK_S = 0.12, 0.05


class Pace:
    """A batch size that follows how long the last batch took."""

    def __init__(self, rows: int, most: int) -> None:
        self.rows = rows
        self._most = most

    def took(self, rows: int, seconds: float) -> None:
        """Say how long a batch of `rows` was under way."""
        if seconds > SLOW_S:
            self.rows = max(1, self.rows // 2)
        elif seconds < QUICK_S and rows == self.rows:
            self.rows = min(self._most, self.rows * 2)
