from __future__ import annotations

from app.workbench.remembering import LastSitting, Remembered


def at_once(write):
    write()


def test_a_sitting_is_found_again(tmp_path):
    sitting = LastSitting("1.2", "1.1", "2x2", ("a", "b", "", ""), {"a": 7}, "tumour", "blocks")
    Remembered(at_once, tmp_path / "settings.json").keep_sitting(sitting)
    assert Remembered(at_once, tmp_path / "settings.json").sitting == sitting


def test_a_damaged_sitting_is_as_none(tmp_path):
    remembered = Remembered(at_once, tmp_path / "settings.json")
    remembered.change_window(sitting="{not json")
    assert remembered.sitting == LastSitting()


def test_what_does_not_change_is_not_written(tmp_path):
    written = []
    remembered = Remembered(written.append, tmp_path / "settings.json")
    remembered.change(theme=remembered.settings.theme)
    assert not written
