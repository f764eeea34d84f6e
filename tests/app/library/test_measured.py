"""Measurements in the library."""

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.library.library import Library
from app.viewer.measurements.measurement import Kind, Measurement, Scale, Site, Space, Statistics
from inference.errors import LibraryError

LENGTH = Measurement(
    "m1", Kind.LENGTH, Site("1.2.1", "1.2.1.1", "1.2.1.1", "T1", "", "1.2.1.1.1", 0, 2), Space.PATIENT,
    ((0.0, 1.5, 2.0), (3.0, 5.5, 2.0)), Scale("PixelSpacing", (1.0, 1.0)),
)  # fmt: skip
REGION = replace(
    LENGTH, uid="m2", kind=Kind.ELLIPSE, points=((0.1, 0, 0),) * 4,
    text="Lesion “A”\x00", author="Dr. Röntgen",
    statistics=Statistics(1.5, 0.1, -3.0, 9.0, 12, 3, "HU", "MIP 10 mm"),
)  # fmt: skip


@pytest.fixture
def filled(library, folder):
    library.import_paths(folder)
    return library


def test_measurements_come_back_as_they_were_after_reopening(filled, home):
    filled.measured.keep([LENGTH, REGION])
    filled.close()
    again = Library.open(home)
    assert again.measured.of_study("1.2.1") == (LENGTH, REGION)
    again.close()


def test_a_change_takes_the_place_of_what_was_and_what_is_gone_is_gone(filled):
    filled.measured.keep([LENGTH, REGION])
    changed = replace(LENGTH, text="stent")
    filled.measured.keep([changed], ["m2"])
    assert filled.measured.of_study("1.2.1") == (changed,)


def test_measurements_leave_with_their_study(filled, folder):
    filled.measured.keep([LENGTH])
    filled.remove("1.2.1")
    filled.import_paths(folder)
    assert filled.measured.of_study("1.2.1") == ()


def test_a_measurement_of_a_study_that_is_gone_is_refused_and_costs_nothing(filled):
    with pytest.raises(LibraryError, match="not in the library"):
        filled.measured.keep([LENGTH, replace(REGION, site=replace(REGION.site, study_uid="9"))])
    assert filled.measured.of_study("1.2.1") == ()


def test_a_damaged_measurement_does_not_hide_the_others(filled, home):
    filled.measured.keep([LENGTH, REGION])
    filled.close()
    connection = sqlite3.connect(home / "library.db")
    with connection:
        connection.execute("UPDATE measurement SET facts = '{\"uid\": 1}' WHERE uid = 'm1'")
    connection.close()
    again = Library.open(home)
    assert again.measured.of_study("1.2.1") == (REGION,)
    again.close()


KILLED = """
import os, signal, sys
from dataclasses import replace
from app.library.library import Library
from tests.app.library.test_measured import LENGTH
library = Library.open(sys.argv[1])
for number in range(20):
    library.measured.keep([replace(LENGTH, uid=f"k{number}")])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_a_measurement_that_was_kept_survives_a_killed_process(filled, home):
    filled.close()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, home], check=False, capture_output=True, cwd=Path.cwd()
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    again = Library.open(home)
    assert [m.uid for m in again.measured.of_study("1.2.1")] == [f"k{number}" for number in range(20)]
    again.close()
