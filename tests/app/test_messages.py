import errno
import logging

import pytest

from app.messages import Messages, log_line, message_of, safe_text
from inference.errors import LibraryError


def caught(error, cause=None):
    try:
        raise error from cause
    except type(error) as raised:
        return raised


def test_an_error_for_the_reader_is_shown_in_its_own_words():
    message = message_of(LibraryError("The library is open elsewhere.", hint="Close the other window."))
    assert message.sentence == "The library is open elsewhere."
    assert message.hint == "Close the other window."


def test_a_full_disk_is_named():
    assert "disk is full" in message_of(OSError(errno.ENOSPC, "No space", "/x/a.db")).sentence


def test_a_surprise_shows_its_type_and_not_its_words():
    message = message_of(ValueError("DOE^JANE 1961"))
    assert "ValueError" in message.sentence
    assert "DOE" not in message.sentence + message.hint


def test_a_log_line_says_where_but_not_whom():
    line = log_line(caught(KeyError("DOE^JANE"), cause=caught(ValueError("1961"))))
    assert "KeyError" in line
    assert "ValueError" in line
    assert "test_messages.py" in line
    assert "DOE" not in line
    assert "1961" not in line


def test_every_error_reaches_the_screen_and_the_log(caplog):
    shown = []
    with caplog.at_level(logging.INFO):
        Messages(shown.append).show(caught(ZeroDivisionError("secret")))
    assert len(shown) == 1
    assert "ZeroDivisionError" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("hostile", "plain"),
    [
        ("Doe\x00^Ja\x1b[31mne", "Doe^Ja[31mne"),
        ("a\u202etxt.exe", "atxt.exe"),
        ("line\nbreak\tand\u2028more", "line break and more"),
        ("\udcff", "\ufffd"),
        ("Žluťoučký 山田^太郎", "Žluťoučký 山田^太郎"),
        ("<b>bold</b>", "<b>bold</b>"),
    ],
)
def test_hostile_text_becomes_one_plain_line(hostile, plain):
    assert safe_text(hostile) == plain


def test_long_text_is_cut_where_said():
    assert safe_text("x" * 10_000, 50) == "x" * 49 + "…"
