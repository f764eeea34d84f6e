"""A volume in 3-D."""

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from app.viewer.exhibit import volume_exhibit
from app.viewer.grey import image_to_array
from app.viewer.layers.explained import Overlay, OverlayLook
from app.viewer.render_thread import wait_for_all
from app.viewer.volume_presets import preset_called
from app.viewer.volume_request import Detail
from app.viewer.volume_view import VolumeView
from inference.imaging.volume import Volume
from tests.app.viewer.patients import OBLIQUE, affine, explanation, study_of


def head(patient_affine) -> Volume:
    """Air, a shell of bone, soft tissue inside, and a dense ball on the patient's left."""
    shape = (24, 40, 60)
    index = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    points = index @ patient_affine[:3, :3].T + patient_affine[:3, 3]
    offset = points - points.reshape(-1, 3).mean(axis=0)
    radius = np.linalg.norm(offset, axis=-1)
    values = np.select([radius < 22, radius < 25], [60, 900], -1000).astype(np.int16)
    values[np.linalg.norm(offset - (23, 0, 0), axis=-1) < 6] = 2500
    return Volume(values, patient_affine, "HU")


@pytest.fixture
def view(qtbot):
    volume = head(affine(OBLIQUE))
    shown = VolumeView(volume_exhibit(volume, *study_of(volume, modality="CT")))
    qtbot.addWidget(shown)
    shown.resize(320, 320)
    shown.show()
    yield shown
    shown.close()
    assert wait_for_all()


def picture(view, qtbot, preset):
    """The finest picture under a preset, as RGB."""
    view.set_preset(preset_called(preset))
    qtbot.waitUntil(
        lambda: (
            view.picture is not None
            and view.picture.request.preset.key == preset
            and view.picture.request.detail is Detail.FULL
        ),
        timeout=20000,
    )
    return image_to_array(view.picture.image)[..., :3].astype(int)


def test_presets_give_pictures_and_different_ones(view, qtbot):
    bone, soft, mip = (picture(view, qtbot, key) for key in ("ct_bone", "ct_soft", "mip"))
    for drawn in (bone, soft, mip):
        assert (drawn.max(axis=-1) > 40).mean() > 0.05
    assert np.abs(bone - soft).mean() > 1
    assert np.abs(soft - mip).mean() > 1


def test_the_left_of_an_oblique_patient_is_on_the_right_of_the_picture(view, qtbot):
    drawn = picture(view, qtbot, "ct_mip").sum(axis=-1)
    columns = np.argwhere(drawn > 0.9 * drawn.max())[:, 1]
    assert columns.mean() > drawn.shape[1] / 2 + 20


def test_turning_the_ball_changes_the_camera_and_the_picture(view, qtbot):
    first = picture(view, qtbot, "ct_bone")
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    qtbot.mouseMove(view, QPoint(180, 120))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(180, 120))
    camera = view.camera
    qtbot.waitUntil(lambda: view.picture.request.camera is camera, timeout=20000)
    assert np.abs(image_to_array(view.picture.image)[..., :3] - first).mean() > 0.5


def test_boxes_are_drawn_over_the_volume(view):
    plain = image_to_array(view.grab().toImage())
    exhibit = view.exhibit
    shown = study_of(exhibit.volume)[1]
    view.set_overlay(Overlay(explanation(exhibit.volume, shown), OverlayLook()))
    boxed = image_to_array(view.grab().toImage())
    assert np.any(plain != boxed, axis=-1).sum() > 200


def test_a_closed_view_leaves_no_thread_behind(qtbot):
    volume = head(affine(OBLIQUE))
    before = threading.active_count()
    for _ in range(3):
        view = VolumeView(volume_exhibit(volume))
        view.resize(100, 100)
        view.show()
        qtbot.waitUntil(lambda: view.picture is not None, timeout=20000)  # noqa: B023 - waits within the loop
        view.close()
        view.deleteLater()
    assert wait_for_all()
    assert threading.active_count() <= before
