"""Real series cut askew and laid over each other, with the mouse; pixels held to what numpy reads there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QLineF, QPoint, Qt
from PySide6.QtTest import QTest
from scipy import ndimage

from app.viewer.cine_view import CineView
from app.viewer.grey import grey, image_to_array
from app.viewer.look import Oblique, Plane, Slab
from app.viewer.placing import to_pixel, to_screen
from app.viewer.volume_view import VolumeView
from inference.imaging.read import read_volume
from tests.journeys.reader import LEFT, PLAIN, Reader

pytestmark = [pytest.mark.journey, pytest.mark.slow]
PATIENCE_S = 300


def open_brain(reader: Reader, shared_data: Path):
    """Two series of one frame of reference; the sagittal T1 in three planes."""
    reader.drop([shared_data / "brain_mr_multisequence" / "normal_volunteer_3T"], reader.window.studies)
    reader.wait("the study", lambda: reader.sitting.current, PATIENCE_S)
    sets = reader.sitting.current.display_sets
    t1, t2 = (next(d for d in sets if word in d.title) for word in ("MEMPRAGE", "T2"))
    room = reader.room.room
    room.arranging.show_alone(t1.uid)
    reader.wait("the volume", lambda: room.showing.shelf.get(t1.uid) is not None, PATIENCE_S)
    reader.wait("the slices", lambda: reader.window.hanging.slice_views(), PATIENCE_S)
    QTest.qWait(50)
    return t1, t2


def command(reader: Reader, text: str) -> None:
    """As from the menu or the palette."""
    action = reader.room.menus.action(text)
    reader.room.menus.refresh()
    assert action.isEnabled(), text
    action.trigger()


def turn_by_hand(view, of: Plane, degrees: float) -> None:
    """Take a line by its end and lead it round the crossing."""
    middle = view.cut_lines.crossing(view.scene())
    start = next(spot for line, spot in view.cut_lines.handles(view.scene()) if line.of is of)
    QTest.mousePress(view, LEFT, PLAIN, start.toPoint())
    for share in np.linspace(0.2, 1.0, 5):
        ray = QLineF(middle, start)
        ray.setAngle(ray.angle() - degrees * share)
        QTest.mouseMove(view, ray.p2().toPoint())
    QTest.qWait(20)
    QTest.mouseRelease(view, LEFT, PLAIN, ray.p2().toPoint())


def settled(reader: Reader, view) -> np.ndarray:
    """Every pixel of the picture, once it has come."""
    reader.wait(
        "every pixel", lambda: view.slice_picture.pixels(view.exhibit, view.look) is not None, PATIENCE_S
    )
    return view.slice_picture.pixels(view.exhibit, view.look)


def by_numpy(volume, plane):
    """What lies in a plane, point by point: values, and where they are well inside."""
    rows, columns = np.meshgrid(*map(np.arange, plane.shape), indexing="ij")
    points = (
        plane.origin_lps_mm + rows[..., None] * plane.down_lps_mm + columns[..., None] * plane.across_lps_mm
    )
    inverse = np.linalg.inv(volume.affine_lps)
    index = np.moveaxis(points @ inverse[:3, :3].T + inverse[:3, 3], -1, 0)
    inside = np.all([(i >= 0) & (i <= n - 1) for i, n in zip(index, volume.shape, strict=True)], axis=0)
    return ndimage.map_coordinates(volume.voxels.astype(float), index, order=1, mode="nearest"), inside


def test_planes_are_turned_measured_thickened_and_laid_straight(reader: Reader, shared_data: Path) -> None:
    t1, _ = open_brain(reader, shared_data)
    volume = read_volume(t1)
    command(reader, "Three planes and 3-D")
    hanging = reader.window.hanging
    axial, sagittal, coronal = (hanging.slice_view(n) for n in range(3))
    QTest.qWait(100)
    turn_by_hand(axial, Plane.CORONAL, 25)
    turn_by_hand(sagittal, Plane.AXIAL, -20)
    assert all(isinstance(view.look.plane, Oblique) for view in (axial, sagittal, coronal))
    for view in (axial, sagittal, coronal):
        pixels = settled(reader, view)
        values, inside = by_numpy(volume, view.plane)
        assert inside.mean() > 0.2
        assert np.abs(pixels[inside] - values[inside]).max() <= 1.0  # whole numbers are stored
    reader.photograph("double-oblique")
    check_screen(volume, coronal)
    check_slab(reader, volume, coronal)
    command(reader, "Planes along the patient")
    assert [v.look.plane for v in (axial, sagittal, coronal)] == [Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL]


def check_screen(volume, view) -> None:
    """The shades on the screen are those of numpy's values at the place under each spot."""
    scene = view.scene()
    values, inside = by_numpy(volume, scene.plane)
    shades = grey(values, view.look.window).astype(int)
    image = image_to_array(view.grab().toImage())[..., 0].astype(int)
    calm = (ndimage.maximum_filter(shades, 5) - ndimage.minimum_filter(shades, 5) < 12) & inside
    spots = [(x, y) for x in range(60, view.width() - 60, 9) for y in range(60, view.height() - 90, 9)]
    off = []
    for x, y in spots:
        row, column = np.round(to_pixel(scene.transform, QPoint(x, y).toPointF())).astype(int)
        inside_picture = 0 <= row < calm.shape[0] and 0 <= column < calm.shape[1]
        far = all(_apart(line, QPoint(x, y)) > 14 for _, line in view.cut_lines.traces(scene))
        if inside_picture and calm[row, column] and far:
            off.append(abs(image[y, x] - shades[row, column]))
    assert len(off) > 50
    assert np.percentile(off, 95) <= 14


