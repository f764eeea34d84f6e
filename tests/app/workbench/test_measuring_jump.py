"""From a row of the table to the plane that was drawn on, also where that was turned and turned back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app import theme
from app.viewer.look import Oblique, Plane
from app.viewer.measurements.measurement import Kind
from app.viewer.planes import clockwise
from tests.app.report.leaving import WHOLE
from tests.imaging_fixtures import write_series
from tests.journeys.reader import LEFT, PLAIN, Reader


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    pixels = np.random.default_rng(2).integers(0, 500, (24, 48, 48)).astype(np.int16)
    write_series(tmp_path / "ct", pixels=pixels, **WHOLE)
    reader = Reader(tmp_path / "home", tmp_path)
    reader.room.room.opening.import_paths([tmp_path / "ct"])
    reader.wait("the study", lambda: reader.sitting.current is not None)
    reader.wait("the volume", lambda: reader.window.hanging.slice_views() and reader.view.exhibit.volume)
    reader.wait_until_idle()
    reader.window.hanging.setFocus()
    reader.key(Qt.Key.Key_M)
    yield reader
    reader.leave()
    reader.watchdog.stop()


def draw_length(reader, view):
    """A length by key and two clicks, right and below of the crossing."""
    QTest.mouseClick(view, Qt.MouseButton.MiddleButton)
    reader.wait("the tool", reader.room.menus.action("Length").isEnabled)
    QTest.keyClick(view, Qt.Key.Key_L)
    middle = view.rect().center()
    start, end = middle + QPoint(30, 24), middle + QPoint(80, 50)
    QTest.mousePress(view, LEFT, PLAIN, start)
    for share in (0.3, 0.6, 1.0):
        QTest.mouseMove(view, start + (end - start) * share)
    QTest.mouseRelease(view, LEFT, PLAIN, end)
    return reader.room.room.measuring.measurements[-1]


def turned_and_measured(reader):
    """The coronal plane turned by 20 degrees, and a length drawn on it."""
    axial, coronal = (reader.window.hanging.slice_view(n) for n in (0, 2))
    reader.window.hanging.planes.turn(axial, clockwise(axial, 20, Plane.CORONAL))
    assert isinstance(coronal.look.plane, Oblique)
    drawn_on = coronal.plane
    return draw_length(reader, coronal), drawn_on


def lies_on(measurement, view):
    return bool(np.abs(view.plane.to_pixels(measurement.array)[:, 2]).max() < 1e-3)


def test_a_row_turns_the_plane_back_to_what_was_drawn_on_it(reader):
    measurement, drawn_on = turned_and_measured(reader)
    hanging = reader.window.hanging
    axial, coronal = hanging.slice_view(0), hanging.slice_view(2)
    assert measurement.kind is Kind.LENGTH
    assert measurement.site.words.endswith("coronal oblique")
    hanging.planes.straighten(axial)
    hanging.go_to(0, coronal.exhibit.volume.to_lps_mm(np.array([3.0, 5, 5])))
    assert not lies_on(measurement, coronal)
    reader.window.measurements.chosen.emit(measurement.uid)
    assert lies_on(measurement, coronal)
    assert abs(float(coronal.plane.normal_lps @ drawn_on.normal_lps)) == pytest.approx(1.0)
    assert coronal.measuring.ground.shows(measurement, coronal.exhibit, coronal.look, coronal.plane)
    assert axial.look.plane is Plane.AXIAL


def test_without_planes_on_the_wall_they_are_brought(reader):
    measurement, _ = turned_and_measured(reader)
    hanging = reader.window.hanging
    hanging.setFocus()
    reader.key(Qt.Key.Key_M)
    assert not reader.room.room.cutting.is_on
    reader.window.measurements.chosen.emit(measurement.uid)
    reader.wait_until_idle()
    assert reader.room.room.cutting.is_on
    assert lies_on(measurement, hanging.slice_view(2))


def test_the_plane_is_found_again_after_a_restart(reader):
    measurement, _ = turned_and_measured(reader)
    reader.wait_until_idle()
    reader.leave()
    reader.sit_down()
    measuring = reader.room.room.measuring
    reader.wait("the measurement", lambda: measuring.measurement(measurement.uid))
    assert measuring.measurement(measurement.uid).site == measurement.site
    reader.wait("the planes", lambda: len(reader.window.hanging.slice_views()) == 3)
    reader.wait_until_idle()
    reader.window.measurements.chosen.emit(measurement.uid)
    assert any(lies_on(measurement, view) for view in reader.window.hanging.slice_views())


def test_a_plane_that_was_turned_since_is_laid_straight_for_what_was_drawn_before(reader):
    hanging = reader.window.hanging
    axial, coronal = hanging.slice_view(0), hanging.slice_view(2)
    measurement = draw_length(reader, coronal)
    assert measurement.site.words.endswith("MPR")
    hanging.planes.turn(axial, clockwise(axial, 20, Plane.CORONAL))
    assert not lies_on(measurement, coronal)
    reader.window.measurements.chosen.emit(measurement.uid)
    assert coronal.look.plane is Plane.CORONAL
    assert coronal.measuring.ground.shows(measurement, coronal.exhibit, coronal.look, coronal.plane)
