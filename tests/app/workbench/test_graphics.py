"""Overlays and shutters of a file over its own pictures."""

import numpy as np
from pydicom import dcmread

from app.viewer.exhibit import picture_exhibit
from app.viewer.grey import image_to_array
from app.viewer.layers.graphics import GraphicsLayer
from app.viewer.look import Interpolation, Look, Texts
from app.viewer.slice_view import SliceView
from app.workbench.graphics import read_graphics
from inference.imaging.grouping import studies_from
from inference.imaging.header import read_header
from inference.imaging.read import read_picture
from inference.imaging.study import Window
from tests.app.library.dicom_files import write_file

INK = np.zeros((4, 4), bool)
INK[0, 1] = INK[2, 3] = True
PACKED = np.packbits(INK, bitorder="little").tobytes()


def file_with(path, *, overlay=True, shutter=True):
    write_file(path)
    header = dcmread(path)
    if overlay:
        for element, kind, value in (
            (0x0010, "US", 4), (0x0011, "US", 4), (0x0040, "CS", "G"), (0x0050, "SS", [1, 1]),
            (0x0100, "US", 1), (0x0102, "US", 0), (0x3000, "OW", PACKED),
        ):  # fmt: skip
            header.add_new((0x6000 << 16) | element, kind, value)
    if shutter:
        header.ShutterShape = "RECTANGULAR"
        header.ShutterUpperHorizontalEdge, header.ShutterLowerHorizontalEdge = 1, 3
        header.ShutterLeftVerticalEdge, header.ShutterRightVerticalEdge = 1, 4
    header.save_as(path)
    study = studies_from([read_header(path)])[0]
    return study, study.display_sets[0]


def test_overlays_are_ink_and_shutters_cover(tmp_path):
    _study, shown = file_with(tmp_path / "a.dcm")
    found = read_graphics(shown, 0)[0]
    assert np.array_equal(image_to_array(found.ink)[..., 3] > 0, INK)
    covered = image_to_array(found.cover)[..., 3] > 0
    assert covered[3].all()
    assert not covered[:3].any()


def test_a_plain_file_brings_no_graphics(tmp_path):
    _study, shown = file_with(tmp_path / "a.dcm", overlay=False, shutter=False)
    assert read_graphics(shown, 0) == {}


def test_a_file_that_is_gone_brings_no_graphics(tmp_path):
    _study, shown = file_with(tmp_path / "a.dcm")
    (tmp_path / "a.dcm").unlink()
    assert read_graphics(shown, 0) == {}


def test_graphics_are_drawn_in_their_place_and_can_be_left_out(qtbot, tmp_path):
    study, shown = file_with(tmp_path / "a.dcm")
    look = Look(window=Window(100, 200), texts=Texts.NONE, interpolation=Interpolation.NEAREST)
    view = SliceView(picture_exhibit(read_picture(shown), study, shown), look)
    qtbot.addWidget(view)
    view.resize(400, 400)
    layer = GraphicsLayer(lambda _look: 0)
    layer.known = read_graphics(shown, 0)
    view.layers.insert(0, layer)
    drawn = image_to_array(view.grab().toImage())[50::100, 50::100, 0]
    assert drawn[0, 1] > 200
    assert drawn[2, 3] > 200
    assert drawn[0, 0] < 50
    assert (drawn[3] == 0).all()
    view.adjust(graphics=False)
    assert image_to_array(view.grab().toImage())[50, 150, 0] < 50
