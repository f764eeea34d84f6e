"""Python's collector of rubbish is kept from looking through what is there from the start.

The modules of the window and of VTK are a quarter of a million objects that live as long as the process. A
full collection looks at all of them, in whichever thread happens to begin it, and meanwhile no other may run:
the window would stand still for a sixth of a second.
"""

from __future__ import annotations

import gc


def set_aside() -> None:
    """Look no more at what there is now. For moments at which no study is open: its pixels must go again."""
    gc.freeze()


def set_aside_too() -> None:
    """The same for what has been loaded since, in a process where the start was set aside."""
    if gc.get_freeze_count():
        gc.freeze()
