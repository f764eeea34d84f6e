"""The runner: one process that runs models and explanations, seen from the window.

It starts with the first call, keeps weights and encodings warm, and takes one call at a time. Cancel asks it
to stop and ends it after two seconds; a crash is a failed job with a sentence; the next call starts another.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

from app.jobs import Answer as Callback
from app.jobs import Job, Jobs, Pool
from app.wire import Answer, Call, Cancel, Failure, Gone, Progress, Stopped, Wire
from inference.errors import RunnerError
from inference.progress import Cancelled, Report

PATIENCE_S = 2.0  # between asking a call to stop and ending the process
LAST_WORDS = 40  # lines of the process's error stream that are logged when it dies
BOOT = "import sys; sys.path[:] = {path!r}; from app.runner_child import main; main()"
_WINDOWS_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(
    subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0
)  # nothing elsewhere

_log = logging.getLogger(__name__)


class Runner:
    """Calls functions in the process that runs models. Used from the GUI thread."""

    def __init__(self, jobs: Jobs, *, patience_s: float = PATIENCE_S) -> None:
        self._jobs = jobs
        self._patience_s = patience_s
        self._pool = Pool(1, "runner")
        self._numbers = 0
        self._child: _Child | None = None
        self._variables: Mapping[str, str] = {}
        self._closed = False
        self._lock = threading.Lock()  # a process is ended only while the call it is ended for still runs

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        child = self._child
        return child.pid if child is not None and child.is_alive else None

    def call(
        self,
        title: str,
        function: str,
        *args: Any,
        then: Callback | None = None,
        otherwise: Callback | None = None,
        **kwargs: Any,
    ) -> Job:
        """Call `function` ("module:name") with `report=` in the process; arguments and answer are pickled."""
        self._numbers += 1
        conversation = _Conversation(self, self._numbers, function, (args, kwargs))
        job = Job(title, conversation.hold, on_cancel=conversation.stop)
        return self._jobs.start(job, self._pool, then=then, otherwise=otherwise)

    def warm_up(self, *modules: str) -> Job:
        """Start the process and import modules such as "torch" before the first model is asked for."""
        return self.call("Preparing models", "app.runner_child:warm_up", modules)

    def set_variables(self, variables: Mapping[str, str]) -> None:
        """Environment variables for the process; the next call starts another where they are new."""
        with self._lock:
            self._variables = dict(variables)

    def close(self) -> None:
        """End the process; called when the window closes, after the jobs were cancelled."""
        with self._lock:
            child, self._child = self._child, None
            self._closed = True
        if child is not None:
            child.close()
        self._pool.close(self._patience_s)

    def _ready_child(self) -> _Child:
        """The process, started where there is none. Called on the runner's thread."""
        with self._lock:
            if self._closed:
                raise Cancelled
            child = self._child
            if child is not None and child.variables != self._variables:
                child.kill()  # no call runs there: this is the thread that takes them, one at a time
                child = None
            if child is None or not child.is_alive:
                child = self._child = _Child(self._variables)
            return child


class _Conversation:
    """One call, from its question to its answer."""

    def __init__(self, runner: Runner, number: int, function: str, arguments: tuple[Any, ...]) -> None:
        self._runner, self._number = runner, number
        self._function, self._arguments = function, arguments
        self._over = threading.Event()
        self._child: _Child | None = None

    def hold(self, report: Report) -> Any:
        """Ask and wait for the answer; called on the runner's thread."""
        try:
            arguments = pickle.dumps(self._arguments, protocol=pickle.HIGHEST_PROTOCOL)
            self._child = self._runner._ready_child()
            report(0.0, "")  # raises where the user cancelled meanwhile
            with suppress(OSError, ValueError):  # a process that is gone is heard as Gone
                self._child.wire.send(Call(self._number, self._function, arguments))
            return self._outcome(self._child, report)
        finally:
            with self._runner._lock:
                self._over.set()

    def stop(self) -> None:
        """Ask the call to stop, and end the process if it does not; never waits on the GUI thread."""
        threading.Thread(target=self._stop, name="runner stop", daemon=True).start()

    def _stop(self) -> None:
        child = self._child
        if child is not None:
            with suppress(OSError, ValueError):
                child.wire.send(Cancel(self._number))
        self._over.wait(self._runner._patience_s)
        with self._runner._lock:
            if not self._over.is_set() and self._child is not None:
                self._child.kill()

    def _outcome(self, child: _Child, report: Report) -> Any:
        while True:
            message = child.messages.get()
            if isinstance(message, Gone):
                child.messages.put(message)  # for whoever asks next
                raise child.epitaph(message.code)
            if message.number != self._number:
                continue  # the last words of a call before
            if isinstance(message, Progress):
                with suppress(Cancelled):  # the answer of the process is still to come
                    report(message.fraction, message.note)
            else:
                return _value(message)


class _Child:
    """The process, its streams, and the two threads that listen to it."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self._process = subprocess.Popen(
            [sys.executable, "-c", BOOT.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **variables},
            creationflags=_WINDOWS_FLAGS,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.wire = Wire(self._process.stdout, self._process.stdin)
        self.messages: SimpleQueue[Any] = SimpleQueue()
        self._last_words: deque[str] = deque(maxlen=LAST_WORDS)
        self._listener = threading.Thread(target=self._listen, name="runner listener", daemon=True)
        self._listener.start()
        threading.Thread(target=self._overhear, name="runner stderr", daemon=True).start()
        threading.Thread(target=self._watch, name="runner watch", daemon=True).start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """The process has not ended."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def close(self) -> None:
        """Close our end of the stream, upon which the process ends; insist after a second."""
        self.wire.close()
        try:
            self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def epitaph(self, code: int) -> RunnerError:
        """Why the process ended, in words."""
        _log.error("the process that runs models ended: %s\n%s", _name_of(code), self._fatal_words())
        if code == -getattr(signal, "SIGKILL", 9):
            return RunnerError(
                "The process that runs models was ended by the system, most often because memory ran out.",
                hint="Close other programs and try again; the process starts anew by itself.",
            )
        return RunnerError(
            f"The process that runs models ended unexpectedly ({_name_of(code)}).",
            hint="Try again; the process starts anew by itself. The log holds its last words.",
        )

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout, suppress(EOFError, OSError, ValueError):
            while True:
                self.messages.put(self.wire.receive())

    def _overhear(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            for line in stream:
                self._last_words.append(line.decode(errors="replace").rstrip())

    def _fatal_words(self) -> str:
        """What the interpreter wrote when it died; other lines may quote the files that were read."""
        lines = list(self._last_words)
        starts = [n for n, line in enumerate(lines) if line.startswith("Fatal Python error")]
        return "\n".join(lines[starts[0] :]) if starts else ""

    def _watch(self) -> None:
        """Tell the end of the process, after everything that it still said."""
        code = self._process.wait()
        self._listener.join(1.0)  # a grandchild may hold the stream open
        self.wire.close()
        self.messages.put(Gone(code))


def _value(message: Answer | Failure | Stopped) -> Any:
    """What a call returned; raises what it raised."""
    if isinstance(message, Stopped):
        raise Cancelled
    if isinstance(message, Failure):
        _log.info("a call failed in the process that runs models: %s", message.log)
        raise message.error
    return pickle.loads(message.value)


def _name_of(code: int) -> str:
    """An exit code in words, such as "SIGSEGV" or "exit code 3"."""
    with suppress(ValueError):
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return f"exit code {code}"
