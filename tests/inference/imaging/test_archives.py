"""Archives are opened within limits, and nothing they hold is written outside the private folder."""

from __future__ import annotations

import os
import stat
import zipfile

import pytest

from inference.imaging.archives import cache_folder, unpack
from inference.imaging.scan import scan
from inference.progress import Cancelled
from tests.imaging_fixtures import write_series


@pytest.fixture
def files(tmp_path):
    return write_series(tmp_path / "files")


def zipped(path, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_an_archive_gives_the_same_study_as_its_files(tmp_path, files):
    archive = zipped(tmp_path / "a.zip", {f"d/{path.name}": path.read_bytes() for path in files})
    (inside,) = scan(archive, unpack_to=tmp_path / "cache").studies
    (outside,) = scan(tmp_path / "files").studies
    assert [part.uid for part in inside.display_sets] == [part.uid for part in outside.display_sets]
    assert all(one.path.is_relative_to(tmp_path / "cache") for one in inside.series[0].instances)


@pytest.mark.parametrize("name", ["../../evil.dcm", "/tmp/evil.dcm", "C:\\evil.dcm", "a/../../evil.dcm"])
def test_a_member_that_leads_out_is_refused_and_not_written(tmp_path, files, name):
    archive = zipped(tmp_path / "a.zip", {name: files[0].read_bytes()})
    found = scan(archive, unpack_to=tmp_path / "cache")
    assert not found.studies
    assert "leads out of the archive" in found.refused[0].reason
    assert not list(tmp_path.rglob("*evil*"))


def test_bystanders_are_named_by_their_place_in_the_archive(tmp_path, files):
    members = {"x/readme.txt": b"hello", "x/bad.dcm": b"hello", "x/good": files[0].read_bytes()}
    found = scan(zipped(tmp_path / "a.zip", members), unpack_to=tmp_path / "cache")
    assert [str(one.path) for one in found.refused] == [f"{tmp_path}/a.zip/x/bad.dcm"]
    assert f"{tmp_path}/a.zip/x/readme.txt" in [str(one.path) for one in found.skipped]


def test_an_archive_that_claims_too_much_is_not_unpacked(tmp_path):
    archive = zipped(tmp_path / "a.zip", {"a": b""})
    data = bytearray(archive.read_bytes())
    place = data.index(b"PK\x01\x02") + 24  # uncompressed size in the central directory
    data[place : place + 4] = (3 << 30).to_bytes(4, "little")
    archive.write_bytes(data)
    unpacked = unpack(archive, tmp_path / "cache")
    assert "claims to hold more" in unpacked.refused[0].reason


def test_a_damaged_member_costs_itself_only(tmp_path, files):
    archive = zipped(tmp_path / "a.zip", {p.name: p.read_bytes() for p in files}, zipfile.ZIP_STORED)
    data = bytearray(archive.read_bytes())
    data[data.index(b"DICM") + 300] ^= 0xFF
    archive.write_bytes(data)
    found = scan(archive, unpack_to=tmp_path / "cache")
    assert len(found.refused) == 1
    assert len(found.studies[0].series[0].instances) == len(files) - 1


def test_an_unchanged_archive_is_unpacked_once(tmp_path, files):
    archive = zipped(tmp_path / "a.zip", {p.name: p.read_bytes() for p in files})
    first = unpack(archive, tmp_path / "cache")
    times = [path.stat().st_mtime_ns for path in first.files]
    again = unpack(archive, tmp_path / "cache")
    assert (again.files, again.origins) == (first.files, first.origins)
    assert [path.stat().st_mtime_ns for path in again.files] == times


def test_what_went_missing_from_the_cache_is_unpacked_again(tmp_path, files):
    archive = zipped(tmp_path / "a.zip", {p.name: p.read_bytes() for p in files})
    unpack(archive, tmp_path / "cache").files[0].unlink()
    assert all(path.exists() for path in unpack(archive, tmp_path / "cache").files)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 100])
def test_a_broken_archive_is_refused_with_a_reason(tmp_path, data):
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    found = scan(path, unpack_to=tmp_path / "cache")
    assert {one.path for one in (*found.refused, *found.skipped)} == {path}


def test_unpacking_can_be_cancelled(tmp_path, files):
    archive = zipped(tmp_path / "a.zip", {p.name: p.read_bytes() for p in files})

    def report(_fraction, note=""):
        if "Unpacking" in note:
            raise Cancelled

    with pytest.raises(Cancelled):
        scan(archive, unpack_to=tmp_path / "cache", report=report)
    assert scan(archive, unpack_to=tmp_path / "cache").studies


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs POSIX rights")
def test_the_cache_is_private(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = cache_folder()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o777)
    assert cache_folder() != folder
