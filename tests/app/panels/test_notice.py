"""The quiet bar."""

from __future__ import annotations

import pytest

from app.panels.notice import NoticeBar


@pytest.fixture
def bar(qtbot):
    bar = NoticeBar()
    qtbot.addWidget(bar)
    return bar


def test_what_was_said_of_a_study_goes_with_it(bar):
    bar.show_notice("One file cannot be shown.", "a.dcm: damaged", grave=True)
    bar.leave()
    assert not bar.isVisible()


def test_what_waits_for_an_answer_stays(bar):
    bar.show_notice("Reading ward was cut short the last time.", grave=True, action="Go on reading")
    bar.leave()
    assert bar.isVisible()
    bar.show_notice("Written.")
    bar.leave()
    assert not bar.isVisible()
