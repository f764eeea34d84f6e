"""The pictures of the README. This takes them anew:

    NEGATOSCOPE_SHOTS=$PWD/resources/pictures python run.py test tests/journeys/test_pictures.py

No face can be rendered from what they show: the bundled head is emptied there, the rest is chest and heart.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice, QPoint, Qt
from PySide6.QtTest import QTest

from app.viewer.cine_view import CineView
from app.viewer.volume_request import Detail
from app.viewer.volume_view import VolumeView
from inference.imaging.files import write_atomic
from inference.models import catalogue
from tests.journeys.reader import Reader

pytestmark = [pytest.mark.journey, pytest.mark.slow]

MOST_BYTES = 300_000
PATIENCE_S = 600
CHEST = Path("ct_volume/lidc0314_chest_philips16")  # LIDC-IDRI / TCIA, CC BY 3.0
HEART = Path("cardiac_cine/sunnybrook_SCD0002001_sax")  # Sunnybrook Cardiac Data, CC0


@pytest.mark.usefixtures("demo", "model")
def test_the_reading_room_and_an_explanation(reader: Reader) -> None:
    take_note(reader)
    reader.room.start(demo=True)
    reader.wait("the reason", lambda: reader.sitting.attribution, PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)
    keep(reader, "reading-room")
    panel = reader.window.explanations
    reader.click(panel.top.row(0))
    reader.wait_until_idle(PATIENCE_S)
    reader.click(panel.controls.modes.button("blocks"))
    reader.window.hanging.setFocus()
    reader.key(Qt.Key.Key_Return)  # the chosen viewport alone
    keep(reader, "explanation")


def test_a_beating_heart_with_its_volume_curve(reader: Reader, shared_data: Path) -> None:
    if "ventricle" not in set(catalogue.keys()):
        pytest.skip("the ventricle model has not been trained")
    take_note(reader)
    reader.drop([shared_data / HEART], reader.window.studies)
    reader.wait("the loop", lambda: cine(reader) is not None, PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)
    reader.room.room.modelling.run_model("ventricle")
    reader.wait("the volumes", lambda: reader.sitting.predictions, PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)
    reader.wheel(4 - cine(reader).position, cine(reader).view)
    reader.wait("a slice of the middle", lambda: cine(reader).position == 4, PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)
    keep(reader, "cine")


def test_planes_and_a_volume_in_3d(reader: Reader, shared_data: Path) -> None:
    take_note(reader)
    reader.drop([shared_data / CHEST], reader.window.studies)
    reader.wait("the volume", lambda: [v for v in reader.window.hanging.slice_views() if v.exhibit.volume])
    reader.wait_until_idle(PATIENCE_S)
    reader.view.setFocus()
    reader.key(Qt.Key.Key_M)
    reader.wait("3-D", lambda: in_3d(reader) is not None, PATIENCE_S)
    settle(reader)
    keep(reader, "planes")
    view = in_3d(reader)
    QTest.mouseClick(view, Qt.MouseButton.MiddleButton)
    reader.room.room.depth.toggle_panel()
    reader.window.hanging.setFocus()
    reader.key(Qt.Key.Key_Return)
    crop_the_table_away(reader)
    reader.drag(view, QPoint(-46, 18))
    settle(reader)
    keep(reader, "volume")


def take_note(reader: Reader) -> None:
    """The first notice is read before pictures are taken."""
    reader.window.greeting.action_requested.emit()


def cine(reader: Reader) -> CineView | None:
    """The loop in the chosen viewport."""
    view = reader.window.hanging.view(reader.window.hanging.active)
    return view if isinstance(view, CineView) else None


def in_3d(reader: Reader) -> VolumeView | None:
    """The volume in 3-D, once a picture of it has come."""
    found = reader.window.hanging.findChildren(VolumeView)
    return found[0] if found and found[0].picture is not None else None


def settle(reader: Reader) -> None:
    """Wait for the finest picture of what is wanted now."""
    view = in_3d(reader)

    def fine() -> bool:
        shown, wanted = view.picture.request, view._wanted(Detail.FULL)
        return shown.detail is Detail.FULL and shown.shows_the_same_as(wanted)

    reader.wait("the finest picture", fine, PATIENCE_S)


def crop_the_table_away(reader: Reader) -> None:
    """As by the fields of the crop box: the table of the scanner lies behind the patient."""
    rows = reader.window.depth_panel.crop
    rows.switch.click()
    if rows.drawn.isChecked():
        rows.drawn.click()
    for axis, (low, high) in ((0, (0.15, 0.84)), (1, (0.0, 0.83))):  # shares of the volume from R and from A
        begin, end = rows.fields[axis]
        first, whole = begin.value(), end.value() - begin.value()
        begin.setValue(first + low * whole)
        end.setValue(first + high * whole)


def keep(reader: Reader, name: str) -> Path:
    """The window as it is seen, in 256 colours, so that a page with a few of them loads at once."""
    reader.wait_until_idle(PATIENCE_S)
    QTest.qWait(200)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert reader.window.grab().save(buffer, "PNG")
    picture = Image.open(io.BytesIO(buffer.data().data())).convert("RGB")
    few = picture.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, "PNG", optimize=True)
    path = reader.shots / f"{name}.png"
    write_atomic(path, out.getvalue())
    assert path.stat().st_size < MOST_BYTES, f"{name} has {path.stat().st_size} bytes"
    assert picture.width <= 1600
    return path
