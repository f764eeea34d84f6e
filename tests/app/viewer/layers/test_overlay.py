"""An explanation lies where its elements lie in the patient."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from app.overlays import OverlayMode
from app.viewer.exhibit import volume_exhibit
from app.viewer.grey import image_to_array
from app.viewer.layers.boxes import cut_box
from app.viewer.layers.explained import Overlay, OverlayLook
from app.viewer.look import Interpolation, Look, Plane, Texts
from app.viewer.placing import to_screen
from app.viewer.slice_view import SliceView
from inference.imaging.study import Window
from inference.imaging.volume import Volume
from tests.app.viewer.patients import explanation, study_of

BLOCKS = OverlayLook(OverlayMode.BLOCKS, opacity=1.0, percentile=0, boxes=False)
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
    for turns, flip in ((0, False), (1, True), (3, False))
]


def drawn(qtbot, view):
    qtbot.addWidget(view)
    view.resize(420, 420)
    view.show()
    return image_to_array(view.grab().toImage())[..., :3].astype(int)


def at(view, element):
    """The view at the slice through the middle of an element, and where that is on the screen."""
    unit = view.overlay_layer.overlay.attribution.units[0]
    point = unit.place.centres_lps_mm[element]
    view.go_to(point)
    spot = to_screen(view.scene().transform, view.plane.to_pixels(point)[:2])
    return int(spot.x()), int(spot.y())


def laid(volume, look, overlay_look=BLOCKS, **options):
    study, display_set = study_of(volume)
    view = SliceView(volume_exhibit(volume, study, display_set), look)
    view.resize(420, 420)
    view.set_overlay(Overlay(explanation(volume, display_set, **options), overlay_look))
    return view


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("patient", ["upright", "oblique"])
def test_what_speaks_for_is_orange_and_against_blue_at_its_place(qtbot, request, patient, look):
    view = laid(request.getfixturevalue(patient), look)
    x, y = at(view, 5)
    red, _, blue = drawn(qtbot, view)[y, x]
    assert red > blue + 60
    x, y = at(view, 9)
    red, _, blue = drawn(qtbot, view)[y, x]
    assert blue > red + 60


@pytest.mark.parametrize("look", LOOKS)
def test_a_box_lands_on_the_projected_corners_of_its_element(oblique, look):
    view = laid(oblique, look)
    place = view.overlay_layer.overlay.attribution.units[0].place
    at(view, 5)
    polygon = cut_box(place.corners_lps_mm(5), view.plane)
    points = view.plane.to_lps_mm(polygon)
    offsets = (points - place.affine_lps[:3, 3]) @ np.linalg.inv(place.affine_lps[:3, :3]).T - place.index[5]
    assert np.allclose(np.abs(offsets).max(axis=1), 0.5, atol=1e-6)  # every point on the surface of the box
    assert np.allclose(view.plane.to_pixels(points)[:, 2], 0, atol=1e-6)
    if look.plane is Plane.NATIVE:
        assert len(polygon) == 4
        corners = view.plane.to_pixels(place.corners_lps_mm(5))[:, :2]
        assert np.allclose(polygon.min(axis=0), corners.min(axis=0), atol=1e-6)
        assert np.allclose(polygon.max(axis=0), corners.max(axis=0), atol=1e-6)


def test_a_plane_beside_the_box_shows_none(upright):
    view = laid(upright, LOOKS[0])
    place = view.overlay_layer.overlay.attribution.units[0].place
    view.adjust(slice_index=11)
    assert cut_box(place.corners_lps_mm(5), view.plane) is None


def test_below_the_threshold_the_picture_is_untouched(qtbot, upright):
    view = laid(upright, LOOKS[0], replace(BLOCKS, percentile=95))
    at(view, 5)
    overlaid = drawn(qtbot, view)
    view.set_overlay(None)
    plain = drawn(qtbot, view)
    changed = np.any(overlaid != plain, axis=-1)
    assert 0.01 < changed.mean() < 0.15


def test_off_draws_nothing(upright):
    view = laid(upright, LOOKS[0], OverlayLook(OverlayMode.OFF))
    assert view.overlay_layer.overlay is None
    assert view.furniture.legend == ()


def test_a_map_that_fails_its_checks_has_no_colour_and_says_so(qtbot, upright):
    view = laid(upright, LOOKS[0], holds=False)
    x, y = at(view, 5)
    red, green, blue = drawn(qtbot, view)[y, x]
    assert max(red, green, blue) - min(red, green, blue) < 8
    assert "evidence does not hold" in view.furniture.legend


def test_another_series_of_the_same_space_shows_the_map_in_its_place(qtbot, upright, oblique):
    _, explained = study_of(upright)
    study, display_set = study_of(oblique, "2")
    view = SliceView(volume_exhibit(oblique, study, display_set), LOOKS[0])
    view.resize(420, 420)
    view.set_overlay(Overlay(explanation(upright, explained), BLOCKS))
    x, y = at(view, 5)
    red, _, blue = drawn(qtbot, view)[y, x]
    assert red > blue + 60


def test_a_series_of_another_space_shows_nothing(upright):
    _, explained = study_of(upright)
    study, display_set = study_of(upright, "2", frame="elsewhere")
    other = Volume(upright.voxels, upright.affine_lps)
    view = SliceView(volume_exhibit(other, study, display_set), Look())
    view.set_overlay(Overlay(explanation(upright, explained), BLOCKS))
    assert view.overlay_layer.overlay is None


@pytest.mark.parametrize("mode", [OverlayMode.CONTOUR, OverlayMode.SMOOTH])
def test_contours_and_wash_stay_on_the_strong_elements(qtbot, upright, mode):
    view = laid(upright, LOOKS[0], replace(BLOCKS, mode=mode, percentile=90))
    at(view, 5)
    overlaid = drawn(qtbot, view)
    place = view.overlay_layer.overlay.attribution.units[0].place
    pixels = view.plane.to_pixels(place.corners_lps_mm(5))
    corners = [to_screen(view.scene().transform, pixel[:2]) for pixel in pixels]
    box = QRectF(corners[0], corners[-1]).normalized()
    inside = overlaid[int(box.top()) - 2 : int(box.bottom()) + 2, int(box.left()) - 2 : int(box.right()) + 2]
    assert (inside[..., 0] > inside[..., 2] + 60).any()


def test_contours_hold_half_three_quarters_and_nine_tenths(upright):
    _, display_set = study_of(upright)
    overlay = Overlay(explanation(upright, display_set), replace(BLOCKS, percentile=0))
    positive = overlay.scores[overlay.scores > 0]
    for level, share in zip(overlay.levels(1), (0.5, 0.75, 0.9), strict=False):
        assert positive[positive >= level].sum() >= share * positive.sum() - 1e-6
