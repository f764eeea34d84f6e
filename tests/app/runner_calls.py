"""Functions for the runner's process to call in tests. Imports neither Qt nor torch."""

# ruff: noqa: ARG001 - every call is given report=, whether it uses it or not

import os
import signal
import subprocess
import sys
import time

import numpy as np

from inference.errors import NotApplicableError
from inference.place import Place


def add(a, b, *, report):
    report(0.5, "adding")
    return a + b


def pid(*, report):
    return os.getpid()


def niceness(*, report):
    return os.nice(0)


def variable(name, *, report):
    return os.environ.get(name)


def loaded(*, report):
    return sorted({"torch", "PySide6", "vtkmodules"} & sys.modules.keys())


def place(*, report):
    return Place("d", "s", "T1 π", "", (1, 2, 3), np.arange(6).reshape(2, 3), np.eye(4))


def count(steps, *, report):
    for n in range(steps):
        report(n / steps, f"step {n}")
        time.sleep(0.005)
    return steps


def deaf(*, report):
    """Never asks whether to stop."""
    report(0.1, "deaf")
    for _ in range(600):
        time.sleep(0.1)


def refuse(*, report):
    raise NotApplicableError("Not a brain.", hint="Open a brain.")


def stumble(*, report):
    raise ValueError("DOE^JANE")


def run_out(*, report):
    raise MemoryError


def leave(code, *, report):
    os._exit(code)


def kill_itself(*, report):
    os.kill(os.getpid(), signal.SIGKILL)


def segfault(*, report):
    os.kill(os.getpid(), signal.SIGSEGV)


def chatter(*, report):
    """Prints, and has a child that does; neither may reach the wire."""
    print("noise " * 10_000)
    subprocess.run([sys.executable, "-c", "import sys; print('more', sys.stdin.read())"], check=True)
    return "heard"


def unsendable(*, report):
    return lambda: None


def flood(*, report):
    for n in range(20_000):
        report(n / 20_000, "flood")
    return "dry"
