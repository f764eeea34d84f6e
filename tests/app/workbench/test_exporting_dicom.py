"""What a reader did leaves as DICOM without any model, and is looked at the same way when it comes back."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from app import theme
from app.viewer.placing import to_screen
from app.workbench.exporting_dicom import write_objects
from app.workbench.gathering import Done
from inference.errors import ExportError
from inference.progress import silent
from tests.app.report.leaving import WHOLE, work_on
from tests.imaging_fixtures import write_series
from tests.journeys.reader import Reader

pytest.importorskip("highdicom")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # of highdicom, about our synthetic headers


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    write_series(tmp_path / "ct", pixels=np.full((6, 24, 32), 100, np.int16), **WHOLE)
    reader = Reader(tmp_path / "home", tmp_path)
    reader.room.room.opening.import_paths([tmp_path / "ct"])
    reader.wait("the study", lambda: reader.sitting.current is not None)
    reader.wait_until_idle()
    yield reader
    reader.leave()
    reader.watchdog.stop()


def test_measurements_key_images_and_looks_leave_and_come_back(reader, tmp_path):
    study = reader.sitting.current
    work = work_on(study)
    reader.room.services.workspace.measure("Draw", work.measurements)
    window = work.views[0].look.window
    look = replace(
        reader.view.look, inverted=True, quarter_turns=1, window=window, zoom=2.2, pan_mm=(1.5, -1)
    )
    reader.view.set_look(look)
    seen, size = on_screen(reader.view), reader.view.size()
    reader.room.room.dicom.export(tmp_path / "out")
    reader.wait_until_idle()
    names = sorted(path.name for path in (tmp_path / "out" / "dicom").iterdir())
    assert names == ["key-images.dcm", "measurements.dcm", "presentation-1.dcm"]
    reader.room.room.opening.import_paths([tmp_path / "out" / "dicom"])
    reader.wait_until_idle()
    reader.room.room.opening.open_study(study.uid)
    reader.wait("the objects", lambda: len(reader.window.objects._rows) == 3)
    hanging = reader.window.hanging
    reader.wait("the picture", lambda: hanging.slice_view(hanging.active) is not None)
    reader.wait_until_idle()
    reader.view.set_look(replace(look, inverted=False, quarter_turns=0, zoom=1.0, pan_mm=(0.0, 0.0)))
    reader.window.notice.hide()
    reader.wait("the room of the notice", lambda: reader.view.size() == size)
    uid = next(d.uid for d in reader.sitting.current.display_sets if d.modality == "PR")
    reader.room.room.objects.open(uid)
    reader.wait_until_idle()
    assert (reader.view.look.inverted, reader.view.look.quarter_turns) == (True, 1)
    assert reader.view.look.window == look.window
    pixel = reader.view.scene().transform.mapRect(QRectF(0, 0, 1, 1)).size()
    again = on_screen(reader.view)
    assert np.abs(again - seen).max() <= max(pixel.width(), pixel.height())  # areas are whole pixels


def on_screen(view):
    """Where four places of the picture are on the screen."""
    spots = ((8, 10), (8, 20), (16, 20), (16, 10))
    return np.array([to_screen(view.scene().transform, np.array(spot)).toTuple() for spot in spots])


def test_what_a_state_cannot_hold_is_said(reader, tmp_path):
    reader.view.adjust(angle_deg=12.0, colours="Viridis")
    reader.room.services.workspace.measure("Draw", work_on(reader.sitting.current).measurements[:1])
    reader.room.room.dicom.export(tmp_path / "out")
    reader.wait("the word", lambda: "Written" in reader.told)
    assert "a presentation state cannot hold its turn by 12°, its colours (Viridis)" in reader.told


def test_without_anything_done_nothing_is_written_and_it_is_said(reader, tmp_path):
    done = Done(reader.sitting.current)
    with pytest.raises(ExportError, match="nothing to write"):
        write_objects(None, done, tmp_path / "none", silent)
    assert not (tmp_path / "none").exists()
