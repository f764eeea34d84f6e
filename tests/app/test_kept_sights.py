"""How volumes were seen in 3-D is found again by display set."""

import json

from app.kept_sights import MOST, read_sights, write_sights
from app.viewer.camera import Camera
from app.viewer.volume_look import VolumeLook
from app.viewer.volume_presets import preset_called
from app.viewer.volume_sight import VolumeSight


def sight(key="ct_bone"):
    return VolumeSight(VolumeLook(preset_called(key)), Camera().turned(10, 0))


def test_every_display_set_has_its_own(tmp_path):
    write_sights({"a": sight(), "b": sight("ct_soft")}, tmp_path / "kept.json")
    found = read_sights(tmp_path / "kept.json")
    assert [(uid, s.look.preset.key) for uid, s in found.items()] == [("a", "ct_bone"), ("b", "ct_soft")]


def test_only_the_last_ones_are_kept(tmp_path):
    write_sights({str(n): sight() for n in range(MOST + 3)}, tmp_path / "kept.json")
    found = read_sights(tmp_path / "kept.json")
    assert len(found) == MOST
    assert "2" not in found


def test_what_cannot_be_used_hides_no_other(tmp_path):
    path = tmp_path / "kept.json"
    assert read_sights(path) == {}
    path.write_text("{not json")
    assert read_sights(path) == {}
    path.write_text(json.dumps({"a": sight().told(), "b": {"preset": 3}, "c": None}))
    assert list(read_sights(path)) == ["a"]
