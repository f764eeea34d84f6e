"""A CT series to a volume, and its first picture, beside SimpleITK's reader on the same files."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.row import Row
from tests.conftest import SHARED_DATA
from tests.imaging_fixtures import write_series

ROOT = Path(__file__).parents[2]
REAL = SHARED_DATA / "ct_volume" / "lidc0314_chest_philips16"
SLICES = 300  # of the series that is made where the real one is missing
ROUNDS = 3  # the two readers take turns, so that a busy moment hits both


def rows() -> list[Row]:
    """Time and memory of a whole series, and time to its first picture."""
    if REAL.is_dir():
        return _rows(REAL, "chest CT, 80 slices of 512 x 512")
    with tempfile.TemporaryDirectory() as folder:
        pixels = np.random.default_rng(0).integers(-1000, 1500, (SLICES, 512, 512)).astype(np.int16)
        write_series(Path(folder), pixels=pixels, RescaleSlope="1", RescaleIntercept="0")
        return _rows(Path(folder), f"made CT, {SLICES} slices of 512 x 512")


def _rows(folder: Path, note: str) -> list[Row]:
    found: dict[str, list[dict[str, Any]]] = {"ours": [], "simpleitk": [], "first": []}
    for _ in range(ROUNDS):
        for what, results in found.items():
            results.append(_measured(what, folder))
    ours, peer, first = (min(r["seconds"] for r in found[what]) for what in found)
    pixels = found["ours"][0]["pixels"]
    peak = max(r["peak"] for r in found["ours"])
    peer_peak = max(r["peak"] for r in found["simpleitk"])
    return [
        _row("CT series to a volume", (ours, "SimpleITK ImageSeriesReader", peer), 0.3, note),
        Row(
            "CT series to a volume: peak memory over its pixels",
            f"{peak / 2**20:.0f} MiB",
            f"SimpleITK ImageSeriesReader {peer_peak / 2**20:.0f} MiB",
            peak / pixels,
            "<= 1.5x the pixels",
            peak / pixels <= 1.5,
            f"the pixels take {pixels / 2**20:.0f} MiB",
        ),
        _row("first picture of a series", (first, "reading the whole series", ours), 0.1, note),
    ]


def _row(what: str, times: tuple[float, str, float], most: float, note: str) -> Row:
    ours, name, peer = times
    ratio = ours / peer
    shown = f"{name} {1000 * peer:.0f} ms"
    return Row(what, f"{1000 * ours:.1f} ms", shown, ratio, f"<= {most}x", ratio <= most, note)


def _measured(what: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.reading_probe", what, str(folder)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(answer.stdout)
    return found
