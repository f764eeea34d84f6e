"""Draw on a real CT with mouse and keys: smooth regions and segments by hand, found again and exported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.path import Path as Outline
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.viewer.layers.measurements import on_screen
from app.viewer.measurements.geometry import drawn_line
from app.viewer.measurements.measurement import Kind
from app.viewer.measurements.results import results
from app.viewer.placing import to_screen
from app.viewer.volume_view import VolumeView
from inference.imaging.nifti import read_nifti
from inference.imaging.objects.presentations import read_presentation
from inference.imaging.objects.segmentations import read_segmentation
from inference.imaging.read import read_volume
from tests.journeys.reader import LEFT, PLAIN, Reader

pytestmark = [pytest.mark.journey, pytest.mark.slow]

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
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


def turn_with_shift(reader: Reader, notches: int) -> None:
    """The wheel away from the reader, with Shift held."""
    spot_ = QPointF(reader.view.rect().center())
    event = QWheelEvent(
        spot_, reader.view.mapToGlobal(spot_), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        SHIFT, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(reader.view, event)


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


def painted(reader: Reader):
    """What was painted."""
    return reader.room.room.painting.segmentation


def labels(reader: Reader) -> np.ndarray:
    """Its labels as the workspace holds them."""
    return painted(reader).labels()


def test_a_segment_is_painted_undone_kept_and_exported(reader: Reader, ct: Path, tmp_path: Path) -> None:
    open_it(reader, ct)
    paint_a_stroke(reader)
    size_by_the_wheel(reader)
    erase_a_part(reader)
    undo_and_redo(reader)
    fill_between_two_slices(reader)
    only_lung(reader)
    grow_the_heart(reader)
    on_other_planes(reader)
    it_leaves_as_dicom_and_nifti(reader, tmp_path / "out")
    it_is_there_after_a_restart(reader)
    print("\nscreenshots:", *reader.taken, sep="\n  ")


def paint_a_stroke(reader: Reader) -> None:
    """Alt+B begins a segment; a drag paints what lies within 5 mm of it, on this slice only."""
    reader.key(Qt.Key.Key_B, ALT)
    reader.wait("a segment", lambda: painted(reader) is not None)
    assert reader.window.painting.isVisible()
    start, end = (250.0, 230.0), (250.0, 280.0)
    drag(reader, spot(reader, *start), spot(reader, *end))
    volume, index = reader.view.exhibit.volume, reader.view.look.slice_index
    found = labels(reader)
    assert np.unique(np.nonzero(found)[0]).tolist() == [index]
    rows_mm, columns_mm = volume.spacing_mm[1:]
    rows, columns = np.indices(volume.shape[1:])
    along = np.clip(columns, start[1], end[1])
    far = np.hypot((rows - start[0]) * rows_mm, (columns - along) * columns_mm)
    wrong = (found[index] > 0) != (far <= 5.0)
    assert wrong.sum() < 0.04 * (far <= 5.0).sum()  # a pixel of the screen is half a voxel
    row = next(iter(reader.window.segments.cards.values())).rows[0]
    held_ml = (found > 0).sum() * np.prod(volume.spacing_mm) / 1000
    assert float(row.volume.text().split()[0]) == pytest.approx(held_ml, abs=0.06)
    reader.photograph("painted")


def size_by_the_wheel(reader: Reader) -> None:
    """Shift and the wheel, or + and -."""
    index, before = reader.view.look.slice_index, reader.room.room.painting.brush.radius_mm
    turn_with_shift(reader, 3)
    assert reader.room.room.painting.brush.radius_mm > before
    assert reader.view.look.slice_index == index
    turn_with_shift(reader, -1)
    QTest.qWait(50)
    larger = reader.room.room.painting.brush.radius_mm
    reader.view.setFocus()
    reader.key(Qt.Key.Key_Minus)
    assert before <= reader.room.room.painting.brush.radius_mm < larger


def erase_a_part(reader: Reader) -> None:
    """Alt+E and a click in the middle."""
    before = labels(reader)
    reader.key(Qt.Key.Key_E, ALT)
    QTest.mouseMove(reader.view, spot(reader, 250, 253))
    QTest.mouseClick(reader.view, LEFT, PLAIN, spot(reader, 250, 255))
    after = labels(reader)
    assert 0 < (after > 0).sum() < (before > 0).sum()
    assert not ((after > 0) & (before == 0)).any()
    reader.photograph("erased")


def undo_and_redo(reader: Reader) -> None:
    """Each stroke is a step of the one history."""
    now = labels(reader)
    QTest.qWait(50)
    reader.key(Qt.Key.Key_Z, CONTROL)
    assert (labels(reader) > 0).sum() > (now > 0).sum()
    QTest.qWait(50)
    reader.key(Qt.Key.Key_Y, CONTROL)
    assert np.array_equal(labels(reader), now)
    layer = reader.room.room.painted_wall.layer(painted(reader).uid)
    assert np.array_equal(layer.canvas.labels, now)


def fill_between_two_slices(reader: Reader) -> None:
    """Painted four slices on as well, the three between them are completed."""
    index = reader.view.look.slice_index
    for _ in range(4):
        reader.key(Qt.Key.Key_Down)
    reader.key(Qt.Key.Key_B, ALT)
    drag(reader, spot(reader, 250, 230), spot(reader, 250, 280))
    QTest.qWait(50)
    reader.key(Qt.Key.Key_W, ALT)
    reader.wait("the slices between", lambda: (labels(reader)[index + 2] > 0).any())
    drawn = np.unique(np.nonzero(labels(reader))[0]).tolist()
    assert drawn == list(range(min(drawn), min(drawn) + 5))
    reader.wait_until_idle()
    reader.key(Qt.Key.Key_Backspace, ALT)
    assert not labels(reader)[reader.view.look.slice_index].any()


def only_lung(reader: Reader) -> None:
    """A second segment, painted over the border of lung and heart where the value is that of lung."""
    reader.key(Qt.Key.Key_N, ALT)
    QTest.qWait(50)
    assert reader.room.room.painting.segment.number == 2
    panel = reader.window.painting
    reader.click(panel.limited)
    for box, value in ((panel.low, "-1000"), (panel.high, "-600")):
        box.setFocus()
        box.selectAll()
        QTest.keyClicks(box, value)
        QTest.keyClick(box, Qt.Key.Key_Return)
    limits = reader.room.room.painting.brush.limits
    assert (limits.low, limits.high) == (-1000, -600)
    reader.view.setFocus()
    drag(reader, spot(reader, 260, 160), spot(reader, 260, 240))
    values = reader.view.exhibit.volume.voxels[labels(reader) == 2]
    assert values.size > 100
    assert values.max() <= -600
    reader.photograph("only-lung")


def grow_the_heart(reader: Reader) -> None:
    """Alt+G and a click: joined, within the range, no further than asked."""
    panel = reader.window.painting
    reader.key(Qt.Key.Key_N, ALT)
    QTest.qWait(50)
    reader.click(panel.limited)
    assert reader.room.room.painting.brush.limits is None
    reader.view.setFocus()
    reader.key(Qt.Key.Key_G, ALT)
    QTest.mouseMove(reader.view, spot(reader, 255, 250))
    QTest.mouseClick(reader.view, LEFT, PLAIN, spot(reader, 255, 250))
    reader.wait("the region", lambda: (labels(reader) == 3).any())
    reader.wait_until_idle()
    seed = np.array([reader.view.look.slice_index, 255, 250])
    far = (np.argwhere(labels(reader) == 3) - seed) * reader.view.exhibit.volume.spacing_mm
    assert np.linalg.norm(far, axis=1).max() <= 41
    reader.photograph("grown")


def on_other_planes(reader: Reader) -> None:
    """A ball on a coronal plane lies in the volume as a ball."""
    before = labels(reader)
    reader.key(Qt.Key.Key_M)
    hanging = reader.window.hanging
    reader.wait("the planes", lambda: len(hanging.slice_views()) == 3)
    reader.wait_until_idle()
    coronal = hanging.slice_views()[2]
    QTest.mouseClick(coronal, Qt.MouseButton.MiddleButton, PLAIN, coronal.rect().center())
    assert reader.view is coronal
    coronal.setFocus()
    QTest.qWait(80)
    reader.key(Qt.Key.Key_B, ALT)
    QTest.qWait(50)
    reader.key(Qt.Key.Key_O, ALT)
    QTest.qWait(50)
    middle = coronal.rect().center() + QPoint(40, -30)
    QTest.mouseMove(coronal, middle - QPoint(2, 2))
    QTest.mouseClick(coronal, LEFT, PLAIN, middle)
    new = np.argwhere((labels(reader) == 3) & (before == 0))
    volume = coronal.exhibit.volume
    assert len(new) > 50
    assert (np.ptp(new, axis=0) > 0).all()
    size = np.ptp(new, axis=0) * volume.spacing_mm
    assert (size <= 2 * reader.room.room.painting.brush.radius_mm + 0.1).all()
    reader.photograph("planes")
    QTest.qWait(1500)
    reader.photograph("planes-in-depth")
    reader.room.room.pages.toggle_theme()
    reader.photograph("planes-light")
    reader.room.room.pages.toggle_theme()
    reader.key(Qt.Key.Key_M)
    reader.wait("the series", lambda: len(hanging.slice_views()) == 1)
    reader.wait_until_idle()


def it_leaves_as_dicom_and_nifti(reader: Reader, out: Path) -> None:
    """Both come back voxel by voxel, in their place."""
    kept, volume = painted(reader), reader.view.exhibit.volume
    reader.room.room.dicom.export(out)
    reader.wait("the segmentation", lambda: (out / "dicom" / "segments-1.dcm").is_file())
    reader.wait_until_idle()
    found = read_segmentation(out / "dicom" / "segments-1.dcm")
    assert [s.name for s in found.segments] == [s.name for s in kept.segments]
    for segment in kept.segments:
        again = found.map_of(segment.number)
        assert again.volumes_ml[segment.number] == pytest.approx(kept.volumes_ml[segment.number])
        middle = volume.to_lps_mm(np.argwhere(kept.labels() == segment.number).mean(axis=0))
        assert np.allclose(again.centre_lps_mm(segment.number), middle, atol=1e-3)
    reader.room.room.volumes.export_labels(out / "labels.nii.gz")
    reader.wait("the labels", lambda: (out / "labels.csv").is_file())
    written = read_nifti(out / "labels.nii.gz")
    centre = written.to_lps_mm(np.argwhere(written.voxels == 3).mean(axis=0))
    assert np.allclose(centre, volume.to_lps_mm(np.argwhere(kept.labels() == 3).mean(axis=0)), atol=1e-2)


def it_is_there_after_a_restart(reader: Reader) -> None:
    """Every voxel, every name."""
    before, names = labels(reader), [s.name for s in painted(reader).segments]
    reader.leave()
    reader.sit_down()
    reader.wait("the volume", lambda: reader.window.hanging.slice_views() and reader.view.exhibit.volume)
    reader.wait("the segments", lambda: painted(reader) is not None)
    reader.wait_until_idle()
    assert np.array_equal(labels(reader), before)
    assert [s.name for s in painted(reader).segments] == names
    assert len(next(iter(reader.window.segments.cards.values())).rows) == 3
    reader.photograph("segments-found-again")


def test_a_point_is_set_on_a_plane_and_in_depth_and_gone_to(reader: Reader, shared_data: Path) -> None:
    open_it(reader, shared_data / "ct_volume" / "ct_head_ge8800_64px")
    reader.key(Qt.Key.Key_M)
    hanging = reader.window.hanging
    reader.wait("the planes", lambda: len(hanging.slice_views()) == 3)
    reader.wait("the volume in 3-D", lambda: isinstance(hanging.view(3), VolumeView))
    reader.wait_until_idle()
    reader.view.setFocus()
    QTest.qWait(80)
    reader.key(Qt.Key.Key_Q, SHIFT)
    name_a_point(reader, reader.view, reader.view.rect().center() + QPoint(20, -25), "pineal gland")
    (point,) = points(reader)
    assert all(not list(v.measuring.on_show(v.scene())) for v in hanging.slice_views()[1:])
    reader.click(reader.window.measurements.row(point.uid))
    for view in hanging.slice_views():
        assert [m.uid for m in view.measuring.on_show(view.scene())] == [point.uid]
        there = view.plane.to_pixels(point.array)[0]
        assert abs(there[2]) <= view.plane.thickness_mm
    depth = hanging.view(3)
    assert [m.uid for m in depth.marks] == [point.uid]
    name_a_point(reader, depth, depth.rect().center() + QPoint(0, -10), "skin")
    skin = points(reader)[-1]
    assert skin.text == "skin"
    assert skin.site.words.endswith("3-D")
    volume = depth.exhibit.volume
    index = volume.to_index(skin.array[0])
    assert ((index >= -0.5) & (index <= np.array(volume.shape) - 0.5)).all()
    reader.wait("a picture", lambda: depth.picture is not None)
    reader.photograph("points")
    before = points(reader)
    reader.leave()
    reader.sit_down()
    reader.wait("the points", lambda: points(reader) == before)
    print("\nscreenshots:", *reader.taken, sep="\n  ")


def points(reader: Reader) -> list:
    """The points of the patient, oldest first."""
    return [m for m in reader.room.room.measuring.measurements if m.kind is Kind.POINT]


def name_a_point(reader: Reader, view, place: QPoint, name: str) -> None:
    """A click, and the name into the field that opens."""
    QTest.mouseMove(view, place - QPoint(2, 2))
    QTest.mouseClick(view, LEFT, PLAIN, place)
    reader.wait("the field", lambda: view.findChildren(QLineEdit))
    field = view.findChildren(QLineEdit)[-1]
    QTest.keyClicks(field, name)
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.qWait(50)
