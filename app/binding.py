"""One fault of the Qt binding, held off in one place.

PySide6 6.12.0 gives back a reference to True with every `emit` and one to None with every single shot, which
it never took. Before Python 3.12 these constants are counted like any other object: after some 570 signals
True is freed and the interpreter ends the process ("bool_dealloc"). PySide6 6.11.3 is free of it.
"""

from __future__ import annotations

import ctypes
import sys

CONSTANTS: tuple[object, ...] = (True, False, None)
PLENTY = 1 << 40  # more than a window can lose in years


def hold_constants() -> None:
    """Give the constants more references than any session can lose; before the first signal, once."""
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython":
        return
    for constant in CONSTANTS:
        count = ctypes.c_ssize_t.from_address(id(constant))  # an object begins with its count
        if abs(count.value - sys.getrefcount(constant)) < 8:  # not so in a debug build
            count.value += PLENTY
