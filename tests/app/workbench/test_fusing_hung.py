"""A PET/CT hangs fused by its protocol: opened, stepped through, found again, and on the screen in colour."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app import theme
from app.panels.protocols import ProtocolsDialog
from app.protocol_files import read_protocol
from app.viewer.manners import fused_over, manner_seen
from tests.app.library.dicom_files import write_file
from tests.journeys.reader import Reader

PET, FRAME, SIDE = "1.2.840.10008.5.1.4.1.1.128", "1.2.77", 16
CTRL = Qt.KeyboardModifier.ControlModifier


def write_pet_ct(folder: Path, pet_frame: str = FRAME) -> Path:
    """A grey block of CT, and PET that is hot in one half of it."""
    for number in range(1, 13):
        for series, values, header in (
            (1, np.full((SIDE, SIDE), 100), {"Modality": "CT", "FrameOfReferenceUID": FRAME}),
            (2, hot(), {"Modality": "PT", "FrameOfReferenceUID": pet_frame, "SOPClassUID": PET}),
        ):
            path = write_file(folder / f"{series}" / f"{number}.dcm", 1, series, number, **header)
            data = dcmread(path)
            data.Rows = data.Columns = SIDE
            data.PixelSpacing, data.SliceThickness = [2, 2], 2
            data.WindowCenter, data.WindowWidth = (250, 500) if series == 2 else (40, 400)
            data.PixelData = values.astype(np.uint16).tobytes()
            data.save_as(path)
    return folder


def hot() -> np.ndarray:
    values = np.zeros((SIDE, SIDE))
    values[:, SIDE // 2 :] = 250
    return values


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    reader = Reader(tmp_path / "home", tmp_path)
    yield reader
    reader.leave()
    reader.watchdog.stop()


def opened(reader, folder: Path) -> None:
    reader.drop([folder], reader.window.studies)
    reader.wait("the pictures", lambda: len(reader.window.hanging.slice_views()) == 4)
    reader.wait_until_idle()


def fused(reader) -> list[bool]:
    return [bool(fused_over(view)) for view in reader.window.hanging.slice_views()]


def test_the_three_planes_of_the_ct_are_fused_and_the_mip_of_the_pet_is_not(reader, tmp_path):
    opened(reader, write_pet_ct(tmp_path / "in"))
    assert fused(reader) == [True, True, True, False]
    assert [manner_seen(v).view.value for v in reader.window.hanging.slice_views()] == [
        "axial", "sagittal", "coronal", "coronal",
    ]  # fmt: skip
    assert reader.window.fusion.isVisible()


def test_the_hot_half_is_coloured_on_the_screen_and_the_cold_half_grey(reader, tmp_path):
    opened(reader, write_pet_ct(tmp_path / "in"))
    view = reader.window.hanging.slice_view(0)
    picture = view.grab().toImage()
    scale = picture.width() / view.width()

    def spread(column: float) -> int:
        spot = view.scene().transform.map(column, SIDE / 2 + 0.25)
        colour = picture.pixelColor(round(spot[0] * scale), round(spot[1] * scale))
        return max(colour.getRgb()[:3]) - min(colour.getRgb()[:3])

    assert spread(SIDE * 0.8) > 40
    assert spread(SIDE * 0.2) < 8


def test_the_next_stage_takes_the_fusion_away_and_the_stage_before_brings_it_back(reader, tmp_path):
    opened(reader, write_pet_ct(tmp_path / "in"))
    for key, wanted in (
        (Qt.Key.Key_Period, [False] * 4),
        (Qt.Key.Key_Comma, [True, True, True, False]),
    ):
        reader.window.hanging.setFocus()
        reader.key(key)
        reader.wait("the stage", lambda wanted=wanted: fused(reader) == wanted)
        reader.wait_until_idle()
    QTest.qWait(50)  # until the wall has settled
    reader.window.hanging.setFocus()
    reader.key(Qt.Key.Key_Z, CTRL)
    reader.wait("the stage before", lambda: fused(reader) == [False] * 4)


def test_what_a_reader_takes_away_stays_away_while_the_hanging_stays(reader, tmp_path):
    opened(reader, write_pet_ct(tmp_path / "in"))
    reader.window.hanging.activate(0)
    reader.room.room.fusing.remove()
    reader.room.room.viewing.scroll(1)
    assert fused(reader) == [False] * 4


def test_the_fusion_is_there_again_after_a_restart(reader, tmp_path):
    opened(reader, write_pet_ct(tmp_path / "in"))
    reader.leave()
    reader.sit_down()
    reader.wait("the pictures", lambda: len(reader.window.hanging.slice_views()) == 4)
    reader.wait("the fusion", lambda: fused(reader) == [True, True, True, False])


def test_a_fusion_that_is_seen_is_saved_with_the_hanging(reader, tmp_path):
    opened(reader, write_pet_ct(tmp_path / "in"))
    reader.room.room.protocol_saving.ask()
    dialog = next(d for d in reader.window.findChildren(ProtocolsDialog) if d.isVisible())
    QTest.keyClicks(dialog.name, "Mine")
    reader.click(dialog.save)
    path = reader.home / "hanging" / "mine.json"
    reader.wait("the file", path.is_file)
    dialog.reject()
    slots = json.loads(path.read_text())["stages"][0]["slots"]
    assert [slot.get("fused", "") for slot in slots] == ["PT", "PT", "PT", ""]
    assert read_protocol(path).stages[0].slots[0].fused == "PT"


def test_pet_of_another_frame_of_reference_is_not_laid_over(reader, tmp_path):
    opened(reader, write_pet_ct(tmp_path / "in", pet_frame="1.2.78"))
    assert fused(reader) == [False] * 4
    assert reader.told == ""
