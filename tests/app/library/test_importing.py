import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from app.library import importing
from app.library.library import Library
from inference.imaging.scan import scan
from inference.progress import Cancelled
from tests.app.library.dicom_files import write_file, write_study

IMPORT = """
import sys
from pathlib import Path
from app.library import importing
from app.library.library import Library
importing.BATCH = 8
library = Library.open(sys.argv[1])
def report(fraction, note):
    print(note, flush=True)
    sys.stdin.readline()
library.import_paths(Path(sys.argv[2]), report)
"""


def test_a_file_that_is_in_and_unchanged_is_not_read_again(library, folder):
    first = library.import_paths(folder)
    assert (first.study_uids, first.read, first.known) == (("1.2.1",), 6, 0)
    second = library.import_paths(folder)
    assert (second.study_uids, second.read, second.known) == (("1.2.1",), 0, 6)
    write_file(folder / "1" / "2.dcm", number=2, PatientComments="changed")
    assert library.import_paths(folder).read == 1
    assert library.entries()[0].files == 6


def test_one_bad_file_never_hides_the_good_ones(library, folder):
    (folder / "1" / "broken.dcm").write_bytes((folder / "1" / "1.dcm").read_bytes()[:500])
    (folder / "notes.txt").write_text("hello", encoding="utf-8")
    os.mkfifo(folder / "pipe")
    summary = library.import_paths(folder)
    assert [refusal.path.name for refusal in summary.refused] == ["broken.dcm"]
    assert {refusal.path.name for refusal in summary.skipped} == {"notes.txt", "pipe"}
    assert library.entries()[0].files == 6


def test_a_study_that_comes_in_parts_is_one(library, folder):
    library.import_paths(folder / "1")
    library.import_paths(folder / "2")
    assert len(library.entries()) == 1
    assert [len(series.instances) for series in library.study("1.2.1").series] == [3, 3]


def test_the_line_of_a_study_says_what_most_files_say(library, tmp_path):
    write_file(tmp_path / "in" / "0.dcm", number=9, StudyDescription="typo")
    write_study(tmp_path / "in")
    library.import_paths(tmp_path / "in")
    assert library.entries()[0].description == "Brain" == library.study("1.2.1").description
    assert len(library.entries("typo")) == 0


def test_a_copy_in_another_folder_is_shown_once(library, tmp_path):
    write_study(tmp_path / "a")
    write_study(tmp_path / "b")
    library.import_paths([tmp_path / "a", tmp_path / "b"])
    study = library.study("1.2.1")
    assert [len(series.instances) for series in study.series] == [3, 3]
    assert library.entries()[0].files == 6
    for path in (tmp_path / "a").rglob("*.dcm"):
        path.unlink()
    after = library.study("1.2.1")
    assert all(i.path.is_relative_to(tmp_path / "b") for s in after.series for i in s.instances)
    assert not any(d.warnings for d in after.display_sets)


def test_an_archive_is_unpacked_into_the_library_once(library, folder, tmp_path):
    archive = Path(shutil.make_archive(str(tmp_path / "study"), "zip", folder))
    shutil.rmtree(folder)
    assert library.import_paths(archive).read == 6
    assert library.import_paths(archive).known == 6
    files = [i.path for series in library.study("1.2.1").series for i in series.instances]
    assert all(path.is_relative_to(library.folder / "unpacked") for path in files)
    archive.unlink()
    assert library.entries()[0].missing == ""


def test_cancel_keeps_what_is_in(library, folder, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)

    def report(_fraction, note):
        if note.startswith("4 of"):
            raise Cancelled

    with pytest.raises(Cancelled):
        library.import_paths(folder, report)
    assert library.entries()[0].files == 4
    assert library.unfinished_imports() == ()
    assert library.import_paths(folder).read == 2


def killed_after(batches: int, home, folder) -> None:
    """Import in a process that is killed in the middle of what it does."""
    child = subprocess.Popen(
        [sys.executable, "-c", IMPORT, home, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    )
    with child:
        for _ in range(batches):
            while b" of " not in child.stdout.readline():
                child.stdin.write(b"\n")
            child.stdin.write(b"\n")
        child.send_signal(signal.SIGKILL)


def dump(home) -> list[str]:
    """Everything that an import writes, without row numbers and times."""
    connection = sqlite3.connect(home / "library.db")
    queries = (
        "SELECT path, size, modified_ns, sop_instance_uid, instance.sha256, facts, series.uid, saying.sha256"
        " FROM instance JOIN series ON series.id = instance.series_id JOIN saying ON saying.id = saying_id",
        "SELECT uid, date, description, searched, settled, name FROM study"
        " JOIN patient ON patient.id = patient_id",
    )
    rows = sorted(str(row) for query in queries for row in connection.execute(query))
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
    return rows


def test_an_import_that_was_killed_goes_on_where_it_ended(tmp_path):
    folder = tmp_path / "in"
    for study in (1, 2, 3):
        write_study(folder / f"{study}", study=study, files=8)
    library = Library.open(tmp_path / "whole")
    library.import_paths(folder)
    library.close()
    home = tmp_path / "killed"
    for batches in (0, 1, 3):
        killed_after(batches, home, folder)
        library = Library.open(home)
        known = sum(entry.files for entry in library.entries())
        assert known % 8 == 0
        assert all(library.study(entry.uid).display_sets for entry in library.entries())
        library.close()
    assert 16 <= known < 48
    library = Library.open(home)
    assert library.unfinished_imports()[0].paths == (folder,)
    summary = library.import_paths(folder)
    assert (summary.known, summary.read) == (known, 48 - known)
    assert library.unfinished_imports() == ()
    library.close()
    assert dump(home) == dump(tmp_path / "whole")


def test_real_studies_come_back_as_the_scan_finds_them(library, shared_data):
    for name in ("brain_mr_multisequence", "malformed"):
        library.import_paths(shared_data / name)
        for study in scan(shared_data / name, workers=1).studies:
            assert library.study(study.uid) == study
