"""What one view passes on to another."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QSizeF

from app.viewer.exhibit import picture_exhibit, volume_exhibit
from app.viewer.linked_actions import LinkedActions, to_one_scale
from app.viewer.linking import Links
from app.viewer.look import Look
from app.viewer.placing import screen_scale, to_pixel
from app.viewer.slice_view import SliceView
from app.viewer.together import Together
from inference.imaging.study import Window
from inference.imaging.volume import Picture
from tests.app.viewer.patients import UPRIGHT, affine, placed_volume, study_of


def view_of(qtbot, uid, frame, size, origin=(-40.0, 20.0, 10.0), modality="MR"):
    volume = placed_volume(affine(UPRIGHT, origin=origin))
    study, shown = study_of(volume, uid, frame, modality)
    view = SliceView(volume_exhibit(volume, study, shown), Look(slice_index=5, window=Window(0, 300)))
    qtbot.addWidget(view)
    view.resize(*size)
    return view


@pytest.fixture
def pair(qtbot):
    return view_of(qtbot, "1", "F", (400, 400)), view_of(qtbot, "2", "F", (300, 500), (-45.0, 22.0, 10.0))


@pytest.fixture
def linked(pair):
    together = Together(lambda: list(pair))
    return LinkedActions(lambda: list(pair), together)


def middle_lps(view):
    spot = QPointF(view.width() / 2, view.height() / 2)
    return view.plane.to_lps_mm(to_pixel(view.scene().transform, spot))


def test_zoom_and_pan_are_passed_on_in_millimetres(pair, linked):
    first, second = pair
    linked.zoom = linked.pan = True
    first.adjust(zoom=2.5, pan_mm=(3.0, -2.0))
    linked.follow(first)
    scales = [screen_scale(v.plane, v.look, QSizeF(v.size())) for v in pair]
    assert scales[0] == pytest.approx(scales[1])
    assert middle_lps(second) == pytest.approx(middle_lps(first))


def test_zoom_alone_leaves_each_middle_where_it_is(pair, linked):
    first, second = pair
    linked.zoom = True
    second.adjust(pan_mm=(4.0, 1.0))
    before = middle_lps(second)
    first.adjust(zoom=2.5, pan_mm=(3.0, -2.0))
    linked.follow(first)
    scales = [screen_scale(v.plane, v.look, QSizeF(v.size())) for v in pair]
    assert scales[0] == pytest.approx(scales[1])
    assert middle_lps(second) == pytest.approx(before)
    assert middle_lps(second) != pytest.approx(middle_lps(first))


def test_pan_alone_leaves_each_scale_as_it_is(pair, linked):
    first, second = pair
    linked.pan = True
    second.adjust(zoom=1.4)
    first.adjust(zoom=2.5, pan_mm=(3.0, -2.0))
    linked.follow(first)
    assert second.look.zoom == 1.4
    assert middle_lps(second) == pytest.approx(middle_lps(first))


def test_a_window_is_passed_on_to_pictures_of_the_same_kind(pair, linked):
    first, second = pair
    linked.window = True
    first.adjust(window=Window(50, 70))
    linked.follow(first)
    assert second.look.window == Window(50, 70)
    assert second.look.zoom == 1.0


def test_another_modality_keeps_its_window(qtbot):
    views = [view_of(qtbot, "1", "F", (400, 400)), view_of(qtbot, "2", "F", (400, 400), modality="CT")]
    linked = LinkedActions(lambda: views, Together(lambda: views))
    linked.window = True
    views[0].adjust(window=Window(50, 70))
    linked.follow(views[0])
    assert views[1].look.window == Window(0, 300)


def test_switched_off_nothing_is_passed_on(pair, linked):
    first, second = pair
    before = second.look
    first.adjust(zoom=3.0, window=Window(1, 2))
    linked.follow(first)
    assert second.look == before


def test_series_of_different_spaces_go_together_from_where_they_stand(qtbot):
    views = [view_of(qtbot, "1", "F", (400, 400)), view_of(qtbot, "2", "G", (400, 400), (500.0, 20.0, 70.0))]
    together = Together(lambda: views)
    linked = LinkedActions(lambda: views, together)
    views[1].adjust(slice_index=3)
    together.scrolled(views[0])
    assert views[1].look.slice_index == 3
    linked.toggle_held(views[0])
    assert linked.is_held
    views[0].adjust(slice_index=8)
    together.scrolled(views[0])
    assert views[1].look.slice_index == 6
    views[1].adjust(slice_index=2)
    together.scrolled(views[1])  # and the other way round
    assert views[0].look.slice_index == 4
    linked.toggle_held(views[0])
    assert not linked.is_held


def test_what_is_held_by_hand_leaves_alignments_alone(pair):
    held = replace(Links(), held=())
    assert held.alignments == ()
    first, second = pair
    assert np.array_equal(Links().between(first.exhibit, second.exhibit), np.eye(4))


def test_a_series_with_no_picture_of_the_place_stays_where_it_is(qtbot):
    views = [view_of(qtbot, "1", "F", (400, 400)), view_of(qtbot, "2", "F", (400, 400), (-40.0, 20.0, 410.0))]
    together = Together(lambda: views)
    views[0].adjust(slice_index=8)
    together.scrolled(views[0])
    assert views[1].look.slice_index == 5


def test_a_series_whose_other_pictures_are_unread_stays_where_it_is(qtbot):
    whole = view_of(qtbot, "1", "F", (400, 400))
    volume, (study, shown) = whole.exhibit.volume, study_of(whole.exhibit.volume, "2")
    here = volume.affine_lps.copy()
    here[:3, 3] = volume.to_lps_mm(np.array([6, 0, 0]))
    picture = Picture(volume.voxels[6], pixel_spacing_mm=(1.5, 1.0), affine_lps=here)
    exhibit = picture_exhibit(picture, study, replace(shown, shape=volume.shape), index=6)
    first = SliceView(exhibit, Look(slice_index=6, window=Window(0, 300)))
    qtbot.addWidget(first)
    together = Together(lambda: [whole, first])
    together.scrolled(whole)
    assert (first.plane.placed, first.look.slice_index) == (True, 6)


def test_two_pictures_that_are_compared_have_one_scale_and_stay_whole(pair):
    to_one_scale(pair)
    scales = [screen_scale(v.plane, v.look, QSizeF(v.size())) for v in pair]
    assert scales[0] == pytest.approx(scales[1])
    assert max(view.look.zoom for view in pair) == 1.0


def test_a_picture_that_the_reader_has_enlarged_keeps_its_scale(pair):
    pair[0].adjust(zoom=2.0)
    to_one_scale(pair)
    assert [view.look.zoom for view in pair] == [2.0, 1.0]
