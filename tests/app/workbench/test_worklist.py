"""From study to study down the list."""

from __future__ import annotations

import pytest

from app.library.values import StudyEntry
from app.panels.studies import StudiesPanel
from app.workbench.worklist import Worklist
from app.workspace import Workspace
from inference.imaging.study import Patient, Study


class Door:
    """Notes what is to be opened."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def open_study(self, uid: str) -> None:
        self.asked.append(uid)


@pytest.fixture
def listed(qtbot):
    panel, workspace, door = StudiesPanel(), Workspace(), Door()
    qtbot.addWidget(panel)
    panel.show_studies(
        [StudyEntry(uid, Patient(uid, uid), "", "", "", "", "", ("MR",), 1, 1, "") for uid in "abc"]
    )
    return panel, workspace, door, Worklist(workspace, panel, door)


def opened(workspace: Workspace, uid: str) -> None:
    workspace.open(Study(uid, Patient(), "", "", "", "", "", ()))


def test_the_next_study_is_the_one_below_as_the_list_is_searched(listed):
    panel, workspace, door, worklist = listed
    opened(workspace, "b")
    worklist.step(1)
    worklist.step(-1)
    panel.search.setText("a")
    worklist.step(1)
    assert door.asked == ["c", "a", "a"]


def test_at_the_end_of_the_list_there_is_no_next_study(listed):
    _, workspace, door, worklist = listed
    opened(workspace, "c")
    assert (worklist.has(1), worklist.has(-1)) == (False, True)
    worklist.step(1)
    assert door.asked == []
