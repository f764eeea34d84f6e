"""A batch writes every study once, whole or not at all, and goes on where it was cut off."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.report.batch import Cluster, export, folder_of, studies_of
from app.report.manifest import Manifest
from app.report.request import Request
from inference.errors import FileError
from inference.models import catalogue
from tests.app.report.answers import study
from tests.imaging_fixtures import write_series

QUICK = Request(methods=("rollout",))
INSTALLED = catalogue.keys()
needs_prima = pytest.mark.skipif("prima" not in INSTALLED, reason="the bundled model is not installed")


@pytest.fixture
def folder(tmp_path) -> Path:
    """Two studies that Prima does not read (CT), and a file that is broken."""
    write_series(tmp_path / "in" / "a", study="1")
    write_series(tmp_path / "in" / "b", study="2")
    (tmp_path / "in" / "broken.dcm").write_bytes(b"")
    return tmp_path / "in"


def test_a_folder_is_named_by_date_and_hash_never_by_the_patient():
    hostile = study(date="../../etc/passwd")
    assert folder_of(hostile).startswith("undated-")
    assert folder_of(study()) == folder_of(study())
    assert folder_of(study(uid="1.9")) != folder_of(study())


def test_a_table_without_a_path_is_refused_in_words(tmp_path):
    (tmp_path / "table.csv").write_text("name\na\n")
    with pytest.raises(FileError, match="no column `path`"):
        studies_of(tmp_path / "table.csv")


def test_a_row_that_points_nowhere_is_named_and_the_others_are_read(folder):
    (folder / "table.csv").write_text("path\na\nmissing\nb\n")
    found = studies_of(folder / "table.csv")
    assert len(found.studies) == 2
    assert [r.path.name for r in found.refused] == ["missing"]


@needs_prima
@pytest.mark.slow
def test_every_study_is_written_once_and_what_is_refused_is_listed(folder, tmp_path):
    first = export(folder, tmp_path / "out", QUICK, Cluster(1))
    assert (first.done, first.already, len(first.unanswered), len(first.failed)) == (0, 0, 2, 0)
    assert {e.event for e in Manifest(tmp_path / "out").entries} == {"planned", "unanswered"}
    again = export(folder, tmp_path / "out", QUICK, Cluster(1))
    assert (again.done, again.already) == (0, 2)
    with (tmp_path / "out" / "failed.csv").open(encoding="utf-8-sig") as file:
        assert [Path(row["source"]).name for row in csv.DictReader(file)] == ["broken.dcm"]
    with (tmp_path / "out" / "studies.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert {row["state"] for row in rows} == {"written without a model's answer"}
    assert all(row["reason"].startswith("not eligible: ") for row in rows)
    assert all((tmp_path / "out" / row["folder"] / "report.pdf").is_file() for row in rows)
    reports = list((tmp_path / "out").glob("*/findings.json"))
    states = {f["state"] for r in reports for f in json.loads(r.read_text())["findings"]}
    assert states == {"not eligible"}


@needs_prima
@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX")
def test_a_batch_killed_in_the_middle_goes_on_and_leaves_nothing_half(folder, tmp_path):
    out = tmp_path / "out"
    line = [sys.executable, "-m", "app.cli", "export", str(folder), "--out", str(out), "--method", "rollout"]
    batch = subprocess.Popen(
        line, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while b'"unanswered"' not in read(out / "manifest.jsonl"):
        assert batch.poll() is None, "the batch ended without a study"
        time.sleep(0.05)  # however long a busy machine takes: a batch that works gets there
    os.killpg(batch.pid, signal.SIGKILL)
    batch.wait()
    whole = [p.parent.name for p in out.glob("*/findings.json") if not p.parent.name.startswith(".")]
    assert whole
    result = export(folder, out, QUICK, Cluster(1))
    assert len(result.unanswered) + result.already == 2
    assert not list(out.glob(".partial-*"))
    manifest = Manifest(out)
    assert all(manifest.is_done(s.uid) for s in studies_of(folder).studies)


def read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
