"""Objects in the window: laid over the right pixels, listed, hidden, taken away, and jumped from."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app import theme
from app.object_content import LaidObject, open_object
from app.object_pages import Page
from app.panels.segments import volume_words
from app.viewer.grey import image_to_array
from app.viewer.layers.value_map import coloured
from inference.imaging.scan import scan
from tests.imaging_fixtures import axial_affine, write_series
from tests.inference.imaging.objects.object_files import (
    coded,
    content,
    image_reference,
    numeric,
    parametric_map,
    report,
    segmentation,
    structure_set,
)
from tests.journeys.reader import Reader

SHAPE = (6, 40, 50)


@pytest.fixture
def folder(tmp_path):
    """A flat grey series with a segmentation, contours, a map and a report about it."""
    write_series(tmp_path / "ct", pixels=np.full(SHAPE, 100, np.int16), WindowCenter="100", WindowWidth="400")
    mask = np.zeros(SHAPE[1:], np.uint8)
    mask[10:30, 10:30] = 1
    segmentation(tmp_path / "seg.dcm", [(1, 4, mask)], SeriesDescription="Mask")
    corners = np.array([(4, 8, 8), (4, 8, 32), (4, 32, 32), (4, 32, 8)]) @ axial_affine()[:3, :3].T
    structure_set(tmp_path / "rt.dcm", {"Box": [corners + axial_affine()[:3, 3]]})
    values = np.zeros(SHAPE, np.float32)
    values[:, 20:, :] = 5
    parametric_map(tmp_path / "map.dcm", values)
    spot = content("SCOORD", coded("111030", "DCM", "Image Region"),
                   content("IMAGE", None, ReferencedSOPSequence=[image_reference(1)]),
                   GraphicType="POINT", GraphicData=[20.5, 10.5])  # fmt: skip
    group = content("CONTAINER", coded("125007", "DCM", "Measurement Group"), spot,
                    numeric(coded("1", "L", "Diameter"), 12, "mm"))  # fmt: skip
    report(tmp_path / "sr.dcm", [group], title="Lesions", template="1500")
    return tmp_path


@pytest.fixture
def reader(qapp, tmp_path, folder):
    theme.apply(qapp)
    reader = Reader(tmp_path / "home", tmp_path)
    reader.room.room.opening.import_paths(
        [folder / name for name in ("ct", "seg.dcm", "rt.dcm", "map.dcm", "sr.dcm")]
    )
    reader.wait("the study", lambda: reader.sitting.current is not None)
    reader.wait_until_idle()
    yield reader
    reader.leave()
    reader.watchdog.stop()


def opened(reader, kind):
    rows = reader.window.objects._rows
    uid = next(d.uid for d in reader.sitting.current.display_sets if d.modality == kind and d.uid in rows)
    QTest.mouseClick(rows[uid], Qt.MouseButton.LeftButton)
    reader.wait_until_idle()
    return uid


def colour_at(reader, row, column):
    """What is on the screen at a pixel of the picture."""
    from app.viewer.placing import to_screen

    view = reader.view
    spot = to_screen(view.scene().transform, np.array([row, column]))
    return image_to_array(view.grab().toImage())[round(spot.y()), round(spot.x())][:3].astype(int)


def is_grey(colour):
    return int(np.ptp(colour)) <= 3


def test_a_segmentation_is_laid_over_the_voxels_that_it_marks(reader):
    uid = opened(reader, "SEG")
    assert reader.view.look.slice_index == 4  # it goes to where there is something to see
    assert not is_grey(colour_at(reader, 20, 20))
    assert is_grey(colour_at(reader, 20, 40))
    card = reader.window.segments.cards[uid]
    card.rows[0].box.click()
    assert is_grey(colour_at(reader, 20, 20))
    card.rows[0].box.click()
    reader.view.adjust(slice_index=1)
    assert is_grey(colour_at(reader, 20, 20))
    card.closed.emit()
    assert not reader.window.segments.isVisible()
    reader.view.adjust(slice_index=4)
    assert is_grey(colour_at(reader, 20, 20))


def test_contours_are_lines_on_their_slice_and_a_map_is_colour_with_its_unit(reader):
    opened(reader, "RTSTRUCT")
    assert reader.view.look.slice_index == 4
    edge = [colour_at(reader, 8, column) for column in range(18, 22)]
    assert any(not is_grey(colour) for colour in edge)
    assert is_grey(colour_at(reader, 20, 20))
    opened(reader, "OT")
    assert not is_grey(colour_at(reader, 30, 20))
    assert is_grey(colour_at(reader, 12, 20))  # the lowest value stays transparent
    assert len(reader.window.segments.cards) == 2


def test_a_measurement_of_a_report_leads_to_its_picture(reader):
    opened(reader, "SR")
    panel = reader.window.document
    assert panel.isVisible()
    assert "Diameter: 12 mm" in panel.text.toPlainText()
    reader.view.adjust(slice_index=5)
    QTest.mouseClick(panel.rows[-1], Qt.MouseButton.LeftButton)
    reader.wait_until_idle()
    assert reader.view.look.slice_index == 1


def test_what_is_dropped_on_a_viewport_is_laid_or_hung(reader):
    sets = {d.modality: d.uid for d in reader.sitting.current.display_sets}
    objects = reader.room.room.objects
    assert objects.take(sets["SEG"], 0)
    assert not objects.take(sets["CT"], 0)
    reader.wait_until_idle()
    assert [laid.uid for laid in objects.layers.all] == [sets["SEG"]]


def test_every_real_object_opens_or_says_why_not(shared_data):
    seen = {}
    for study in scan(shared_data / "objects").studies:
        for display_set in study.display_sets:
            name = display_set.first.path.name
            if name in (
                "liver_seg.dcm",
                "prLUTs.dcm",
                "sr.dcm",
                "parametric_map_float.dcm",
                "rtplan.dcm",
                "rwvm.dcm",
            ):
                seen[name] = open_object(display_set, (study,))
    assert isinstance(seen["liver_seg.dcm"], LaidObject)
    assert seen["liver_seg.dcm"].binding.targets[0].title == "6.9 Colonoscopy"
    assert isinstance(seen["sr.dcm"], Page)
    assert seen["prLUTs.dcm"].presentation is not None
    assert seen["parametric_map_float.dcm"].values is not None
    assert seen["rtplan.dcm"].facts[0].startswith("RT Plan")
    assert "FRACTIONS" in seen["rtplan.dcm"].text
    assert "0.000375125" in seen["rwvm.dcm"].text


def test_colours_rise_with_the_value_and_leave_out_what_is_no_number():
    picture = coloured(np.array([[0.0, 0.5, 1.0, np.nan]]), (0.0, 1.0), 0.5)
    assert picture[0, :, 3].tolist() == [0, 128, 128, 0]
    assert picture[0, 1, :3].sum() < picture[0, 2, :3].sum()


@pytest.mark.parametrize(
    ("volume", "words"), [(None, ""), (0.123, "0.12 mL"), (12.34, "12.3 mL"), (1234.5, "1234 mL")]
)
def test_volumes_have_the_decimals_that_mean_something(volume, words):
    assert volume_words(volume) == words
