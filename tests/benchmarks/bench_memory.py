"""Memory of a large CT that is open in the window, over the bytes of its pixels."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.made_studies import write_chest
from tests.benchmarks.row import Row

ROOT = Path(__file__).parents[2]
SLICES, HOLD = 500, 1.5


def rows() -> list[Row]:
    """At its highest, and at rest; Linux alone says how much memory processes share."""
    if not sys.platform.startswith("linux"):
        return []
    with tempfile.TemporaryDirectory() as place:
        small, large = Path(place) / "small", Path(place) / "large"
        write_chest(small, 5, study="3")
        pixels = write_chest(large, SLICES)
        command = [sys.executable, "-m", "tests.benchmarks.memory_probe", f"{place}/home", small, large]
        answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(answer.stdout.splitlines()[-1])
    whens = (("open and scrolled", "open"), ("in three planes and 3-D", "space"))
    return [_row(when, key, found, pixels) for when, key in whens]


def _row(when: str, key: str, found: dict[str, Any], pixels: int) -> Row:
    peak, rest, own = (found[f"{key} {what}"] for what in ("peak", "rest", "own peak"))
    mib = [n / 2**20 for n in (peak, rest, own, found["before"], pixels)]
    return Row(
        f"memory of a CT of {SLICES} slices, {when}",
        f"at most {mib[0]:.0f} MiB",
        f"its pixels {mib[4]:.0f} MiB",
        peak / pixels,
        f"<= {HOLD}x",
        peak / pixels <= HOLD,
        f"PSS of all processes; then {mib[1]:.0f} MiB; RSS of the window {mib[2]:.0f}; before {mib[3]:.0f}",
    )
