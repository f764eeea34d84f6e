"""A mask lies where its voxels lie in the patient."""

import numpy as np
import pytest

from app.viewer.exhibit import volume_exhibit
from app.viewer.grey import image_to_array
from app.viewer.layers.masks import MaskLayer
from app.viewer.look import Look, Plane, Texts
from app.viewer.placing import to_screen
from app.viewer.slice_view import SliceView
from inference.imaging.segments import Segment, SegmentMap
from inference.imaging.study import Window
from inference.imaging.volume import Volume
from tests.app.viewer.patients import study_of

RED, BLUE = Segment(1, "liver", (255, 0, 0)), Segment(2, "spleen", (0, 0, 255))
LOOKS = [
    Look(plane, window=Window(1e6, 1), texts=Texts.NONE, smooth=False, quarter_turns=turns, flip_down=flip)
    for plane in Plane
    for turns, flip in ((0, False), (3, True))
]


def mapped(volume: Volume, **kept) -> SegmentMap:
    labels = np.zeros(volume.shape, np.uint8)
    labels[3:9, 5:15, 4:12] = 1
    labels[3:9, 5:15, 12:20] = 2
    return SegmentMap(Volume(labels, volume.affine_lps), (RED, BLUE), **kept)


def laid(qtbot, volume, segment_map, look):
    study, display_set = study_of(volume)
    view = SliceView(volume_exhibit(volume, study, display_set), look)
    view.layers.append(MaskLayer(segment_map))
    qtbot.addWidget(view)
    view.resize(400, 400)
    return view


def colour_at(view, point_lps_mm):
    view.go_to(point_lps_mm)
    spot = to_screen(view.scene().transform, view.plane.to_pixels(point_lps_mm)[:2])
    return image_to_array(view.grab().toImage())[int(spot.y()), int(spot.x()), :3].astype(int)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("patient", ["upright", "oblique"])
def test_each_segment_has_its_colour_at_its_place(qtbot, request, patient, look):
    volume = request.getfixturevalue(patient)
    view = laid(qtbot, volume, mapped(volume), look)
    red, _, blue = colour_at(view, volume.to_lps_mm([6, 10, 8]))
    assert red > blue + 40
    red, _, blue = colour_at(view, volume.to_lps_mm([6, 10, 16]))
    assert blue > red + 40
    assert max(colour_at(view, volume.to_lps_mm([6, 2, 2]))) < 10


def test_a_hidden_segment_is_not_painted_and_not_found(qtbot, upright):
    view = laid(qtbot, upright, mapped(upright).showing([2]), LOOKS[0])
    assert max(colour_at(view, upright.to_lps_mm([6, 10, 8]))) < 10
    layer = view.layers[-1]
    assert layer.segment_at(view.scene(), upright.to_lps_mm([6, 10, 8])) is None
    assert layer.segment_at(view.scene(), upright.to_lps_mm([6, 10, 16])) == BLUE
    assert layer.segment_at(view.scene(), upright.to_lps_mm([60, 10, 16])) is None


def test_labels_of_another_space_are_not_painted(qtbot, upright):
    elsewhere = mapped(upright, frame_of_reference_uid="elsewhere")
    assert max(colour_at(laid(qtbot, upright, elsewhere, LOOKS[0]), upright.to_lps_mm([6, 10, 8]))) < 10
    own = mapped(upright, frame_of_reference_uid="F")
    assert max(colour_at(laid(qtbot, upright, own, LOOKS[0]), upright.to_lps_mm([6, 10, 8]))) > 40


def test_coarse_labels_are_painted_at_their_true_size(qtbot, upright):
    affine = upright.affine_lps.copy()
    affine[:3, :3] *= 4
    affine[:3, 3] = upright.to_lps_mm([1.5, 1.5, 1.5])
    labels = np.zeros((3, 5, 6), np.uint8)
    labels[1, 2, 2] = 1
    view = laid(qtbot, upright, SegmentMap(Volume(labels, affine), (RED,)), LOOKS[0])
    inside = [colour_at(view, upright.to_lps_mm([5, 8 + j, 8 + i]))[0] > 40 for j in (0, 3) for i in (0, 3)]
    outside = [
        colour_at(view, upright.to_lps_mm([5, 8 + j, 8 + i]))[0] > 40 for j in (-2, 5) for i in (-2, 5)
    ]
    assert all(inside)
    assert not any(outside)


def test_a_segment_of_a_loop_is_there_only_at_its_moments(qtbot, upright):
    view = laid(qtbot, upright, mapped(upright), LOOKS[0])
    layer = view.layers[-1]
    layer.moments = {view.exhibit.display_set_uid: {1: frozenset({5}), 2: frozenset({6, 7})}}
    red, blue = upright.to_lps_mm([5, 10, 8]), upright.to_lps_mm([6, 10, 16])
    assert max(colour_at(view, red)) > 40
    assert max(colour_at(view, blue)) > 40
    assert max(colour_at(view, upright.to_lps_mm([6, 10, 8]))) < 10
    assert layer.segment_at(view.scene(), upright.to_lps_mm([6, 10, 8])) is None
    layer.moments = {"another loop": {1: frozenset()}}
    assert layer.segment_at(view.scene(), upright.to_lps_mm([6, 10, 8])) == RED
