"""The process that runs models: takes one call after the other, and ends when the window does.

Imports neither Qt nor torch; the functions that it is asked to call do.
"""

from __future__ import annotations

import faulthandler
import importlib
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from app.messages import log_line
from app.wire import Answer, Call, Cancel, Failure, Progress, Stopped, Wire
from inference.errors import ReviewError, RunnerError
from inference.progress import Cancelled, Report

PROGRESS_GAP_S = 0.03
OUT_OF_MEMORY = ("outofmemory", "out of memory", "not enough memory", "can't allocate memory")
OOM_SCORE = "500"  # where memory runs out, Linux is to end this process and not the window
STEP_BACK = 5  # where models use every core, the window still goes first


def main() -> None:
    """Serve the parent on the streams that it gave us, until it goes."""
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is the window's to judge
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE, encoding="ascii")
    with suppress(OSError, AttributeError):  # Windows has no such number: there the parent says it
        os.nice(STEP_BACK)
    Child(_private_wire()).serve()


def warm_up(modules: Sequence[str], *, report: Report) -> None:
    """Import modules before they are needed."""
    for n, name in enumerate(modules):
        report(n / len(modules), f"loading {name}")
        importlib.import_module(name)


class Child:
    """Calls on the main thread, as some libraries ask for; messages are read on another."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._calls: SimpleQueue[Call] = SimpleQueue()
        self._cancelled = -1  # calls up to this number are to stop

    def serve(self) -> None:
        """Answer calls for ever."""
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            self._wire.send(self._answer(self._calls.get()))

    def _listen(self) -> None:
        """Take messages; the end of the stream is the end of the parent, and then of us."""
        while True:
            try:
                message = self._wire.receive()
            except (EOFError, OSError, ValueError):
                os._exit(0)
            if isinstance(message, Cancel):
                self._cancelled = max(self._cancelled, message.number)
            else:
                self._calls.put(message)

    def _answer(self, call: Call) -> Answer | Failure | Stopped:
        try:
            return Answer(call.number, pickle.dumps(self._value(call), protocol=pickle.HIGHEST_PROTOCOL))
        except Cancelled:
            return Stopped(call.number)
        except ReviewError as error:
            return Failure(call.number, error, log_line(error))
        except BaseException as error:  # noqa: BLE001 - the boundary: every failure becomes a sentence
            return Failure(call.number, in_words(error), log_line(error))

    def _value(self, call: Call) -> Any:
        report = self._report_for(call.number)
        report(0.0, "")
        args, kwargs = pickle.loads(call.arguments)
        return resolve(call.function)(*args, report=report, **kwargs)

    def _report_for(self, number: int) -> Report:
        """A report that tells the parent; repeated notes are told 30 times a second at most."""
        last = (-PROGRESS_GAP_S, "")

        def report(fraction: float, note: str = "") -> None:
            nonlocal last
            if number <= self._cancelled:
                raise Cancelled
            now = time.monotonic()
            if note != last[1] or now - last[0] >= PROGRESS_GAP_S:
                last = (now, note)
                self._wire.send(Progress(number, float(fraction), note))

        return report


def resolve(function: str) -> Callable[..., Any]:
    """The function called "module:name"."""
    module, _, name = function.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def in_words(error: BaseException) -> RunnerError:
    """An exception that was not meant for the screen, as one that is."""
    words = f"{type(error).__name__} {error}".lower()
    if isinstance(error, MemoryError) or any(sign in words for sign in OUT_OF_MEMORY):
        return RunnerError(
            "There was not enough memory to run the model.",
            hint="Close other programs, or use a machine with more memory or a larger GPU.",
        )
    return RunnerError(
        f"The model met a fault that it was not made for ({type(error).__name__}).",
        hint="The study itself is unharmed. The log says where it happened.",
    )


def _private_wire() -> Wire:
    """The streams of the parent, moved to where no print and no grandchild can reach them."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return Wire(os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb"))
