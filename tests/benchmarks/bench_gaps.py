"""How long the event loop is held up while somebody works: the watchdog of the journeys, step by step."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.row import Row

ROOT = Path(__file__).parents[2]
HOLD_MS = 100.0
SUSPECTS = 3  # gaps whose stack is printed


def rows() -> list[Row]:
    """One sitting in a process of its own; a row for each step, and one for all of them."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "tests.benchmarks.sitting_probe", home]
        answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(answer.stdout.splitlines()[-1])
    for step in sorted(found, key=lambda one: -one["worst_ms"])[:SUSPECTS]:
        if step["worst_ms"] > HOLD_MS:
            print(f"{step['name']}: {step['worst_ms']:.0f} ms in\n{step['stack']}", file=sys.stderr)
    return [_row(step) for step in found]


def _row(step: dict[str, Any]) -> Row:
    worst, p99 = step["worst_ms"], step["p99_ms"]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return Row(
        f"event loop: {step['name']}",
        f"longest gap {worst:.0f} ms, p99 {p99:.0f} ms",
        f"a hundred milliseconds {HOLD_MS:.0f} ms",
        worst / HOLD_MS,
        f"no gap above {HOLD_MS:.0f} ms",
        worst <= HOLD_MS,
        f"of a gap at most {step['own_ms']:.0f} ms are the window's own processor time; load {load:.1f}",
    )
