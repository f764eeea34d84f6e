"""One sitting at the workstation, alone in its process: `python -m tests.benchmarks.sitting_probe HOME`.

A CT is opened, scrolled, windowed, measured, cut into planes and shown in 3-D; a loop plays; the bundled
model reads the bundled study and gives its reason. The last line printed is JSON: how the event loop fared.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import resources
from app import theme
from app.collecting import set_aside
from app.viewer.cine_view import CineView
from app.viewer.volume_request import Detail
from app.viewer.volume_view import VolumeView
from tests.benchmarks.made_studies import write_chest, write_loop
from tests.journeys.reader import LEFT, PLAIN, Reader
from tests.journeys.watchdog import Gap

SLICES = 300
CTRL = Qt.KeyboardModifier.ControlModifier
PATIENCE_S = 900.0


def main() -> None:
    """Write what is needed, sit down, and go through every step."""
    home = Path(sys.argv[1])
    write_chest(home / "chest", SLICES)
    write_loop(home / "loop")
    application = QApplication.instance() or QApplication([])
    theme.apply(application)
    reader = Reader(home / "home", home)
    set_aside()  # as the application does
    _import(reader, [home / "chest", home / "loop", resources.path("demo")])
    told = [_told(name, reader, step) for name, step in STEPS.items()]
    reader.watchdog.stop()
    print(json.dumps([*told, _all(told)]), flush=True)
    os._exit(0)  # what closes afterwards is no part of a sitting


def _import(reader: Reader, folders: list[Path]) -> None:
    reader.drop(folders, reader.window.studies)
    reader.wait("the library", lambda: len(reader.window.studies.shown) == len(folders), PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)


def _told(name: str, reader: Reader, step: Callable[[Reader], None]) -> dict[str, Any]:
    """How the event loop fared in one step."""
    watchdog = reader.watchdog
    watchdog.gaps.clear()
    watchdog.beats.clear()
    watchdog.forgive()
    step(reader)
    QTest.qWait(50)
    worst = max(watchdog.gaps, key=lambda gap: gap.seconds, default=Gap(max(watchdog.beats), ""))
    return {
        "name": name,
        "worst_ms": 1000 * worst.seconds,
        "own_ms": 1000 * max((gap.own_s for gap in watchdog.gaps), default=0.0),
        "p99_ms": 1000 * watchdog.percentile(0.99),
        "stack": worst.stack,
        "gaps": [(round(1000 * g.seconds), round(1000 * g.own_s), g.stack) for g in watchdog.gaps],
    }


def _all(told: list[dict[str, Any]]) -> dict[str, Any]:
    worst = max(told, key=lambda one: one["worst_ms"])
    most = {key: max(one[key] for one in told) for key in ("p99_ms", "own_ms")}
    return {**worst, **most, "name": "the whole sitting"}


def _open(reader: Reader, patient: str) -> None:
    """By a double click in the library."""
    reader.window.show_library(True)
    row = next(n for n, entry in enumerate(reader.window.studies.shown) if patient in entry.patient.name)
    table = reader.window.studies.table
    spot = table.visualRect(table.model().index(row, 0)).center()
    QTest.mouseClick(table.viewport(), LEFT, PLAIN, spot)
    QTest.mouseDClick(table.viewport(), LEFT, PLAIN, spot)


def open_ct(reader: Reader) -> None:
    """Until the whole volume is here."""
    _open(reader, "Chest")
    reader.wait("the picture", lambda: reader.window.hanging.slice_views(), PATIENCE_S)
    reader.wait("the volume", lambda: reader.view.exhibit.volume is not None, PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)


def scroll(reader: Reader) -> None:
    """Sixty slices by the wheel."""
    for n in range(60):
        reader.wheel(1 if n < 40 else -1, reader.view)
        QTest.qWait(15)


def window(reader: Reader) -> None:
    """Three drags."""
    for by in (QPoint(120, 40), QPoint(-90, 30), QPoint(40, -80)):
        reader.drag(reader.view, by)
        QTest.qWait(15)


def measure(reader: Reader) -> None:
    """A region with its statistics, and a length."""
    for tool in ("Ellipse", "Length"):
        action = reader.room.menus.action(tool)
        reader.room.menus.refresh()
        action.trigger()
        reader.drag(reader.view, QPoint(120, 90))
        QTest.qWait(200)


def planes(reader: Reader) -> None:
    """Three planes and the finest picture in 3-D, scrolled while it is made."""
    reader.view.setFocus()
    reader.key(Qt.Key.Key_M)
    reader.wait("the planes", lambda: len(reader.window.hanging.slice_views()) >= 3, PATIENCE_S)
    for view in reader.window.hanging.slice_views()[1:3]:
        for _ in range(15):
            reader.wheel(1, view)
            QTest.qWait(15)
    _finest(reader)


def turn(reader: Reader) -> None:
    """The volume, turned like a ball."""
    solid = reader.window.hanging.findChildren(VolumeView)[0]
    for by in (QPoint(80, 20), QPoint(-40, 60)):
        reader.drag(solid, by)
        QTest.qWait(100)
    _finest(reader)


def _finest(reader: Reader) -> None:
    solid = reader.window.hanging.findChildren(VolumeView)[0]
    fine = lambda: solid.picture is not None and solid.picture.request.detail is Detail.FULL  # noqa: E731
    reader.wait("the finest picture in 3-D", fine, PATIENCE_S)


def play(reader: Reader) -> None:
    """A loop, for three seconds."""
    _open(reader, "Echo")
    hanging = reader.window.hanging
    reader.wait("the loop", lambda: isinstance(hanging.view(0), CineView), PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)
    hanging.view(0).view.setFocus()
    reader.key(Qt.Key.Key_Space)
    QTest.qWait(3000)
    reader.key(Qt.Key.Key_Space)


def answer(reader: Reader) -> None:
    """The model reads the bundled study while somebody scrolls."""
    reader.window.show_library(True)
    uid = next(e.uid for e in reader.window.studies.shown if e.patient.name not in ("Echo Loop", NAME))
    reader.room.room.opening.open_study(uid)
    reader.wait("the pictures", lambda: reader.sitting.current and reader.sitting.current.uid == uid)
    reader.wait_until_idle(PATIENCE_S)
    reader.window.hanging.setFocus()
    reader.key(Qt.Key.Key_R, CTRL)
    reader.wait("the findings", lambda: reader.sitting.predictions, PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)


def reason(reader: Reader) -> None:
    """A map arrives and is laid over the pixels."""
    panel = reader.window.explanations
    reader.click(panel.methods.button("rollout"))
    reader.wait("the map", lambda: reader.sitting.attribution is not None, PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)


NAME = f"Chest {SLICES}"
STEPS: dict[str, Callable[[Reader], None]] = {
    "open a CT of 300 slices": open_ct,
    "scroll": scroll,
    "window": window,
    "measure": measure,
    "planes and 3-D": planes,
    "turn in 3-D": turn,
    "open and play a loop": play,
    "a model answers": answer,
    "its reason is laid": reason,
}

if __name__ == "__main__":
    main()
