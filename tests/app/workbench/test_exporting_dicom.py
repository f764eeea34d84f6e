"""What a reader did leaves as DICOM without any model, and is looked at the same way when it comes back."""

from dataclasses import replace

import numpy as np
import pytest

from app import theme
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
    look = replace(reader.view.look, inverted=True, quarter_turns=1, window=work.views[0].look.window)
    reader.view.set_look(look)
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
    reader.view.set_look(replace(look, inverted=False, quarter_turns=0))
    uid = next(d.uid for d in reader.sitting.current.display_sets if d.modality == "PR")
    reader.room.room.objects.open(uid)
    reader.wait_until_idle()
    assert (reader.view.look.inverted, reader.view.look.quarter_turns) == (True, 1)
    assert reader.view.look.window == look.window


def test_without_anything_done_nothing_is_written_and_it_is_said(reader, tmp_path):
    done = Done(reader.sitting.current)
    with pytest.raises(ExportError, match="nothing to write"):
        write_objects(None, done, tmp_path / "none", silent)
    assert not (tmp_path / "none").exists()
