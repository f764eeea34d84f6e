"""A mask lies where its voxels lie in the patient."""

import numpy as np
import pytest

from app.viewer.exhibit import volume_exhibit
from app.viewer.grey import image_to_array
from app.viewer.layers.masks import FILL, MaskLayer
from app.viewer.layers.painted_mask import MaskOrder, painted, painted_coarsely
from app.viewer.look import Interpolation, Look, Plane, Texts
from app.viewer.placing import to_screen
from app.viewer.slice_view import SliceView
from app.viewer.turned_planes import PlaneTurn, turned
from inference.imaging.segments import Segment, SegmentMap
from inference.imaging.study import Window
from inference.imaging.volume import Volume
from tests.app.viewer.patients import study_of

RED, BLUE = Segment(1, "liver", (255, 0, 0)), Segment(2, "spleen", (0, 0, 255))
LOOKS = [
    Look(
        plane,
        window=Window(1e6, 1),
        texts=Texts.NONE,
        interpolation=Interpolation.NEAREST,
        quarter_turns=turns,
        flip_down=flip,
    )
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


def turned_view(qtbot, volume, segment_map):
    """A coronal plane of a large volume, turned about its middle."""
    middle = volume.to_lps_mm((np.array(volume.shape) - 1) / 2)
    cut = turned(Plane.CORONAL, PlaneTurn(np.array([0.6, 0.0, 0.8]), 0.4), middle)
    view = laid(qtbot, volume, segment_map, Look(cut, window=Window(1e6, 1), texts=Texts.NONE))
    view.go_to(middle)
    return view


def test_on_a_turning_plane_a_mask_is_coarse_at_once_and_whole_when_it_rests(qtbot):
    labels = np.zeros((260, 260, 260), np.uint8)
    labels[60:200, 80:180, 100:160] = 1
    volume = Volume(labels, np.diag([1.0, 1.0, 1.0, 1.0])[[2, 1, 0, 3]])
    view = turned_view(qtbot, volume, SegmentMap(volume, (RED,)))
    order = MaskOrder(volume, view.plane, (RED,), FILL)
    whole, coarse = painted(order), painted_coarsely(order)
    assert whole.fill.width() > 2 * coarse.fill.width() - 2
    shown = []
    view.refining.refined.connect(lambda: shown.append("whole"))
    first = image_to_array(view.grab().toImage()).astype(int)
    assert shown == []
    qtbot.waitUntil(lambda: bool(shown), timeout=20000)
    last = image_to_array(view.grab().toImage()).astype(int)
    assert 0 < np.abs(first - last).max(axis=-1).astype(bool).mean() < 0.05  # edges alone move
    rows, columns = np.indices(view.plane.shape)
    points = view.plane.to_lps_mm(np.stack([rows, columns], axis=-1))
    index = np.floor(volume.to_index(points) + 0.5).astype(int)
    within = np.all((index >= 0) & (index < labels.shape), axis=-1)
    wanted = within & (labels[tuple(np.clip(index, 0, 259).reshape(-1, 3).T)].reshape(within.shape) == 1)
    assert np.array_equal(image_to_array(whole.fill)[..., 3] > 0, wanted)
    view.close()


def test_views_beside_each_other_keep_what_each_has_painted(qtbot, upright):
    layer = MaskLayer(mapped(upright))
    views = [laid(qtbot, upright, None, Look(plane, window=Window(1e6, 1))) for plane in list(Plane)[1:3]]
    for view in views:
        view.layers[:] = [layer]
        view.grab()
    kept = [view.refining._kept[layer] for view in views]
    for view in views:
        view.grab()
    assert [view.refining._kept[layer] for view in views] == kept


def test_a_stale_mask_is_given_up(upright):
    labels = mapped(upright).labels
    plane = volume_exhibit(upright).slices(Plane.AXIAL).plane(0)
    order = MaskOrder(labels, plane, (RED,), FILL)
    assert painted(order, lambda: True) is None


def test_a_mask_keeps_its_own_pixels_however_the_picture_is_interpolated(qtbot, upright):
    drawn = []
    for kind in Interpolation:
        look = Look(Plane.AXIAL, window=Window(1e6, 1), texts=Texts.NONE, interpolation=kind, zoom=3)
        view = laid(qtbot, upright, mapped(upright), look)
        view.go_to(upright.to_lps_mm((5, 10, 12)))
        view.grab()
        if kind is Interpolation.CUBIC:
            qtbot.waitSignal(view.refining.refined, timeout=20000).wait()
        drawn.append(image_to_array(view.grab().toImage()))
    assert drawn[0][..., :3].any()
    assert all(np.array_equal(drawn[0], other) for other in drawn[1:])
