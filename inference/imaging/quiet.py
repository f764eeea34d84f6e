"""pydicom's warnings held back; what matters of them is said in our own words."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_ALONE = threading.RLock()  # the list of filters is one for all threads


@contextmanager
def quiet() -> Iterator[None]:
    """No warning is shown or raised inside the block."""
    with _ALONE, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