def _apart(line: QLineF, spot: QPoint) -> float:
    return abs(line.dx() * (spot.y() - line.y1()) - line.dy() * (spot.x() - line.x1())) / line.length()


def check_slab(reader: Reader, volume, view) -> None:
    """A slab of ten millimetres holds nothing that does not lie within five of the plane."""
    view.adjust(slab_mm=10.0, slab=Slab.MAXIMUM)
    pixels = settled(reader, view)
    step = view.plane.thickness_mm
    reach = int(np.floor(5.0 / step + 0.5 - 1e-6))
    parts = [by_numpy(volume, view.slices.plane(view.look.slice_index + k)) for k in range(-reach, reach + 1)]
    inside = np.all([part[1] for part in parts], axis=0)
    wanted = np.max([part[0] for part in parts], axis=0)
    assert np.abs(pixels[inside] - wanted[inside]).max() <= 1.0
    reader.photograph("oblique-slab")
    view.adjust(slab_mm=0.0)


def test_a_series_is_fused_in_its_place_and_the_probe_tells_both(reader: Reader, shared_data: Path) -> None:
    t1, t2 = open_brain(reader, shared_data)
    volume, other = read_volume(t1), read_volume(t2)
    room = reader.room.room
    room.fusing.fuse(t2.uid)
    reader.wait("the fused series", lambda: room.fusing.layer is not None, PATIENCE_S)
    assert reader.window.fusion.isVisible()
    view = reader.view
    middle = other.to_lps_mm((np.array(other.shape) - 1) / 2)
    view.go_to(middle)
    spot = to_screen(view.scene().transform, view.plane.to_pixels(middle)[:2]).toPoint() + QPoint(25, -15)
    QTest.mouseMove(view, spot)
    QTest.qWait(100)
    point = view.plane.to_lps_mm(to_pixel(view.scene().transform, spot.toPointF()))
    index = other.to_index(point)
    wanted = ndimage.map_coordinates(other.voxels.astype(float), index[:, None], order=1)[0]
    assert f"MR {wanted:.4g}" in view.furniture.probe.value
    own = volume.voxels[tuple(np.round(volume.to_index(point)).astype(int))]
    assert view.furniture.probe.value.startswith(str(own))
    reader.photograph("fused")
    command(reader, "Three planes and 3-D")
    QTest.qWait(100)
    turn_by_hand(reader.window.hanging.slice_view(0), Plane.CORONAL, 25)
    settled(reader, reader.window.hanging.slice_view(2))
    reader.photograph("fused-oblique")
    command(reader, "Fusion on or off")
    assert not room.fusing.layer.look.shown
    reader.window.hanging.setFocus()
    reader.key(Qt.Key.Key_BracketRight, Qt.KeyboardModifier.ControlModifier)
    assert room.fusing.layer.look.opacity == pytest.approx(0.6)


def test_a_short_axis_stack_beats_in_planes_and_in_3d(reader: Reader, shared_data: Path) -> None:
    reader.drop([shared_data / "cardiac_cine" / "sunnybrook_SCD0002001_sax"], reader.window.studies)
    hanging, room = reader.window.hanging, reader.room.room
    reader.wait("the loop", lambda: isinstance(hanging.view(0), CineView), PATIENCE_S)
    command(reader, "Three planes and 3-D")
    reader.wait("all phases", lambda: hanging.moving.is_on, PATIENCE_S)
    assert isinstance(hanging.view(3), VolumeView)
    assert hanging.player.playback.times.rate == pytest.approx(19.7, abs=0.1)
    display_set = reader.sitting.current.display_sets[0]
    command(reader, "Next frame or series")
    phase = hanging.player.playback.frame
    volume = read_volume(display_set, phase=phase)
    for view in (hanging.slice_view(n) for n in range(3)):
        pixels = settled(reader, view)
        values, inside = by_numpy(volume, view.plane)
        assert inside.sum() > 1000
        assert np.abs(pixels[inside] - values[inside]).max() <= 1.0
    command(reader, "Play or pause")
    reader.wait("frames", lambda: hanging.player.playback.shown > 3, PATIENCE_S)
    reader.photograph("beating")
    told = hanging.player.words()
    assert "dropped" in told
    print(told)
    command(reader, "Play or pause")
    assert not hanging.player.playback.playing
    command(reader, "Three planes and 3-D")
    reader.wait("the loop again", lambda: isinstance(hanging.view(0), CineView), PATIENCE_S)
    assert not hanging.player.isVisible()
    assert not room.phasing.is_on


def test_what_stays_on_the_screen_counts_as_seen(reader: Reader, shared_data: Path) -> None:
    open_brain(reader, shared_data)
    seeing = reader.room._seeing
    uid, start = reader.view.exhibit.display_set_uid, reader.view.look.slice_index
    reader.wait("the first picture seen", lambda: start in seeing.seen(uid), PATIENCE_S)
    reader.wheel(7, reader.view)
    reader.wait("another one seen", lambda: start + 7 in seeing.seen(uid), PATIENCE_S)
    assert start + 3 not in seeing.seen(uid)
    assert reader.view.furniture.seen == seeing.seen(uid)
