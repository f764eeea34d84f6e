"""The one place that turns an exception into a sentence and a hint for the screen, and a line for the log.

Free of Qt. What comes from files is untrusted: `safe_text` before it is drawn. A line of the log says what
went wrong and where in the code, never the words of the error: those may hold a patient's name.
"""

from __future__ import annotations

import errno
import logging
import traceback
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from inference.errors import (
    ComparisonError,
    ExplanationError,
    FileError,
    NotApplicableError,
    PixelError,
    ReviewError,
    RunnerError,
    SeriesError,
)

TEXT_LIMIT = 400
FRAMES = 4
# Marks that reorder or hide what stands around them; categories Cc, Cs and Co go as well.
HIDDEN = frozenset(
    "\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
OS_SENTENCES = {
    errno.ENOSPC: ("The disk is full.", "Free some space and try again; nothing that was saved is lost."),
    errno.EACCES: ("The file or folder may not be opened.", "Ask for the right to read or write it."),
    errno.EPERM: ("The file or folder may not be changed.", "Ask for the right to write it."),
    errno.EROFS: ("The folder is read-only.", "Choose another folder."),
    errno.ENOENT: ("The file or folder is not there any more.", "Check that its drive is connected."),
    errno.EIO: ("The drive cannot be read or written.", "Check its cable, or copy the files elsewhere."),
}

OF_STUDIES = (
    FileError, SeriesError, PixelError, NotApplicableError, ExplanationError, ComparisonError, RunnerError,
)  # fmt: skip
"""Errors that speak of what is open. All others are about the program, the library or what is written."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Subject:
    """What a message speaks of: with that it goes. Of the program and the library it stays until dismissed.

    picture  of the display set, from 0; None for all of it
    """

    is_study: bool = False
    display_set_uid: str = ""
    picture: int | None = None


LASTING, STUDY = Subject(), Subject(is_study=True)


@dataclass(frozen=True)
class Message:
    """What the reader of the screen is told: a sentence, what to try next, and of what it speaks."""

    sentence: str
    hint: str = ""
    about: Subject = LASTING


def message_of(error: BaseException) -> Message:
    """The sentence and the hint for any exception."""
    if isinstance(error, ReviewError):
        about = STUDY if isinstance(error, OF_STUDIES) else LASTING
        return Message(safe_text(str(error)), safe_text(error.hint), about)
    if isinstance(error, MemoryError):
        return Message(
            "There is not enough memory for this.", "Close other studies or programs and try again."
        )
    if isinstance(error, OSError) and error.errno in OS_SENTENCES:
        return _file_message(error)
    return Message(
        f"Something went wrong that the application was not made for ({type(error).__name__}).",
        "What is saved is safe. The log says where it happened.",
    )


def log_line(error: BaseException) -> str:
    """Type and place of an exception and of its causes, without its words."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    places = " > ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames)
    line = f"{type(error).__name__} at {places}" if places else type(error).__name__
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return f"{line}; from {log_line(cause)}" if cause is not None else line


def safe_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """Untrusted text as one plain line of at most `limit`: no control characters, no marks that reorder."""
    shown = "".join(_plain(character) for character in text[: 4 * limit])
    shown = " ".join(shown.split())
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"


class Messages:
    """Tells the reader what went wrong, and the log."""

    def __init__(self, display: Callable[[Message], object]) -> None:
        self._display = display

    def show(self, error: BaseException, about: Subject | None = None) -> None:
        """Show an error in words; every unexpected one also reaches the log.

        about  what it speaks of, where the kind of error does not tell
        """
        _log.log(logging.INFO if isinstance(error, ReviewError) else logging.ERROR, "%s", log_line(error))
        message = message_of(error)
        self._display(message if about is None else replace(message, about=about))


def _file_message(error: OSError) -> Message:
    sentence, hint = OS_SENTENCES[error.errno or 0]
    name = safe_text(Path(str(error.filename)).name, 80) if error.filename else ""
    return Message(f"{name}: {sentence}" if name else sentence, hint)


def _plain(character: str) -> str:
    if character.isspace():
        return " "
    if character in HIDDEN or unicodedata.category(character) in {"Cc", "Co"}:
        return ""
    return "\ufffd" if unicodedata.category(character) == "Cs" else character
