"""What a stroke touched is drawn as if all of the picture had been drawn anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.painting.brush import Brush, Limits
from app.painting.canvas import Canvas
from app.painting.segmentation import DrawnSegment, Segmentation
from app.viewer.easel import Easel
from app.viewer.exhibit import volume_exhibit
from app.viewer.grey import image_to_array
from app.viewer.layers.painted_live import PaintLayer
from app.viewer.look import Look, Plane, Texts, Tool
from app.viewer.placing import to_pixel
from app.viewer.slice_view import SliceView
from app.viewer.tools.paint import REFUSED
from inference.imaging.study import Window
from tests.app.viewer.patients import study_of

LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def view(qtbot, oblique):
    study, shown = study_of(oblique)
    look = Look(slice_index=5, window=Window(0, 300), texts=Texts.NONE)
    view = SliceView(volume_exhibit(oblique, study, shown), look)
    state = Segmentation(
        "u", study.uid, shown.uid, shown.series_uid, shown.frame_of_reference_uid, oblique.shape,
        oblique.affine_lps, "T", (DrawnSegment(1, "a", (220, 60, 60)), DrawnSegment(2, "b", (60, 90, 220))),
    )  # fmt: skip
    layer = PaintLayer(Canvas(state))
    view.layers.append(layer)
    view.ring.easel = Easel(layer, 1, Brush(radius_mm=4.0), lambda box: (layer.touch(box), view.update()))
    view.done = []
    view.stroke_ended.connect(view.done.append)
    view.tool = Tool.BRUSH
    qtbot.addWidget(view)
    view.resize(400, 400)
    view.show()
    return view


def stroke(view, *spots):
    QTest.mousePress(view, LEFT, PLAIN, QPoint(*spots[0]))
    for spot in spots[1:]:
        QTest.mouseMove(view, QPoint(*spot))
    QTest.mouseRelease(view, LEFT, PLAIN, QPoint(*spots[-1]))


def canvas(view):
    return view.easel.layer.canvas


def seen(view):
    view.ring.spot = None
    return image_to_array(view.grab().toImage())


@pytest.mark.parametrize("plane", [Plane.NATIVE, Plane.CORONAL, Plane.SAGITTAL])
def test_a_stroke_is_drawn_as_if_everything_were_drawn_anew(view, plane):
    view.adjust(plane=plane, slice_index=view.exhibit.middle(plane))
    empty = seen(view)  # keeps what lies over the picture
    stroke(view, (180, 190), (200, 200), (240, 215))
    view.easel.number = 2
    stroke(view, (150, 230), (190, 240))
    view.tool = Tool.ERASER
    stroke(view, (150, 230), (160, 232))
    found = seen(view)
    assert not np.array_equal(found, empty)
    view.easel.layer.dress()  # forgets
    assert np.array_equal(found, seen(view))
    assert view.done == ["Paint", "Paint", "Erase"]


def test_a_disc_is_painted_where_the_pointer_was(view):
    stroke(view, (180, 190), (240, 215))
    volume, labels = view.exhibit.volume, canvas(view).labels
    assert np.unique(np.nonzero(labels)[0]).tolist() == [5]
    for spot in ((180, 190), (210, 202), (240, 215)):
        row, column = np.round(to_pixel(view.scene().transform, QPoint(*spot).toPointF())).astype(int)
        assert labels[5, row, column] == 1
    plane = view.plane
    ends = [
        plane.to_lps_mm(to_pixel(view.scene().transform, QPoint(*s).toPointF()))
        for s in ((180, 190), (240, 215))
    ]
    centres = volume.to_lps_mm(np.argwhere(labels))
    way = ends[1] - ends[0]
    share = np.clip((centres - ends[0]) @ way / (way @ way), 0, 1)
    assert np.linalg.norm(centres - ends[0] - share[:, None] * way, axis=1).max() <= 4.0 + 1e-3


def test_a_ball_reaches_other_slices(view):
    view.easel.brush = replace(view.easel.brush, ball=True)
    stroke(view, (200, 200), (201, 200))
    assert len(np.unique(np.nonzero(canvas(view).labels)[0])) > 1


def test_only_values_of_the_range_are_painted(view):
    values = view.exhibit.volume.voxels
    middle = float(np.median(values[5]))
    view.easel.brush = Brush(radius_mm=6.0, limits=Limits(middle, 1e9))
    stroke(view, (150, 200), (250, 200))
    painted = values[canvas(view).labels == 1]
    assert painted.size
    assert painted.min() >= middle


def test_escape_gives_a_stroke_up(view):
    QTest.mousePress(view, LEFT, PLAIN, QPoint(180, 190))
    QTest.mouseMove(view, QPoint(220, 200))
    assert canvas(view).labels.any()
    QTest.keyClick(view, Qt.Key.Key_Escape)
    QTest.mouseRelease(view, LEFT, PLAIN, QPoint(220, 200))
    assert not canvas(view).labels.any()
    assert view.done == []


def test_a_click_to_grow_names_its_place(view):
    seeds = []
    view.seed_picked.connect(seeds.append)
    view.tool = Tool.GROW
    QTest.mouseClick(view, LEFT, PLAIN, QPoint(200, 200))
    there = view.plane.to_lps_mm(to_pixel(view.scene().transform, QPoint(200, 200).toPointF()))
    assert np.allclose(seeds, [there])
    assert not canvas(view).labels.any()


def test_without_an_easel_a_brush_paints_nothing_and_measurements_can_be_taken(view):
    state = canvas(view)
    view.ring.easel = None
    stroke(view, (180, 190), (240, 215))
    assert not state.labels.any()


def test_what_others_keep_of_it_is_changed_by_no_stroke(view):
    stroke(view, (180, 190), (240, 215))
    layer = view.easel.layer
    layer.canvas.finished()
    kept = layer.solid_map
    before = kept.labels.voxels.copy()
    stroke(view, (150, 240), (240, 240))
    assert np.array_equal(kept.labels.voxels, before)
    layer.canvas.finished()
    assert layer.solid_map.volumes_ml[1] > kept.volumes_ml[1]


def test_a_stroke_that_met_only_another_segment_says_so(view):
    canvas(view).labels[:] = 2
    stroke(view, (180, 190), (240, 215))
    assert view.done == [REFUSED]
    view.easel.brush = replace(view.easel.brush, over=True)
    stroke(view, (180, 190), (240, 215))
    assert view.done == [REFUSED, "Paint"]


def test_a_hidden_segment_is_not_drawn_after_a_stroke_either(view):
    empty = seen(view)
    view.easel.layer.hide(frozenset({1}))
    stroke(view, (180, 190), (240, 215))
    assert np.array_equal(seen(view), empty)
