"""How far a reading has come, in its order and in words."""

from __future__ import annotations

import pytest

from app.reading_status import Reading, ReadStatus

NOON = "2026-03-02T12:00:00.000+00:00"


def test_the_statuses_go_forward_in_the_order_of_the_work():
    order = [ReadStatus.UNREAD, ReadStatus.IN_PROGRESS, ReadStatus.READ, ReadStatus.REPORTED]
    assert sorted(ReadStatus, key=lambda status: status.step) == order


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        (Reading(), "Unread: never opened here."),
        (Reading(ReadStatus.IN_PROGRESS, "A", NOON), "In progress: opened by A on 2026-03-02"),
        (Reading(ReadStatus.REPORTED, "A", NOON), "Reported: a report was saved by A on 2026-03-02"),
        (Reading(ReadStatus.READ, "", NOON, by_hand=True), "Read: set by hand on 2026-03-02"),
        (Reading(ReadStatus.UNREAD, "B", NOON, by_hand=True), "Unread: set by hand by B on 2026-03-02"),
    ],
)
def test_a_status_says_who_set_it_when_and_why(reading, words):
    assert reading.words.startswith(words)


def test_a_moment_that_cannot_be_read_is_told_as_it_is():
    assert "on yesterday." in Reading(ReadStatus.READ, "A", "yesterday", by_hand=True).words
