"""Contours that readers changed and views that they named, in the library."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.contours import Contour, ContourKey
from app.library.library import Library
from inference.errors import LibraryError
from inference.imaging.naming import NO_VIEW

KEY = ContourKey("1.2.1.1", 3, 7)


def contour(key=KEY, seed=0):
    return Contour(key, np.random.default_rng(seed).normal(size=(12, 3)) * 100)


@pytest.fixture
def filled(library, folder):
    library.import_paths(folder)
    return library


def reopened(library, home):
    library.close()
    return Library.open(home)


def test_a_contour_comes_back_to_the_last_bit_after_reopening(filled, home):
    kept = contour()
    filled.outlined.keep("1.2.1", [kept, contour(ContourKey("1.2.1.1", 4, 7), 1)], reader="ab")
    again = reopened(filled, home)
    found = again.outlined.contours("1.2.1")
    assert [c.key.position for c in found] == [3, 4]
    assert np.array_equal(found[0].controls_lps_mm, kept.controls_lps_mm)
    again.close()


def test_the_last_change_counts_and_what_is_given_back_is_gone(filled):
    filled.outlined.keep("1.2.1", [contour()])
    filled.outlined.keep("1.2.1", [contour(seed=2)])
    (found,) = filled.outlined.contours("1.2.1")
    assert np.array_equal(found.controls_lps_mm, contour(seed=2).controls_lps_mm)
    filled.outlined.keep("1.2.1", [], [KEY])
    assert filled.outlined.contours("1.2.1") == ()


def test_a_named_view_is_part_of_the_study_from_then_on(filled, home):
    uid = filled.study("1.2.1").display_sets[0].uid
    assert filled.study("1.2.1").display_set(uid).view == ""
    filled.outlined.name_view("1.2.1", uid, "A4C")
    filled.outlined.name_view("1.2.1", uid, NO_VIEW, reader="ab")
    again = reopened(filled, home)
    assert again.study("1.2.1").display_set(uid).view == NO_VIEW
    again.outlined.name_view("1.2.1", uid, "")
    assert again.study("1.2.1").display_set(uid).view == ""
    again.close()


def test_contours_and_views_leave_with_their_study(filled, folder):
    filled.outlined.keep("1.2.1", [contour()])
    filled.outlined.name_view("1.2.1", "1.2.1.1", "SAX")
    filled.remove("1.2.1")
    filled.import_paths(folder)
    assert filled.outlined.contours("1.2.1") == ()
    assert filled.outlined.views("1.2.1") == {}


def test_a_contour_of_a_study_that_is_gone_is_refused(filled):
    with pytest.raises(LibraryError, match="not in the library"):
        filled.outlined.keep("9", [contour()])


KILLED = """
import os, signal, sys
from app.contours import ContourKey
from app.library.library import Library
from tests.app.library.test_outlined import contour
library = Library.open(sys.argv[1])
for phase in range(20):
    library.outlined.keep("1.2.1", [contour(ContourKey("1.2.1.1", 3, phase), phase)])
library.outlined.name_view("1.2.1", "1.2.1.1", "SAX")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_what_was_kept_survives_a_killed_process(filled, home):
    filled.close()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, home], check=False, capture_output=True, cwd=Path.cwd()
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    again = Library.open(home)
    assert [c.key.phase for c in again.outlined.contours("1.2.1")] == list(range(20))
    assert again.outlined.views("1.2.1") == {"1.2.1.1": "SAX"}
    again.close()
