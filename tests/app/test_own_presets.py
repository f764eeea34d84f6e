"""The reader's own presets of 3-D."""

from dataclasses import replace

from app.own_presets import own_preset, read_own_presets, remove_own_preset, write_own_preset
from app.viewer.volume_presets import preset_called


def test_a_preset_comes_back_as_it_was_kept(tmp_path):
    made = own_preset(replace(preset_called("ct_bone"), shade=False), "  Ribs,   mine ", "CT")
    write_own_preset(made, tmp_path / "presets", b"PNG")
    assert read_own_presets(tmp_path / "presets") == (made,)
    assert made.title == "Ribs, mine"
    assert (tmp_path / "presets" / f"{made.key}.png").read_bytes() == b"PNG"


def test_a_name_never_becomes_a_path(tmp_path):
    made = own_preset(preset_called("ct_bone"), "../../etc/passwd", "CT")
    write_own_preset(made, tmp_path, b"")
    assert [p.name for p in tmp_path.iterdir()] == [f"{made.key}.json"]


def test_the_same_name_again_takes_the_place_of_the_first(tmp_path):
    for key in ("ct_bone", "ct_soft"):
        write_own_preset(own_preset(preset_called(key), "Mine", "CT"), tmp_path, b"")
    (kept,) = read_own_presets(tmp_path)
    assert kept.opacity == preset_called("ct_soft").opacity


def test_a_file_that_cannot_be_used_hides_no_other(tmp_path):
    made = own_preset(preset_called("ct_bone"), "Good", "CT")
    write_own_preset(made, tmp_path, b"")
    for name, text in (
        ("own_a", "{"),
        ("own_b", "[]"),
        ("own_c", '{"key": "x", "opacity": 3, "colour": []}'),
    ):
        (tmp_path / f"{name}.json").write_text(text)
    falling = (tmp_path / f"{made.key}.json").read_text().replace("-3024", "9999")
    (tmp_path / "own_d.json").write_text(falling)
    assert read_own_presets(tmp_path) == (made,)


def test_a_removed_preset_is_gone_with_its_picture(tmp_path):
    made = write_own_preset(own_preset(preset_called("ct_bone"), "Mine", "CT"), tmp_path, b"PNG")
    remove_own_preset(made, tmp_path)
    assert list(tmp_path.iterdir()) == []
