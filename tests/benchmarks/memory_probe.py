"""The memory of one large CT in the window, alone in its process.

python -m tests.benchmarks.memory_probe HOME SMALL LARGE

First a small study of the same kind is opened, scrolled and shown in 3-D, so that all that any study needs is
in memory. What the large one then adds at most is counted over the whole tree of processes: proportional set
size (PSS), so that what processes share counts once, and files that are mapped count as well.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import theme
from app.viewer.volume_request import Detail
from app.viewer.volume_view import VolumeView
from tests.benchmarks.reading_probe import memory_bytes, reset_peak
from tests.journeys.reader import Reader

EVERY_S = 0.02
PATIENCE_S = 1800.0
WARM_S = 600.0


def tree(pid: int) -> list[int]:
    """A process and all that it started, directly or not."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            found += tree(int(child))
    return found


def pss_bytes(pid: int) -> int:
    """Proportional set size of a process; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


class Peak:
    """The most memory that the tree of this process has had since it was asked to look."""

    def __init__(self) -> None:
        self.most, self.samples = 0, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no longer."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(EVERY_S):
            self.most = max(self.most, now())
            self.samples += 1


def now() -> int:
    """Bytes of the whole tree."""
    return sum(map(pss_bytes, tree(os.getpid())))


def main() -> None:
    """Open a small study, then the large one, and print what that took."""
    home, small, large = map(Path, sys.argv[1:])
    application = QApplication.instance() or QApplication([])
    theme.apply(application)
    reader = Reader(home, home)
    reader.watchdog.stop()
    open_it(reader, small)
    in_space(reader)
    reader.wait("the runner", lambda: reader.room.services.runner.pid is not None, WARM_S)
    reader.wait_until_idle(PATIENCE_S)
    before, own = now(), memory_bytes("VmRSS")
    told: dict[str, int] = {"before": before}
    for name, step in (("open", lambda: open_it(reader, large)), ("space", lambda: in_space(reader))):
        reset_peak()
        peak = Peak()
        step()
        peak.stop()
        told |= {f"{name} peak": peak.most - before, f"{name} rest": now() - before, "samples": peak.samples,
                 f"{name} own peak": memory_bytes("VmHWM") - own}  # fmt: skip
    print(json.dumps(told), flush=True)
    os._exit(0)  # what closes afterwards is no part of it


def open_it(reader: Reader, folder: Path) -> None:
    """Open, and scroll through all of it."""
    known = reader.sitting.current
    reader.drop([folder], reader.window)
    reader.wait("the study", lambda: reader.sitting.current not in (None, known), PATIENCE_S)
    reader.wait("the picture", reader.window.hanging.slice_views, PATIENCE_S)
    reader.wait("the volume", lambda: reader.view.exhibit.volume is not None, PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)
    for index in range(0, reader.view.slices.count, 5):
        reader.view.adjust(slice_index=index)
        QTest.qWait(1)


def in_space(reader: Reader) -> None:
    """Three planes and the finest picture in 3-D, and back."""
    reader.view.setFocus()
    reader.key(Qt.Key.Key_M)
    reader.wait("3-D", lambda: reader.window.hanging.findChildren(VolumeView), PATIENCE_S)
    solid = reader.window.hanging.findChildren(VolumeView)[-1]
    fine = lambda: solid.picture is not None and solid.picture.request.detail is Detail.FULL  # noqa: E731
    reader.wait("the finest picture", fine, PATIENCE_S)
    reader.window.hanging.setFocus()
    reader.key(Qt.Key.Key_M)
    reader.wait("the series", lambda: len(reader.window.hanging.slice_views()) == 1, PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)


if __name__ == "__main__":
    main()
