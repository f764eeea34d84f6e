"""The bottom line follows the work in hand, and is not looked for once it is gone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from app.jobs import Jobs
from app.panels.activity import ActivityLine
from app.workbench.watching import PATIENCE_MS, Watching


@pytest.fixture
def jobs():
    made = Jobs(workers=1)
    yield made
    made.close()


def test_work_that_failed_is_named_when_all_is_quiet(jobs, qtbot):
    line = ActivityLine()
    qtbot.addWidget(line)
    watching = Watching(jobs, line)
    jobs.run("Reading", lambda _report: 1 / 0, otherwise=lambda _error: None)
    qtbot.waitUntil(lambda: line.what.whole == "Reading: failed")
    assert watching.parent() is line


def test_a_line_that_is_gone_before_it_was_told_is_left_alone(jobs, qtbot):
    line = ActivityLine()
    watching = Watching(jobs, line)
    with qtbot.waitSignal(jobs.ended):
        jobs.run("Reading", lambda _report: None)
    line.deleteLater()
    QCoreApplication.sendPostedEvents(line, QEvent.Type.DeferredDelete)
    with qtbot.captureExceptions() as raised:
        qtbot.wait(2 * PATIENCE_MS)
    assert not raised
    del watching
