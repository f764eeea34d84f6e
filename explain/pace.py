"""How many rows go into one batch, so that cancelling takes little time and little time is wasted.

The number follows from the work of one row, never from a clock: sums over batches of another size round
differently, and an explanation has to be the same to the bit when it is made again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

import torch
from torch.utils.flop_counter import FlopCounterMode

WORK_AT_ONCE = {"cpu": 4_000_000_000}  # floating-point operations: about a tenth of a second of one core
WORK_ON_CARD = 400_000_000_000


class Pace:
    """Batch sizes, one for each kind of row; counted once, when the first row of a kind is asked for."""

    def __init__(self, device: torch.device, most: int) -> None:
        self._work = WORK_AT_ONCE.get(device.type, WORK_ON_CARD)
        self._most = most
        self._rows: dict[Hashable, int] = {}

    def rows(self, kind: Hashable, one_row: Callable[[], object]) -> int:
        """Rows of `kind` in a batch; `one_row` does the work of a single one, without gradients."""
        if kind not in self._rows:
            with FlopCounterMode(display=False) as counter:
                one_row()
            work = max(1, counter.get_total_flops())
            self._rows[kind] = max(1, min(self._most, self._work // work))
        return self._rows[kind]
