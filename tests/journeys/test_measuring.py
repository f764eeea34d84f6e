"""Measure on a real CT with mouse and keys, leave, come back, and find it all again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.library.library import Library
from app.viewer.grey import image_to_array
from app.viewer.layers.measurements import on_screen
from app.viewer.look import Interpolation
from app.viewer.measurements.measurement import Kind
from app.viewer.measurements.results import results
from app.viewer.placing import to_pixel, to_screen
from inference.imaging.read import read_volume
from tests.journeys.reader import LEFT, PLAIN, Reader

pytestmark = [pytest.mark.journey, pytest.mark.slow]

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def ct(shared_data: Path) -> Path:
    """Eighty slices of a chest."""
    return shared_data / "ct_volume" / "lidc0314_chest_philips16"


def test_what_is_measured_is_found_again(reader: Reader, ct: Path) -> None:
    open_it(reader, ct)
    the_pixels_are_those_of_the_file(reader, ct)
    measure_a_length(reader)
    measure_a_region(reader)
    measure_an_angle(reader)
    undo_and_redo(reader)
    drag_a_handle(reader)
    mark_and_write(reader)
    delete_one(reader)
    jump(reader)
    find_it_again(reader)
    print("\nscreenshots:", *reader.taken, sep="\n  ")


def open_it(reader: Reader, ct: Path) -> None:
    """The whole volume is there: a region needs its values."""
    reader.drop([ct], reader.window.studies)
    reader.wait("the volume", lambda: reader.window.hanging.slice_views() and reader.view.exhibit.volume)
    reader.wait_until_idle()
    reader.view.setFocus()


def the_pixels_are_those_of_the_file(reader: Reader, ct: Path) -> None:
    """Window, orientation and position by a rendering that shares nothing with ours but the numbers."""
    view, look = reader.view, reader.view.look
    for key, held in ((Qt.Key.Key_A, PLAIN), (Qt.Key.Key_A, PLAIN), *2 * ((Qt.Key.Key_S, SHIFT),)):
        reader.key(key, held)
    assert view.look.interpolation is Interpolation.NEAREST
    files = sorted((dcmread(path) for path in ct.glob("*.dcm")), key=lambda f: f.ImagePositionPatient[2])
    shown = files[look.slice_index]
    values = shown.pixel_array * float(shown.RescaleSlope) + float(shown.RescaleIntercept)
    centre, width = look.window.centre, look.window.width
    grey = np.clip((values - (centre - 0.5)) / (width - 1) + 0.5, 0, 1) * 255
    drawn = image_to_array(view.grab().toImage())[..., 0]
    scale = min(view.width() / values.shape[1], view.height() / values.shape[0])
    corner = (np.array([view.height(), view.width()]) - np.array(values.shape) * scale) / 2
    for row, column in np.random.default_rng(0).integers(4, 508, (300, 2)):
        spot = (np.array([row, column]) + 0.5) * scale + corner
        assert abs(int(drawn[int(spot[0]), int(spot[1])]) - grey[row, column]) <= 1
    for key, held in ((Qt.Key.Key_A, PLAIN), (Qt.Key.Key_S, SHIFT)):
        reader.key(key, held)


def stroke(reader: Reader, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag from pixel to pixel, (row, column)."""
    transform = reader.view.scene().transform
    here, there = (to_screen(transform, np.array(pixel)).toPoint() for pixel in (start, end))
    QTest.mousePress(reader.view, LEFT, PLAIN, here)
    for step in range(1, 9):
        QTest.mouseMove(reader.view, here + (there - here) * step / 8)
    QTest.mouseRelease(reader.view, LEFT, PLAIN, there)


def newest(reader: Reader, kind: Kind):
    """The measurement of a kind that was made last."""
    return [m for m in reader.room.room.measuring.measurements if m.kind is kind][-1]


def pixels_of(reader: Reader, measurement) -> np.ndarray:
    """Its points as (row, column), by the volume's own affine."""
    return reader.view.exhibit.volume.to_index(measurement.array)[:, 1:]


def measure_a_length(reader: Reader) -> None:
    """L and a drag: millimetres as the header has them."""
    reader.key(Qt.Key.Key_L)
    stroke(reader, (256, 100), (256, 400))
    length = newest(reader, Kind.LENGTH)
    rows_mm, columns_mm = reader.view.exhibit.volume.spacing_mm[1:]
    ends = pixels_of(reader, length)
    expected = np.hypot(*((ends[1] - ends[0]) * (rows_mm, columns_mm)))
    assert results(length)[0].value == pytest.approx(expected, rel=1e-9)
    assert abs(expected - 300 * columns_mm) < 3
    assert length.scale.source == "PixelSpacing"
    reader.photograph("length")


def measure_a_region(reader: Reader) -> None:
    """Shift+E and a drag: the numbers of an independent count."""
    reader.key(Qt.Key.Key_E, SHIFT)
    stroke(reader, (230, 200), (310, 300))
    ellipse = newest(reader, Kind.ELLIPSE)
    picture = read_volume(reader.sitting.current.display_sets[0]).voxels[reader.view.look.slice_index]
    ends = pixels_of(reader, ellipse)
    centre, wide, high = ends.mean(axis=0), np.ptp(ends[:2, 1]) / 2, np.ptp(ends[2:, 0]) / 2
    rows, columns = np.indices(picture.shape)
    inside = ((rows - centre[0]) / high) ** 2 + ((columns - centre[1]) / wide) ** 2 <= 1
    values = picture[inside].astype(float)
    found = ellipse.statistics
    assert (found.pixels, found.minimum, found.maximum) == (values.size, values.min(), values.max())
    assert (found.mean, found.sd) == pytest.approx((values.mean(), values.std()))
    assert found.unit == "HU"
    reader.photograph("region")


