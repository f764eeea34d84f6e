"""Loops and volumes that move, in the window, at the rate of their files: real ones where they are here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.made_studies import write_loop
from tests.benchmarks.row import Row
from tests.conftest import SHARED_DATA
from tests.ventricle_stacks import heart, write_heart

ROOT = Path(__file__).parents[2]
ECHO = SHARED_DATA / "echo_cine" / "DIRW0007_a4c_acuson_65fr.dcm"
SHORT_AXIS = SHARED_DATA / "cardiac_cine" / "sunnybrook_SCD0002001_sax"
SECONDS = 5.0
MOST_DROPPED = 0.01


def rows() -> list[Row]:
    """An echo loop, a short-axis stack, and the same stack in three planes and in 3-D."""
    with tempfile.TemporaryDirectory() as place:
        echo, stack, real = ECHO, SHORT_AXIS, " of a patient"
        if not (echo.is_file() and stack.is_dir()):
            echo, stack, real = Path(place) / "echo", Path(place) / "stack", ""
            write_loop(echo)
            write_heart(stack, heart())
        asked = (("echo loop", echo, "loop"), ("short-axis stack", stack, "loop"),
                 ("short-axis stack in planes and 3-D", stack, "planes"))  # fmt: skip
        return [
            _row(f"{name}{real}", folder, what, f"{place}/{n}")
            for n, (name, folder, what) in enumerate(asked)
        ]


def _row(name: str, folder: Path, what: str, home: str) -> Row:
    command = [sys.executable, "-m", "tests.benchmarks.moving_probe", home, folder, what, f"{SECONDS}"]
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(answer.stdout.splitlines()[-1])
    share = told["dropped"] / max(1, told["shown"] + told["dropped"])
    load = f"; load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    times = "times of its own for each frame" if told["uneven"] else "even times"
    return Row(
        name,
        f"{told['achieved']:.1f} fps, {told['dropped']} dropped",
        f"the file's rate {told['asked']:.1f} fps",
        told["achieved"] / told["asked"],
        "< 1 % dropped on software GL",
        share < MOST_DROPPED,
        f"{times} ({told['source']}); {told['busy']:.2f} processors busy{load}",
    )
