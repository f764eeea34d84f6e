from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.library.values import StudyEntry
from app.panels.studies import EMPTY, StudiesPanel
from app.panels.study import StudyPanel
from inference.imaging.study import Patient


def entry(uid: str, name: str, **more: str) -> StudyEntry:
    patient = Patient(name, f"ID{uid}")
    return StudyEntry(
        uid, patient, "2026-03-02", "10:11:12", "MR brain", "", "", ("MR",), 4, 99, "2026-11-01", **more
    )


@pytest.fixture
def panel(qtbot):
    panel = StudiesPanel()
    qtbot.addWidget(panel)
    panel.resize(900, 400)
    panel.show_studies(
        [entry("1", "Alpha, A"), entry("2", "Beta, B"), entry("3", "Gamma <b>", missing="3 files")]
    )
    panel.show()
    return panel


def test_typing_finds_by_name_or_id(panel, qtbot):
    qtbot.keyClicks(panel.search, "beta")
    assert [e.uid for e in panel.shown] == ["2"]
    panel.search.clear()
    qtbot.keyClicks(panel.search, "ID3")
    assert [e.uid for e in panel.shown] == ["3"]


def test_enter_opens_the_study_that_is_found(panel, qtbot):
    qtbot.keyClicks(panel.search, "gamma")
    panel.table.selectRow(0)
    with qtbot.waitSignal(panel.open_requested) as asked:
        qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    assert asked.args == ["3"]


def test_a_double_click_opens(panel, qtbot):
    place = panel.table.visualRect(panel.table.model().index(1, 0)).center()
    qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(panel.open_requested) as asked:
        qtbot.mouseDClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert asked.args == ["2"]


def test_an_empty_library_says_what_to_do(panel):
    panel.show_studies([])
    assert panel._empty.isVisible()
    assert panel._empty.text() == EMPTY


def test_a_study_whose_files_are_gone_is_marked(panel):
    model = panel.table.model()
    assert model.index(2, 7).data() == "⚠"
    assert "3 files" in model.index(2, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_a_click_on_a_prior_asks_for_it(qtbot):
    study = StudyPanel()
    qtbot.addWidget(study)
    study.show_priors([entry("8", "Alpha, A")])
    with qtbot.waitSignal(study.prior_chosen) as asked:
        qtbot.mouseClick(study._priors.itemAt(0).widget(), Qt.MouseButton.LeftButton)
    assert asked.args == ["8"]
