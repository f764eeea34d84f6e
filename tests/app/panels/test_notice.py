"""The quiet bar."""

from __future__ import annotations

import pytest

from app.messages import STUDY
from app.panels.notice import LEAST_MS, NoticeBar


@pytest.fixture
def bar(qtbot):
    bar = NoticeBar()
    qtbot.addWidget(bar)
    return bar


def test_what_was_said_of_a_study_goes_with_it_but_not_before_it_could_be_read(bar, qtbot):
    bar.show_notice("One file cannot be shown.", "a.dcm: damaged", grave=True, about=STUDY)
    assert bar.to_read_ms > 0
    assert bar.holds_bad_news
    bar.leave()
    qtbot.waitUntil(lambda: not bar.isVisible(), timeout=10 * LEAST_MS)
    assert bar.to_read_ms <= 1


def test_news_that_comes_meanwhile_stays(bar):
    bar.show_notice("Of the old study.", grave=True, about=STUDY)
    bar.leave()
    bar.show_notice("The disk is full.", grave=True)
    assert not bar._timer.isActive()  # nothing takes it away
    bar.dismiss.click()
    assert not bar.isVisible()


def test_what_waits_for_an_answer_stays(bar):
    bar.show_notice("Reading ward was cut short the last time.", grave=True, action="Go on reading")
    bar.leave()
    assert bar.isVisible()
    assert not bar._timer.isActive()
