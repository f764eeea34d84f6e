"""The manifest counts what is on disk, whole and unchanged, and survives a cut line."""

from __future__ import annotations

from app.report.manifest import Entry, Manifest, sha256


def done(tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "report.pdf").write_bytes(b"report")
    manifest = Manifest(tmp_path)
    manifest.add(Entry("done", "1.2", "s", files={"report.pdf": sha256(tmp_path / "s" / "report.pdf")}))
    return manifest


def test_what_is_done_is_done_when_read_again(tmp_path):
    done(tmp_path)
    assert Manifest(tmp_path).is_done("1.2")


def test_a_file_that_changed_is_not_done(tmp_path):
    manifest = done(tmp_path)
    (tmp_path / "s" / "report.pdf").write_bytes(b"other")
    assert not manifest.is_done("1.2")


def test_a_line_cut_by_a_crash_costs_only_itself(tmp_path):
    manifest = done(tmp_path)
    with manifest.path.open("ab") as file:
        file.write(b'{"event": "planned", "study_u')
    again = Manifest(tmp_path)
    again.add(Entry("failed", "1.3", "t", reason="why"))
    assert Manifest(tmp_path).is_done("1.2")
    assert Manifest(tmp_path).last("1.3").reason == "why"
