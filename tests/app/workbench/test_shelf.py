from __future__ import annotations

import numpy as np

from app.workbench.shelf import Shelf
from inference.imaging.volume import Volume


def volume() -> Volume:
    return Volume(np.zeros((2, 10, 10), np.uint8), np.eye(4))


def test_what_was_not_asked_for_longest_leaves_first():
    shelf = Shelf(limit_bytes=400)
    shelf.keep("a", volume())
    shelf.keep("b", volume())
    shelf.get("a")
    shelf.keep("c", volume())
    assert shelf.get("b") is None
    assert shelf.get("a") is not None


def test_the_newest_stays_however_large():
    shelf = Shelf(limit_bytes=10)
    shelf.keep("a", volume())
    assert shelf.get("a") is not None
