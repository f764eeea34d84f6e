from pathlib import Path

import pytest

from inference.imaging.files import atomic_path, write_atomic


def test_what_is_written_is_read_back(tmp_path):
    write_atomic(tmp_path / "new" / "note.json", b"{}")
    assert (tmp_path / "new" / "note.json").read_bytes() == b"{}"


def test_a_new_file_replaces_the_old_one(tmp_path):
    path = tmp_path / "note.txt"
    write_atomic(path, b"old")
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"


def test_an_existing_file_stays_when_told_so(tmp_path):
    path = tmp_path / "note.txt"
    write_atomic(path, b"old", replace=False)
    with pytest.raises(FileExistsError):
        write_atomic(path, b"new", replace=False)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def fail_half_way(path: Path) -> None:
    with atomic_path(path) as temporary:
        temporary.write_bytes(b"half")
        raise RuntimeError("power cut")


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "scan.nii.gz"
    write_atomic(path, b"old")
    with pytest.raises(RuntimeError, match="power cut"):
        fail_half_way(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_temporary_name_ends_as_the_final_one(tmp_path):
    with atomic_path(tmp_path / "scan.nii.gz") as temporary:
        assert temporary.name.endswith(".nii.gz")
        assert temporary.parent == tmp_path


def test_a_new_file_has_the_rights_of_a_plain_one(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    write_atomic(tmp_path / "ours", b"")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode
