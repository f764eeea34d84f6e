import json
from pathlib import Path

import pytest

from app.settings import (
    Settings,
    library_location,
    load_settings,
    reason_against_library,
    save_settings,
    settings_path,
)


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("NEGATOSCOPE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_settings_come_back_as_they_were_saved():
    settings = Settings(theme="light", last_folder="/läß/山", corner_texts=False, window={"state": "AAAA"})
    save_settings(settings)
    assert load_settings() == settings


def test_without_a_file_there_are_defaults():
    assert load_settings() == Settings()


@pytest.mark.parametrize("damaged", ["", "{", "[1]", '"x"', "\x00\xff"])
def test_a_damaged_file_falls_back_to_defaults(damaged):
    settings_path().parent.mkdir(parents=True)
    settings_path().write_text(damaged, encoding="utf-8")
    assert load_settings() == Settings()


def test_each_value_is_judged_alone():
    stored = {"theme": "light", "corner_texts": "yes", "window": 3, "from_the_future": 1}
    settings_path().parent.mkdir(parents=True)
    settings_path().write_text(json.dumps(stored), encoding="utf-8")
    assert load_settings() == Settings(theme="light")


def test_saving_that_fails_leaves_the_old_settings(monkeypatch):
    save_settings(Settings(theme="light"))

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        save_settings(Settings(theme="dark"))
    assert load_settings().theme == "light"
    assert [path.name for path in settings_path().parent.iterdir()] == ["settings.json"]


def test_home_moves_settings_and_library_together(home, monkeypatch):
    assert settings_path() == home / "settings.json"
    assert library_location(Settings(library="/elsewhere")) == str(home / "library")
    monkeypatch.delenv("NEGATOSCOPE_HOME")
    assert library_location(Settings(library="/elsewhere")) == "/elsewhere"
    assert Path(library_location(Settings())).name == "library"


@pytest.mark.parametrize(
    "stored", [{"theme": "pink"}, {"text_percent": 400}, {"device": "abacus"}, {"batch_workers": 0}]
)
def test_a_value_that_is_not_on_offer_falls_back_to_the_usual_one(stored):
    settings_path().parent.mkdir(parents=True)
    settings_path().write_text(json.dumps(stored), encoding="utf-8")
    assert load_settings() == Settings()


def test_a_library_may_be_a_folder_to_be_made_or_a_database_but_no_file(tmp_path):
    assert reason_against_library("") == reason_against_library(str(tmp_path / "a" / "b")) == ""
    assert reason_against_library("postgresql+psycopg://host/name") == ""
    assert "a folder" in reason_against_library(__file__)
    assert "root of the disk" in reason_against_library("here")
    assert "postgresql or sqlite" in reason_against_library("ftp://host/name")
