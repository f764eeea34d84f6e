"""One reading, alone in its process, so that its time and its memory are its own.

python -m tests.benchmarks.reading_probe ours|simpleitk|first FOLDER
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from inference.imaging.read import read_picture, read_volume
from inference.imaging.scan import scan
from inference.imaging.study import DisplaySet, Kind

REPEATS = 3


def memory_bytes(field: str) -> int:
    """A line of /proc/self/status: VmRSS now, VmHWM at most since the last reset; 0 where unknown."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def reset_peak() -> None:
    """Forget the highest memory use so far (Linux)."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def series_of(folder: Path) -> DisplaySet:
    """The largest volume in a folder."""
    found = [d for study in scan(folder).studies for d in study.display_sets if d.kind is Kind.VOLUME]
    return max(found, key=lambda d: d.shape[0] * d.shape[1] * d.shape[2])


def reader(what: str, display_set: DisplaySet) -> Callable[[], int]:
    """The reading to measure; it returns the bytes of the pixels."""
    if what == "ours":
        return lambda: read_volume(display_set).voxels.nbytes
    if what == "first":
        return lambda: read_picture(display_set, 0).pixels.nbytes
    import SimpleITK

    def by_simpleitk() -> int:
        series = SimpleITK.ImageSeriesReader()
        series.SetFileNames([str(instance.path) for instance in display_set.instances])
        return int(SimpleITK.GetArrayViewFromImage(series.Execute()).nbytes)

    return by_simpleitk


def main() -> None:
    """Measure and print one line of JSON."""
    what, folder = sys.argv[1:]
    read = reader(what, series_of(Path(folder)))
    read()  # files into the page cache, modules into memory
    seconds, peak, pixels = [], 0, 0
    for _ in range(REPEATS):
        reset_peak()
        before, start = memory_bytes("VmRSS"), time.perf_counter()
        pixels = read()
        seconds.append(time.perf_counter() - start)
        peak = max(peak, memory_bytes("VmHWM") - before)
    print(json.dumps({"seconds": min(seconds), "peak": peak, "pixels": pixels}))


if __name__ == "__main__":
    main()
