"""The keys reach every part of the window, and come back to the pictures."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app import theme
from tests.imaging_fixtures import write_series
from tests.journeys.reader import Reader

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    write_series(tmp_path / "ct")
    reader = Reader(tmp_path / "home", tmp_path)
    reader.drop([tmp_path / "ct"], reader.window.studies)
    reader.wait("the pictures", lambda: reader.window.hanging.slice_views())
    reader.wait_until_idle()
    yield reader
    reader.leave()
    reader.watchdog.stop()


def part(reader):
    """The part of the window that has the keys."""
    focused, window = QApplication.focusWidget(), reader.window
    parts = {"pictures": window.hanging, "right": window.right, "left": window.left}
    return next((n for n, w in parts.items() if w is focused or w.isAncestorOf(focused)), "")


def test_f6_goes_round_and_shift_goes_back(reader):
    reader.window.hanging.setFocus()
    seen = [part(reader)]
    for _ in range(3):
        reader.key(Qt.Key.Key_F6)
        seen.append(part(reader))
    assert seen == ["pictures", "right", "left", "pictures"]
    reader.key(Qt.Key.Key_F6, SHIFT)
    assert part(reader) == "left"


def test_a_folded_panel_is_passed_over(reader):
    reader.window.fold("right", True)
    reader.window.hanging.setFocus()
    reader.key(Qt.Key.Key_F6)
    assert part(reader) == "left"


def test_in_the_study_list_the_keys_stay_in_its_search(reader):
    reader.window.show_library(True)
    reader.key(Qt.Key.Key_F6)
    assert QApplication.focusWidget() is reader.window.studies.search
