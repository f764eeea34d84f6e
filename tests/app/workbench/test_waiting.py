"""Nothing leaves without a word about masks that are still being drawn."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox

from app import theme
from app.jobs import Job, Pool
from tests.app.report.leaving import WHOLE, work_on
from tests.imaging_fixtures import write_series
from tests.journeys.reader import Reader

pytest.importorskip("highdicom")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # of highdicom, about our synthetic headers


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    write_series(tmp_path / "ct", shape=(6, 24, 32), **WHOLE)
    reader = Reader(tmp_path / "home", tmp_path)
    reader.room.room.opening.import_paths([tmp_path / "ct"])
    reader.wait("the study", lambda: reader.sitting.current is not None)
    reader.wait_until_idle()
    reader.room.services.workspace.measure("Draw", work_on(reader.sitting.current).measurements[:1])
    yield reader
    reader.leave()
    reader.watchdog.stop()


@pytest.fixture
def drawing(reader):
    """A model that outlines the open study until it is told to end."""
    segmenting, uid = reader.room.room.segmenting, reader.sitting.current.uid
    asked, pool = (uid, "now"), Pool(1, "model")
    segmenting._awaited[asked] = "T3D"
    ended = []

    def outline(report):
        while not ended:
            report(0.5, "outlining")

    job = Job("T3D outlines organs", outline)
    reader.room.services.jobs.start(job, pool)
    job.ended.connect(lambda: segmenting._awaited.pop(asked, None))
    yield ended
    ended.append(True)
    pool.close(5)


def ask(reader, tmp_path, choice):
    """Export DICOM objects, and answer what is asked then."""
    reader.room.room.dicom.ask()
    reader.wait("the dialog", lambda: reader.window.findChildren(QFileDialog))
    dialog = reader.window.findChildren(QFileDialog)[-1]
    dialog.fileSelected.emit(str(tmp_path / "out"))
    dialog.reject()
    reader.wait("the question", lambda: reader.window.findChildren(QMessageBox))
    box = reader.window.findChildren(QMessageBox)[-1]
    assert "T3D is still outlining" in box.text()
    next(b for b in box.buttons() if b.text() == choice).click()
    return tmp_path / "out" / "dicom" / "measurements.dcm"


@pytest.mark.usefixtures("drawing")
def test_what_is_written_without_them_says_so(reader, tmp_path):
    path = ask(reader, tmp_path, "Write without them")
    reader.wait("the file", path.is_file)
    reader.wait("the word", lambda: "The masks of T3D were not drawn yet." in reader.told)


def test_the_reader_may_wait_for_them(reader, drawing, tmp_path):
    path = ask(reader, tmp_path, "Wait for the masks")
    assert "Writing begins once T3D" in reader.told
    assert not path.exists()
    drawing.append(True)
    reader.wait("the file", path.is_file)
    reader.wait("the word", lambda: "The masks of T3D could not be drawn." in reader.told)


def test_cancel_writes_nothing(reader, drawing, tmp_path):
    path = ask(reader, tmp_path, "Cancel")
    drawing.append(True)
    reader.wait_until_idle()
    assert not path.exists()
    assert reader.told == ""


def test_where_nothing_is_drawn_nothing_is_asked(reader):
    told = []
    reader.room.room.dicom._waiting.before(told.append)
    assert told == [""]
