from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt

from app.library.values import StudyEntry
from app.panels.studies import EMPTY, StudiesPanel
from app.panels.study import StudyPanel
from app.panels.study_table import COLUMNS, STATUS, TRIAGE
from app.reading_status import Reading, ReadStatus
from app.triage import Level, Triage
from inference.imaging.study import Patient


def entry(uid: str, name: str, **more: object) -> StudyEntry:
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
    assert model.index(2, COLUMNS.index("")).data() == "⚠"
    assert "3 files" in model.index(2, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_a_click_on_a_prior_asks_for_it(qtbot):
    study = StudyPanel()
    qtbot.addWidget(study)
    study.show_priors([entry("8", "Alpha, A")])
    with qtbot.waitSignal(study.prior_chosen) as asked:
        qtbot.mouseClick(study._priors.itemAt(0).widget(), Qt.MouseButton.LeftButton)
    assert asked.args == ["8"]


def test_the_prior_beside_the_study_is_marked_until_it_is_closed(qtbot):
    study = StudyPanel()
    qtbot.addWidget(study)
    study.show_priors([entry("8", "Alpha, A"), entry("7", "Alpha, A")])
    for beside, marked in (("7", [False, True]), ("", [False, False])):
        study.mark_prior(beside)
        assert [study._priors.itemAt(n).widget().property("chosen") for n in range(2)] == marked


READ = Reading(ReadStatus.READ, "Dr. Röntgen", "2026-03-02T10:11:12+00:00", by_hand=True)


def triage(words: str, level: Level, strength: float = 0.0) -> Triage:
    return Triage(words, level, strength, "Prima: not for diagnostic use")


@pytest.fixture
def worklist(panel):
    panel.show_studies(
        [
            entry("1", "Alpha, A", triage=triage("Stroke +0.2", Level.FINDING, 0.2)),
            entry("2", "Beta, B", reading=READ),
            entry("3", "Gamma", triage=triage("No finding", Level.NO_FINDING)),
            entry("4", "Delta", triage=triage("Glioma +2.0", Level.FINDING, 0.8)),
        ]
    )
    return panel


def click_heading(panel, qtbot, column: int) -> None:
    header = panel.table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(column) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


def uids(panel) -> str:
    return "".join(e.uid for e in panel.shown)


def test_a_click_on_triage_brings_the_strongest_finding_up_and_a_third_click_the_newest(worklist, qtbot):
    orders = []
    for _ in range(3):
        click_heading(worklist, qtbot, TRIAGE)
        orders.append(uids(worklist))
    assert orders == ["4132", "2314", "1234"]


def test_every_column_sorts_by_what_it_means(worklist, qtbot):
    entries = [replace(e, series=n) for e, n in zip(worklist.shown, (10, 9, 100, 2), strict=True)]
    worklist.show_studies(entries)
    click_heading(worklist, qtbot, COLUMNS.index("Series"))
    assert [e.series for e in worklist.shown] == [2, 9, 10, 100]
    click_heading(worklist, qtbot, COLUMNS.index("Patient"))
    assert uids(worklist) == "1243"


def test_the_status_filters_and_says_how_many_are_left(worklist, qtbot):
    qtbot.mouseClick(worklist.status.button("unread"), Qt.MouseButton.LeftButton)
    assert uids(worklist) == "134"
    assert worklist._count.text() == "3 of 4 studies"
    qtbot.mouseClick(worklist.status.button("reported"), Qt.MouseButton.LeftButton)
    assert worklist._empty.isVisible()
    assert worklist._empty.text() == "No study is reported."
    qtbot.keyClicks(worklist.search, "xyz")
    assert worklist._empty.text().endswith("accession number and is reported.")


def test_a_study_that_gets_another_status_leaves_the_filter_at_once(worklist, qtbot):
    qtbot.mouseClick(worklist.status.button("unread"), Qt.MouseButton.LeftButton)
    worklist.restate(replace(worklist.entry_of("3"), reading=READ))
    assert uids(worklist) == "14"


def test_the_menu_ticks_the_status_and_asks_for_another(worklist, qtbot):
    menu = worklist.menu(worklist.entry_of("2"))
    marks = next(a.menu() for a in menu.actions() if a.text() == "Mark as")
    assert [a.text() for a in marks.actions() if a.isChecked()] == ["Read"]
    with qtbot.waitSignal(worklist.status_chosen) as asked:
        marks.actions()[3].trigger()
    assert asked.args == ["2", ReadStatus.REPORTED]


def test_status_and_triage_say_more_when_pointed_at(worklist):
    model = worklist.table.model()
    told = [model.index(row, c).data(Qt.ItemDataRole.ToolTipRole) for row, c in ((1, STATUS), (0, TRIAGE))]
    assert "set by hand by Dr. Röntgen on 2026-03-02" in told[0]
    assert "not for diagnostic use" in told[1]
    assert model.index(1, TRIAGE).data() == ""


def test_the_chosen_study_stays_chosen_when_the_list_is_read_again(worklist):
    worklist.choose("3")
    worklist.show_studies([entry("9", "New"), *worklist.shown])
    assert worklist.chosen.uid == "3"
