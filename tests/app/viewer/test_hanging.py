"""What views do together on the wall."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication

from app.layouts import Layout
from app.viewer import gestures
from app.viewer.hanging import Hanging
from app.viewer.linking import Alignment, Links
from app.viewer.look import Plane, Tool
from app.viewer.slot import EMPTY
from app.viewer.thumbnails import display_set_mime
from inference.imaging.study import Window
from inference.imaging.volume import Picture, Volume
from tests.app.viewer.patients import study_of


@pytest.fixture
def hanging(qtbot):
    made = Hanging()
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    return made


def planes_of(hanging, volume, slots=(Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)):
    hanging.set_layout(Layout.FOUR)
    study, display_set = study_of(volume)
    return [hanging.show_volume(n, study, display_set, volume, plane) for n, plane in enumerate(slots)]


def test_an_empty_slot_says_what_to_do(hanging):
    assert hanging.wall.slots[0].text == EMPTY


@pytest.mark.parametrize(("layout", "seen"), [(Layout.ONE, 1), (Layout.TWO, 2), (Layout.FOUR, 4)])
def test_a_layout_shows_so_many_slots_two_pixels_apart(hanging, layout, seen):
    hanging.set_layout(layout)
    QApplication.processEvents()  # lets the layout settle
    shown = [slot for slot in hanging.wall.slots if slot.isVisible()]
    assert len(shown) == seen
    if seen > 1:
        assert shown[1].geometry().left() - shown[0].geometry().right() - 1 == 2
        assert abs(shown[0].width() - shown[1].width()) <= 1


def test_a_slot_is_maximised_and_comes_back(hanging):
    hanging.set_layout(Layout.FOUR)
    hanging.wall.toggle_maximised(2)
    assert hanging.wall.visible_numbers == (2,)
    hanging.wall.toggle_maximised(2)
    assert hanging.wall.visible_numbers == (0, 1, 2, 3)


def test_the_crosshair_brings_every_plane_to_the_point(hanging, oblique):
    views = planes_of(hanging, oblique)
    point = oblique.to_lps_mm(np.array([4.2, 7.7, 15.1]))
    hanging.go_to(0, point)
    for view in views:
        distance = abs(view.plane.to_pixels(point)[2])
        assert distance <= view.plane.thickness_mm / 2 + 1e-9
        assert view.look.crosshair_lps_mm == pytest.approx(tuple(point))


def test_a_point_in_3d_brings_every_plane_to_it(hanging, oblique):
    hanging.show_mpr(*study_of(oblique), oblique)
    point = oblique.to_lps_mm(np.array([3.0, 9.4, 12.2]))
    hanging.view(3).pointed.emit(point)
    assert len(hanging.slice_views()) == 3
    for view in hanging.slice_views():
        assert abs(view.plane.to_pixels(point)[2]) <= view.plane.thickness_mm / 2 + 1e-9
        assert view.look.crosshair_lps_mm == pytest.approx(tuple(point))


def test_pointing_in_one_plane_moves_the_others(hanging, oblique, qtbot):
    views = planes_of(hanging, oblique)
    before = [view.look.slice_index for view in views]
    with qtbot.waitSignal(hanging.crosshair_moved):
        qtbot.mouseClick(
            views[0], Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, QPoint(60, 60)
        )
    after = [view.look.slice_index for view in views]
    assert after[0] == before[0]
    assert after[1] != before[1]
    assert after[2] != before[2]


def test_parallel_series_of_one_patient_scroll_together_in_millimetres(hanging, upright):
    half = upright.affine_lps.copy()
    half[:3, 0] *= 2  # twice the gap between slices
    study, display_set = study_of(upright)
    other_study, other_set = study_of(upright, "2")
    first = hanging.show_volume(0, study, display_set, upright)
    second = hanging.show_volume(1, other_study, other_set, Volume(upright.voxels[::2], half))
    first.adjust(slice_index=8)
    assert second.look.slice_index == 4


def test_nothing_is_linked_between_patients_without_an_alignment(hanging, upright):
    first = hanging.show_volume(0, *study_of(upright), upright)
    stranger = Volume(upright.voxels + 1, upright.affine_lps)
    second = hanging.show_volume(1, *study_of(stranger, "2", frame="G"), stranger)
    before = second.look.slice_index
    first.adjust(slice_index=1)
    assert second.look.slice_index == before


def test_a_prior_follows_through_its_alignment(hanging, upright):
    shifted = upright.affine_lps.copy()
    shifted[2, 3] += 6.0  # the prior lies two slices higher
    first = hanging.show_volume(0, *study_of(upright), upright)
    prior = hanging.show_volume(1, *study_of(upright, "2", frame="G"), Volume(upright.voxels.copy(), shifted))
    move = np.eye(4)
    move[2, 3] = 6.0
    hanging.together.links = Links((Alignment("study1", "study2", move),))
    first.adjust(slice_index=3)
    assert prior.look.slice_index == 3


def test_the_active_picture_is_drawn_as_a_line_in_the_others(hanging, oblique):
    views = planes_of(hanging, oblique)
    hanging.activate(1)
    assert [len(view.furniture.references) for view in views] == [1, 0, 1]


def test_a_tool_and_a_change_reach_the_views(hanging, oblique):
    views = planes_of(hanging, oblique)
    hanging.set_tool(Tool.ZOOM)
    hanging.activate(2)
    hanging.change(gestures.flipped_across)
    assert {view.tool for view in views} == {Tool.ZOOM}
    assert [view.look.flip_across for view in views] == [False, False, True]


def test_reset_forgets_zoom_turn_and_window(hanging, oblique):
    view = planes_of(hanging, oblique)[0]
    first = view.look
    hanging.activate(0)
    view.adjust(zoom=3.0, quarter_turns=1, window=Window(1, 2), inverted=True)
    hanging.reset()
    assert view.look == first


def test_number_keys_window_by_modality(hanging, upright):
    view = hanging.show_volume(0, *study_of(upright, modality="CT"), upright)
    hanging.preset(2)
    assert (view.look.window.centre, view.look.window.width) == (40, 400)


def drop(hanging, data, place):
    copy, left, plain = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(place), copy, data, left, plain)
    hanging.wall.panes[0].dropEvent(event)


def test_a_series_is_dropped_on_the_slot_under_the_pointer(hanging, qtbot):
    hanging.set_layout(Layout.TWO)
    QApplication.processEvents()  # lets the layout settle
    with qtbot.waitSignal(hanging.display_set_dropped) as dropped:
        drop(hanging, display_set_mime("1.2.3"), QPoint(700, 300))
    assert dropped.args == [1, "1.2.3"]


def test_a_dropped_folder_is_passed_on(hanging, qtbot, tmp_path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    with qtbot.waitSignal(hanging.files_dropped) as dropped:
        drop(hanging, data, QPoint(10, 10))
    assert dropped.args[0] == [Path(tmp_path)]


def test_a_picture_that_comes_after_its_volume_changes_nothing(hanging, upright):
    study, display_set = study_of(upright)
    view = hanging.show_volume(0, study, display_set, upright)
    assert hanging.show_picture(0, study, display_set, Picture(upright.voxels[3]), 3) is view


def test_the_pictures_of_a_stack_gather_in_one_view(hanging, upright):
    study, display_set = study_of(upright)
    view = hanging.show_picture(0, study, display_set, Picture(upright.voxels[3]), 3)
    assert hanging.show_picture(0, study, display_set, Picture(upright.voxels[4]), 4) is view
    view.step(1)
    assert np.array_equal(view.slices.pixels(view.look.slice_index), upright.voxels[4])