def measure_an_angle(reader: Reader) -> None:
    """G, a drag and a click."""
    reader.key(Qt.Key.Key_G)
    stroke(reader, (120, 120), (120, 220))
    spot = to_screen(reader.view.scene().transform, np.array((180.0, 220.0))).toPoint()
    QTest.mouseMove(reader.view, spot - QPoint(5, 5))
    QTest.mouseClick(reader.view, LEFT, PLAIN, spot)
    assert results(newest(reader, Kind.ANGLE))[0].value == pytest.approx(90, abs=1.5)
    assert len(reader.window.measurements.uids) == 3


def undo_and_redo(reader: Reader) -> None:
    """One history over everything."""
    before = reader.room.room.measuring.measurements
    reader.key(Qt.Key.Key_Z, CONTROL)
    assert len(reader.window.measurements.uids) == 2
    QTest.qWait(50)
    reader.key(Qt.Key.Key_Y, CONTROL)
    assert reader.room.room.measuring.measurements == before


def drag_a_handle(reader: Reader) -> None:
    """An end of the length goes somewhere else, and with it the number."""
    length = newest(reader, Kind.LENGTH)
    spot = QPoint(*(round(x) for x in on_screen(length, reader.view.scene())[1]))
    QTest.mousePress(reader.view, LEFT, PLAIN, spot)
    QTest.mouseMove(reader.view, spot + QPoint(0, 40))
    QTest.mouseRelease(reader.view, LEFT, PLAIN, spot + QPoint(0, 40))
    moved = newest(reader, Kind.LENGTH)
    assert moved.uid == length.uid
    assert moved.points[0] == pytest.approx(length.points[0])
    there = to_pixel(reader.view.scene().transform, (spot + QPoint(0, 40)).toPointF())
    assert pixels_of(reader, moved)[1] == pytest.approx(there, abs=1.0)


def mark_and_write(reader: Reader) -> None:
    """K marks, Q points at something and says what it is."""
    reader.view.setFocus()
    reader.key(Qt.Key.Key_K)
    reader.key(Qt.Key.Key_Q)
    stroke(reader, (150, 350), (100, 420))
    reader.wait("the field", lambda: reader.view.findChildren(type(reader.window.studies.search)))
    field = reader.view.findChildren(type(reader.window.studies.search))[0]
    QTest.keyClicks(field, "nodule")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert newest(reader, Kind.ARROW).text == "nodule"
    assert newest(reader, Kind.KEY_IMAGE).site.picture == reader.view.look.slice_index
    reader.photograph("all-of-them")


def delete_one(reader: Reader) -> None:
    """Click on the line of the angle, Delete."""
    angle = newest(reader, Kind.ANGLE)
    ends = on_screen(angle, reader.view.scene())
    reader.key(Qt.Key.Key_W)
    QTest.mouseClick(reader.view, LEFT, PLAIN, QPoint(*(round(x) for x in ends[:2].mean(axis=0))))
    reader.key(Qt.Key.Key_Delete)
    assert angle.uid not in reader.window.measurements.uids
    assert len(reader.window.measurements.uids) == 4


def jump(reader: Reader) -> None:
    """From the table back to the slice, also when zoomed in elsewhere."""
    index = reader.view.look.slice_index
    reader.key(Qt.Key.Key_Home)
    assert reader.view.look.slice_index == 0
    row = reader.window.measurements.row(newest(reader, Kind.LENGTH).uid)
    reader.wait("the row", row.isVisible)
    reader.click(row)
    assert reader.view.look.slice_index == index


def find_it_again(reader: Reader) -> None:
    """Restart: every number as it was."""
    before = reader.room.room.measuring.measurements
    index = reader.view.look.slice_index
    reader.leave()
    reader.sit_down()
    reader.wait("the last study", lambda: reader.sitting.current)
    reader.wait("the volume", lambda: reader.window.hanging.slice_views() and reader.view.exhibit.volume)
    reader.wait_until_idle()
    assert reader.room.room.measuring.measurements == before
    assert reader.view.look.slice_index == index
    assert len(list(reader.view.measuring.on_show(reader.view.scene()))) == len(before)
    reader.photograph("found-again")


KILLED = """
import os, signal, sys
from pathlib import Path
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
application = QApplication([])
from tests.journeys.reader import Reader
from tests.journeys.test_measuring import newest, open_it, stroke
from app.viewer.measurements.measurement import Kind
reader = Reader(Path(sys.argv[1]), Path(sys.argv[1]))
open_it(reader, Path(sys.argv[2]))
reader.key(Qt.Key.Key_L)
stroke(reader, (20, 10), (20, 50))
uid, library = newest(reader, Kind.LENGTH).uid, reader.room.services.library
reader.wait("the disk", lambda: library.measured.of_study(reader.sitting.current.uid))
print(uid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_a_window_that_is_killed_loses_no_measurement(shared_data: Path, tmp_path: Path) -> None:
    small = shared_data / "ct_volume" / "ct_head_ge8800_64px"
    command = [sys.executable, "-c", KILLED, tmp_path, small]
    done = subprocess.run(command, check=False, capture_output=True, cwd=Path.cwd())
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    library = Library.open(tmp_path / "library")
    kept = [m.uid for entry in library.entries() for m in library.measured.of_study(entry.uid)]
    library.close()
    assert kept == done.stdout.decode().split()
