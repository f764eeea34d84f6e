"""Exact values, and what is offered."""

import numpy as np
import pytest
from PySide6.QtCore import QSizeF

from app.panels.look_dialogs import SlabDialog, WindowDialog
from app.viewer import gestures
from app.viewer.exhibit import picture_exhibit
from app.viewer.look import Look, Slab
from app.viewer.picture_plane import plane_of_affine
from app.viewer.placing import screen_scale
from app.viewer.window_choices import offered_windows
from inference.imaging.grouping import studies_from
from inference.imaging.header import read_header
from inference.imaging.read import read_picture
from inference.imaging.study import Window
from tests.app.library.dicom_files import write_file
from tests.app.viewer.patients import UPRIGHT, affine

SIZE = QSizeF(640, 480)


@pytest.fixture
def plane():
    return plane_of_affine(affine(UPRIGHT, spacing=(3.0, 0.5, 0.5)), 4, (200, 240))


def test_pixel_for_pixel_and_true_size_are_what_they_say(plane):
    assert screen_scale(plane, gestures.one_to_one(Look(), plane, SIZE), SIZE) == pytest.approx(2.0)
    assert screen_scale(plane, gestures.one_to_one(Look(), plane, SIZE, 2.0), SIZE) == pytest.approx(1.0)
    assert screen_scale(plane, gestures.at_scale(Look(), 3.78, plane, SIZE), SIZE) == pytest.approx(3.78)


def test_typed_values_are_shown_at_once(qtbot):
    dialog = WindowDialog(Window(40, 400), [("Lung", Window(-600, 1500))], "HU")
    qtbot.addWidget(dialog)
    told = []
    dialog.changed.connect(told.append)
    dialog.centre.setValue(55)
    dialog.width_.setValue(123)
    assert told[-1] == Window(55, 123)
    dialog.choice.setCurrentIndex(0)
    dialog.choice.activated.emit(0)
    assert told[-1] == Window(-600, 1500)
    assert (dialog.centre.value(), dialog.width_.value()) == (-600, 1500)


def test_a_typed_window_never_closes(qtbot):
    dialog = WindowDialog(Window(40, 400), [], "HU")
    qtbot.addWidget(dialog)
    told = []
    dialog.changed.connect(told.append)
    dialog.width_.setValue(0)
    assert told[-1].width == 1


def test_a_slab_is_typed_in_millimetres(qtbot):
    dialog = SlabDialog(0.0, Slab.MEAN)
    qtbot.addWidget(dialog)
    told = []
    dialog.changed.connect(lambda mm, slab: told.append((mm, slab)))
    dialog.thickness.setValue(12.5)
    dialog.kind.setCurrentText("MinIP")
    dialog.kind.activated.emit(1)
    assert told[-1] == (12.5, Slab.MINIMUM)


def test_every_window_of_the_file_and_of_the_modality_is_offered(tmp_path):
    path = write_file(tmp_path / "a.dcm", Modality="CT", WindowCenter=[40, -600], WindowWidth=[80, 1500],
                      WindowCenterWidthExplanation=["BRAIN", "LUNG"])  # fmt: skip
    study = studies_from([read_header(path)])[0]
    shown = study.display_sets[0]
    offered = offered_windows(picture_exhibit(read_picture(shown), study, shown), shown)
    titles = [offer.title for offer in offered]
    assert titles[:3] == ["Automatic", "File: BRAIN", "File: LUNG"]
    assert "Soft tissue" in titles


def test_each_voi_lut_of_a_real_radiograph_is_offered_and_is_its_own(shared_data):
    path = shared_data / "xray" / "CR-MONO1-10-chest_nometa.dcm"
    study = studies_from([read_header(path)])[0]
    shown = study.display_sets[0]
    offered = offered_windows(picture_exhibit(read_picture(shown), study, shown), shown)
    tables = [offer for offer in offered if offer.lut is not None]
    assert len({offer.window for offer in tables}) == len(tables)
    assert all(np.isfinite(offer.window.centre) for offer in offered)
