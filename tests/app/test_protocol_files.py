"""Protocol files: what is wrong with one is said in a sentence, and the others still hang."""

from __future__ import annotations

import json

import pytest

import resources
from app.layouts import Layout
from app.manner import Manner, ViewKind
from app.protocol_files import read_folder, read_protocol, read_protocols, shipped_protocols, write_protocol
from app.protocols import Protocol, Rule, Screen, Stage, Wish
from app.viewer.look import Slab
from inference.errors import ProtocolError

GOOD = {"title": "good", "layout": "4x4", "rules": []}


def file_of(folder, told, name="mine"):
    path = folder / f"{name}.json"
    path.write_text(told if isinstance(told, str) else json.dumps(told))
    return path


def slot(**wish):
    return {"title": "t", "rules": [], "stages": [{"layout": "1x1", "slots": [wish]}]}


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("{", "line 1 is not JSON"),
        ("[]", "the file is not an object of names and values"),
        ({"layout": "1x1"}, "it has no title"),
        ({"title": "t", "rules": [], "stages": []}, "it has no stage"),
        ({"title": "t", "layout": "9x9"}, '"layout" of the file is "9x9"; it may be 1x1, 1x2'),
        ({"title": "t", "layout": "1x1", "rule": []}, 'the file has a "rule", which means nothing here'),
        ({"title": "t", "layout": "1x1", "rules": {}}, '"rules" of the file is not a list'),
        ({"title": "t", "layout": "1x1", "rules": [{"about": "x", "like": ""}]}, '"about" of rule 1 is "x"'),
        (
            {"title": "t", "layout": "1x1", "rules": [{"about": "sets", "like": "1", "weight": "much"}]},
            '"weight" of rule 1 is not a number',
        ),
        (
            slot(view="sideways"),
            '"view" of viewport 1 of stage 1 is "sideways"; it may be stack, loop, axial',
        ),
        (slot(view="3-D", preset="ct_gold"), 'asks for the preset "ct_gold", which there is not'),
        (slot(view="axial", slab="thick"), '"slab" of viewport 1 of stage 1 is "thick"'),
        (slot(view="axial", slab_mm=-3), '"slab_mm" of viewport 1 of stage 1 is not a number'),
        (slot(words="("), '"words" of viewport 1 of stage 1 is no pattern'),
        (slot(of="sister"), '"of" of viewport 1 of stage 1 is "sister"'),
    ],
)
def test_what_is_wrong_with_a_file_is_said_where_it_stands(tmp_path, told, reason):
    path = file_of(tmp_path, told)
    with pytest.raises(ProtocolError) as raised:
        read_protocol(path)
    assert str(raised.value).startswith("The hanging protocol mine.json cannot be used: ")
    assert reason in str(raised.value)
    assert str(tmp_path) in raised.value.hint


def test_a_damaged_file_hides_no_other_and_is_named_once(tmp_path):
    file_of(tmp_path, "{", "a")
    file_of(tmp_path, GOOD, "b")
    (tmp_path / "c.json").write_bytes(b"\xff\xfe\x00")
    file_of(tmp_path, "[" * 100_000, "d")
    found = read_folder(tmp_path)
    assert [p.title for p in found.protocols] == ["good"]
    assert [str(t).split()[3] for t in found.troubles] == ["a.json", "c.json", "d.json"]


def test_every_shipped_protocol_can_be_read():
    found = read_folder(resources.path("hanging"))
    assert found.troubles == ()
    assert len(found.protocols) == len(list(resources.path("hanging").glob("*.json"))) >= 10
    assert shipped_protocols() == found.protocols


def test_what_is_written_is_read_again(tmp_path):
    slab = Wish("^ct", "axial", "volume", modality="CT", manner=Manner(ViewKind.CORONAL, 12.5, Slab.MAXIMUM))
    deep = Wish(of="prior", manner=Manner(ViewKind.VOLUME, preset="ct_bone"), up_to_mm=2.5)
    loop = Wish(manner=Manner(ViewKind.SAGITTAL, turned_deg=(5.0, 0.0, -12.25)), fused="PT")
    stages = (
        Stage(Layout.TWO, (slab, deep), shrinks=False, title="First"),
        Stage(Layout.ONE, (loop,), further=(Screen(Layout.TWO, (Wish(of="nothing"), slab)),)),
    )
    mine = Protocol("mine", "Mine", (Rule("modality", "CT", 10, required=True),), stages, own=True)
    write_protocol(mine, tmp_path)
    assert read_protocols(tmp_path, own=True) == (mine,)
