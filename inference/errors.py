"""Errors that reach the reader of the screen: a sentence, and a hint what to try next.

ReviewError
├── FileError            one file cannot be read
├── SeriesError          the files of a series do not form an image
├── PixelError           the pixels of a file cannot be decoded
├── NotApplicableError   a model or a method was asked about something it was not made for
├── WeightsError         the weights of a model are missing, altered or do not fit
├── ExplanationError     an explanation could not be computed
├── ComparisonError      two studies cannot be compared
├── RunnerError          the process that runs models ended
├── LibraryError         the library of studies cannot be read or written
├── ProtocolError        a file of a hanging protocol cannot be used
└── ExportError          a report, picture or table cannot be written

Programming mistakes stay ValueError and TypeError and reach the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference.prediction import Exclusion


class ReviewError(Exception):
    """Base of every error shown to the user. `hint` says what to try next."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the hint when the error crosses to another process."""
        return (_rebuild, (type(self), str(self), self.hint))


class FileError(ReviewError):
    """One file cannot be read."""


class SeriesError(ReviewError):
    """The files of a series do not form an image."""


class PixelError(ReviewError):
    """The pixels of a file cannot be decoded."""


class NotApplicableError(ReviewError):
    """A model or a method was asked about something that it was not made for.

    excluded  what was looked at and left out, each with its reason
    """

    def __init__(self, message: str, *, hint: str, excluded: tuple[Exclusion, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.excluded = excluded

    def __reduce__(self) -> tuple[object, ...]:
        """Keep hint and exclusions when the error crosses to another process."""
        return (_rebuild_not_applicable, (str(self), self.hint, self.excluded))


class WeightsError(ReviewError):
    """The weights of a model are missing, altered or do not fit."""


class ExplanationError(ReviewError):
    """An explanation could not be computed; nothing is drawn."""


class ComparisonError(ReviewError):
    """Two studies cannot be compared."""


class RunnerError(ReviewError):
    """The process that runs models ended before it answered."""


class LibraryError(ReviewError):
    """The library of studies cannot be read or written."""


class ProtocolError(ReviewError):
    """A file of a hanging protocol cannot be used; the others can."""


class ExportError(ReviewError):
    """A report, picture or table cannot be written."""


def _rebuild(kind: type[ReviewError], message: str, hint: str) -> ReviewError:
    return kind(message, hint=hint)


def _rebuild_not_applicable(message: str, hint: str, excluded: tuple[Exclusion, ...]) -> ReviewError:
    return NotApplicableError(message, hint=hint, excluded=excluded)
