"""Run every benchmark in this folder and print its rows: `python -m tests.benchmarks [name ...]`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.row import Row


def main(names: list[str]) -> int:
    """Print one table; `names` picks benchmarks, all by default. Exit status 0 whatever the figures."""
    console = Console(width=170)
    table = Table("what", "ours", "peer", "ratio", "to hold", "", "note", title="Negatoscope benchmarks")
    folder = Path(__file__).parent
    for stem in sorted(path.stem for path in folder.glob("bench_*.py")):
        if names and stem.removeprefix("bench_") not in names:
            continue
        console.print(f"… {stem}")
        rows: list[Row] = importlib.import_module(f"tests.benchmarks.{stem}").rows()
        for row in rows:
            verdict = "holds" if row.holds else "missed"
            table.add_row(row.what, row.ours, row.peer, f"{row.ratio:.3g}x", row.hold, verdict, row.note)
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
