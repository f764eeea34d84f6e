"""Draw on a real CT with mouse and keys: smooth regions and segments by hand, found again and exported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.path import Path as Outline
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.viewer.layers.measurements import on_screen
from app.viewer.measurements.geometry import drawn_line
from app.viewer.measurements.measurement import Kind
from app.viewer.measurements.results import results
from app.viewer.placing import to_screen
from inference.imaging.objects.presentations import read_presentation
from inference.imaging.read import read_volume
from tests.journeys.reader import LEFT, PLAIN, Reader

pytestmark = [pytest.mark.journey, pytest.mark.slow]

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
ROUND = ((225, 190), (215, 250), (235, 300), (280, 310), (300, 250), (270, 195))  # (row, column)


@pytest.fixture
def ct(shared_data: Path) -> Path:
    """Eighty slices of a chest."""
    return shared_data / "ct_volume" / "lidc0314_chest_philips16"


def open_it(reader: Reader, ct: Path) -> None:
    """The whole volume is there: a region needs its values."""
    reader.drop([ct], reader.window.studies)
    reader.wait("the volume", lambda: reader.window.hanging.slice_views() and reader.view.exhibit.volume)
    reader.wait_until_idle()
    reader.view.setFocus()


def spot(reader: Reader, row: float, column: float) -> QPoint:
    """Where a pixel is in the chosen viewport."""
    return to_screen(reader.view.scene().transform, np.array((row, column), float)).toPoint()


def drag(reader: Reader, start: QPoint, end: QPoint) -> None:
    """Press, move in steps, release."""
    QTest.mousePress(reader.view, LEFT, PLAIN, start)
    for step in range(1, 9):
        QTest.mouseMove(reader.view, start + (end - start) * step / 8)
    QTest.mouseRelease(reader.view, LEFT, PLAIN, end)


def splines(reader: Reader) -> list:
    """The smooth regions that were drawn."""
    return [m for m in reader.room.room.measuring.measurements if m.kind is Kind.SPLINE]


def test_a_smooth_region_is_drawn_dragged_undone_exported_and_found_again(
    reader: Reader, ct: Path, tmp_path: Path
) -> None:
    open_it(reader, ct)
    draw_a_spline(reader)
    counted_by_somebody_else(reader)
    drag_a_point_and_undo(reader)
    it_leaves_as_a_curve(reader, tmp_path / "out")
    before, index = splines(reader), reader.view.look.slice_index
    reader.leave()
    reader.sit_down()
    reader.wait("the volume", lambda: reader.window.hanging.slice_views() and reader.view.exhibit.volume)
    reader.wait_until_idle()
    assert splines(reader) == before
    assert reader.view.look.slice_index == index
    reader.photograph("spline-found-again")
    print("\nscreenshots:", *reader.taken, sep="\n  ")


def draw_a_spline(reader: Reader) -> None:
    """Alt+F, a click for each point, and one on the first."""
    reader.key(Qt.Key.Key_F, ALT)
    for row, column in ROUND:
        QTest.mouseMove(reader.view, spot(reader, row, column) - QPoint(3, 3))
        QTest.mouseClick(reader.view, LEFT, PLAIN, spot(reader, row, column))
    assert not splines(reader)
    reader.photograph("spline-in-hand")
    QTest.mouseClick(reader.view, LEFT, PLAIN, spot(reader, *ROUND[0]))
    assert len(splines(reader)) == 1
    reader.photograph("spline")


def counted_by_somebody_else(reader: Reader) -> None:
    """Mean, SD, extremes and area as another polygon code finds them in the files."""
    (region,) = splines(reader)
    volume = read_volume(reader.sitting.current.display_sets[0])
    picture = volume.voxels[reader.view.look.slice_index]
    line = volume.to_index(drawn_line(region))[:, 1:]
    rows, columns = np.indices(picture.shape)
    inside = Outline(line).contains_points(np.column_stack([rows.ravel(), columns.ravel()]))
    values = picture[inside.reshape(picture.shape)].astype(float)
    found = region.statistics
    assert (found.pixels, found.minimum, found.maximum) == (values.size, values.min(), values.max())
    assert (found.mean, found.sd) == pytest.approx((values.mean(), values.std()))
    pixel_mm2 = volume.spacing_mm[1] * volume.spacing_mm[2]
    assert results(region)[0].value == pytest.approx(values.size * pixel_mm2, rel=0.01)


def drag_a_point_and_undo(reader: Reader) -> None:
    """The curve follows one of its points; Ctrl+Z brings it back, Ctrl+Y does it again."""
    (before,) = splines(reader)
    reader.key(Qt.Key.Key_W)
    point = QPoint(*(round(x) for x in on_screen(before, reader.view.scene())[3]))
    drag(reader, point, point + QPoint(30, 20))
    (moved,) = splines(reader)
    assert moved.uid == before.uid
    assert moved.statistics.pixels > before.statistics.pixels
    QTest.qWait(50)
    reader.key(Qt.Key.Key_Z, CONTROL)
    assert splines(reader) == [before]
    QTest.qWait(50)
    reader.key(Qt.Key.Key_Y, CONTROL)
    assert splines(reader) == [moved]


def it_leaves_as_a_curve(reader: Reader, out: Path) -> None:
    """The presentation state holds an interpolated curve through its points, which is laid over again."""
    reader.room.room.dicom.export(out)
    reader.wait("the files", lambda: (out / "dicom" / "measurements.dcm").is_file())
    reader.wait_until_idle()
    state = read_presentation(out / "dicom" / "presentation-1.dcm")
    shapes = [mark for drawing in state.drawings for mark in drawing.marks if mark.shape == "INTERPOLATED"]
    assert [len(mark.points) for mark in shapes] == [len(ROUND) + 1]
