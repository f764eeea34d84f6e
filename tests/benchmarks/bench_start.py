"""From the command to a painted window without a study, beside an empty Qt window in the same run."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.row import Row

ROOT = Path(__file__).parents[2]
HOLD_S = 2.5
ROUNDS = 3


def rows() -> list[Row]:
    """Starts take turns; the least of each counts, as files are then in the page cache."""
    with tempfile.TemporaryDirectory() as home:
        taken = [[_started(what, home) for what in ("window", "empty")] for _ in range(ROUNDS)]
    ours, empty = (min(round_[n][0] for round_ in taken) for n in range(2))
    found = taken[0][0][1]
    held = ours < HOLD_S and not any(found.values())
    heavy = ", ".join(name for name, there in found.items() if there) or "neither torch nor MONAI"
    return [
        Row(
            "window up, no study",
            f"{ours:.2f} s",
            f"an empty Qt window {empty:.2f} s",
            ours / empty,
            f"< {HOLD_S} s",
            held,
            f"imported: {heavy}",
        )
    ]


def _started(what: str, home: str) -> tuple[float, dict[str, Any]]:
    """Seconds until the window was painted, and what it had imported."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "tests.benchmarks.start_probe", what, home]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        taken = time.perf_counter() - start
    found: dict[str, Any] = json.loads(line)
    return taken, found
