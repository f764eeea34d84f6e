"""The terminal: progress with time left, untrusted text as plain text, errors as sentences and exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from app.messages import log_line, message_of
from inference.errors import ReviewError
from inference.progress import Cancelled, Report


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    IN_PART = 1  # something was written, something failed; the output says what
    BAD_INPUT = 2  # nothing was written
    NOT_APPLICABLE = 3  # the report is written, but the model could not read the study, or no pair compares
    BROKEN = 70  # a mistake of ours; the log has the details
    CANCELLED = 130


WIDE = 132  # columns where the output is no terminal, so that tables in files keep their lines

OUT = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else WIDE)
ERR = Console(stderr=True, highlight=False, markup=False)


def counted(number: int, noun: str, several: str = "") -> str:
    """A number with its noun: "1 file", "3 files", "2 studies"."""
    return f"{number} {noun if number == 1 else several or noun + 's'}"


def guarded(command: Callable[[], int]) -> int:
    """Run a command; whatever goes wrong becomes a sentence and an exit code, never a traceback."""
    try:
        return int(command())
    except ReviewError as error:
        ERR.print(plain(str(error)))
        ERR.print(plain(error.hint), style="dim")
        return Exit.BAD_INPUT
    except (KeyboardInterrupt, Cancelled):
        ERR.print("Cancelled.")
        return Exit.CANCELLED
    except BrokenPipeError:
        return Exit.DONE
    except Exception as error:  # noqa: BLE001 - the boundary: a user sees a sentence, the log the rest
        message = message_of(error)
        ERR.print(plain(message.sentence))
        ERR.print(plain(f"{message.hint} {log_line(error)}"), style="dim")
        return Exit.BAD_INPUT if isinstance(error, OSError) else Exit.BROKEN


@contextmanager
def progress(title: str) -> Iterator[Report]:
    """A bar on the error stream with the time left; gone when done."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), console=ERR, transient=True) as bars:
        task = bars.add_task(title, total=1.0)

        def report(fraction: float, note: str = "") -> None:
            bars.update(task, completed=fraction, description=plain(note or title).plain[:60])

        yield report


def plain(words: str) -> Text:
    """Untrusted text for the terminal: no markup, no control sequences."""
    return Text("".join(c if c.isprintable() or c == "\n" else "�" for c in words))
