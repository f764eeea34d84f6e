"""A list of windows is edited row by row; what makes no sense is said and not told."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton

from app.panels.preset_dialog import PresetDialog
from inference.imaging.study import Window

SHIPPED = (Window(40.0, 400.0, "Soft tissue"), Window(-600.0, 1500.0, "Lung"), Window(350.0, 2000.0, "Bone"))


@pytest.fixture
def dialog(qtbot):
    made = PresetDialog("CT", SHIPPED, SHIPPED)
    qtbot.addWidget(made)
    made.told = []
    made.changed.connect(made.told.append)
    return made


def press(dialog, text):
    next(b for b in dialog.findChildren(QPushButton) if b.text() == text).click()


def test_it_shows_the_list_with_its_keys(dialog):
    assert dialog.windows == SHIPPED
    assert [dialog.table.item(row, 0).text() for row in range(3)] == ["2", "3", "4"]


def test_the_window_on_show_is_added_and_renamed(dialog):
    dialog.offer(Window(12.0, 80.0, ""))
    press(dialog, "Add")
    assert dialog.told[-1][-1] == Window(12.0, 80.0, "Own 4")
    dialog.table.item(3, 1).setText("Brain, mine")
    assert dialog.told[-1][-1].title == "Brain, mine"


def test_rows_change_places_and_go(dialog):
    dialog.table.setCurrentCell(2, 1)
    press(dialog, "Up")
    assert [w.title for w in dialog.told[-1]] == ["Soft tissue", "Bone", "Lung"]
    press(dialog, "Remove")
    assert [w.title for w in dialog.told[-1]] == ["Soft tissue", "Lung"]
    press(dialog, "As shipped")
    assert dialog.told[-1] == SHIPPED


@pytest.mark.parametrize(
    ("column", "text"), [(1, " "), (2, "0"), (2, "-5"), (2, "wide"), (3, "1e9"), (3, "nan")]
)
def test_a_row_that_makes_no_sense_is_said_and_not_told(dialog, column, text):
    dialog.table.item(0, column).setText(text)
    assert dialog.told == []
    assert "width above zero" in dialog.problem.text()


def test_a_decimal_comma_is_a_number(dialog):
    dialog.table.item(0, 2).setText("350,5")
    assert dialog.told[-1][0].width == 350.5


def test_an_empty_list_says_how_it_is_filled(qtbot):
    dialog = PresetDialog("MR", (), ())
    qtbot.addWidget(dialog)
    dialog.offer(Window(600.0, 1300.0))
    assert "Add" in dialog._empty.text()
    assert not dialog._empty.isHidden()
    press(dialog, "Add")
    assert dialog._empty.isHidden()
