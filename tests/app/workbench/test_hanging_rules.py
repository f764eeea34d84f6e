from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import resources
from app.desk import Arrangement, Layout
from app.protocol_files import read_protocols, shipped_protocols, write_protocol
from app.protocols import Seen, matches, seen_protocol, stage_seen
from app.workbench.hanging_rules import fitting_layout, hang, hung_by
from inference.imaging.study import DisplaySet, Instance, Kind, Patient, Series, Study


def study(*titles: str, modality: str = "MR", kind: Kind = Kind.VOLUME) -> Study:
    series = []
    for uid, title in enumerate(titles):
        instance = Instance(Path("a"), str(uid), "", str(uid), "1", "", modality=modality)
        shown = DisplaySet(str(uid), str(uid), "1", kind, title, modality, (instance,), (20, 64, 64))
        series.append(Series(str(uid), "1", uid, modality, title, "", "", (instance,), (shown,)))
    return Study("1", Patient(), "", "", "", "", "", tuple(series))


def plain(arrangement: Arrangement) -> tuple[Layout, tuple[str, ...]]:
    return arrangement.layout, arrangement.slots


def hung(*asked, **more) -> tuple[Layout, tuple[str, ...]]:
    return plain(hang(*asked, **more))


def test_several_mr_series_hang_four_up_one_of_each_weighting():
    layout, uids = hung(study("3-plane loc", "AX T1", "AX T1 +C", "AX T2", "AX FLAIR", "DWI"))
    assert layout is Layout.FOUR
    assert uids == ("4", "3", "2", "5")


def test_scanners_that_join_words_with_underscores_are_understood():
    assert hung(study("T1W_SE_SAG", "T1W_GD_AX", "sDWI_AX_b1000", "T2W_TSE", "FLAIR_SAG"))[1] == (
        "4",
        "3",
        "1",
        "2",
    )


def test_a_localiser_hangs_only_where_there_is_nothing_else():
    assert hung(study("localizer", "AX T2"))[1] == ("1",)
    assert hung(study("localizer"))[1] == ("0",)


def test_a_ct_hangs_alone():
    assert hung(study("thin", "thick", modality="CT"))[0] is Layout.ONE


def test_a_report_is_never_hung():
    assert hung(study("report", modality="SR", kind=Kind.DOCUMENT))[1] == ()


def test_a_layout_is_no_larger_than_its_rule():
    assert fitting_layout(3, Layout.FOUR) is Layout.FOUR
    assert fitting_layout(3, Layout.TWO) is Layout.TWO
    assert fitting_layout(1, Layout.FOUR) is Layout.ONE


def test_loops_of_an_echo_hang_by_view():
    shown = study("PLAX", "A2C", "subcostal", "A4C", modality="US", kind=Kind.CINE)
    assert hung(shown) == (Layout.FOUR, ("3", "1", "0", "2"))


def test_a_heart_is_told_from_a_head_by_its_loops():
    assert matches(shipped_protocols(), study("SAX", kind=Kind.CINE_STACK))[0].protocol.key == "cardiac_mr"
    best = matches(shipped_protocols(), study("AX FLAIR"))[0]
    assert best.protocol.key == "brain_mr"
    assert best.reasons == ("modality: MR", "words: FLAIR")


def test_breasts_hang_right_and_left_with_cc_above():
    shown = study("L MLO", "R MLO", "L CC", "R CC", modality="MG", kind=Kind.STILL)
    assert hung(shown) == (Layout.FOUR, ("3", "2", "1", "0"))


def test_a_frontal_radiograph_hangs_left_of_the_lateral():
    shown = study("Chest LAT", "Chest PA", modality="DX", kind=Kind.STILL)
    assert hung(shown) == (Layout.TWO, ("1", "0"))


def test_a_prior_hangs_left_of_the_current_study():
    current, prior = study("AX T1", "AX T2"), replaced("9", study("AX T2"))
    best = matches(shipped_protocols(), current, prior)[0]
    assert best.protocol.key == "prior"
    assert plain(hung_by(best.stages[0], current, prior, first=("1", "9.0"))) == (Layout.TWO, ("9.0", "1"))


def test_the_layout_that_a_reader_prefers_is_the_largest():
    shown = study("AX T1", "AX T2", "AX FLAIR")
    assert hung(shown, layout=Layout.ONE)[0] is Layout.ONE
    assert hung(shown, layout=Layout.NINE)[0] is Layout.FOUR


def test_what_hangs_is_saved_and_hangs_so_again(tmp_path):
    first = study("AX T1", "AX T2", "SAG T2")
    shown = [Seen(first.display_sets[2]), Seen(), Seen(first.display_sets[0])]
    stage = stage_seen([Layout.THREE], [shown])
    written = write_protocol(seen_protocol("My way / ../x", stage, shown, first), tmp_path)
    assert written == tmp_path / "my_way_x.json"
    both = (*shipped_protocols(), *read_protocols(tmp_path, own=True))
    assert hung(first, both) == (Layout.THREE, ("2", "", "0"))


def test_a_series_that_was_seen_twice_hangs_twice_again(tmp_path):
    first = study("AX T1", "AX T2")
    twice = [Seen(first.display_sets[1])] * 2
    write_protocol(seen_protocol("twice", stage_seen([Layout.TWO], [twice]), twice, first), tmp_path)
    assert hung(first, read_protocols(tmp_path, own=True)) == (Layout.TWO, ("1", "1"))


def test_a_damaged_protocol_hides_no_other(tmp_path):
    for name, text in {"a": "{", "b": '{"title": "b", "layout": "9x9", "rules": []}', "c": "[]"}.items():
        (tmp_path / f"{name}.json").write_text(text)
    (tmp_path / "d.json").write_text(
        '{"title": "d", "layout": "1x1", "rules": [], "slots": [{"words": "("}]}'
    )
    (tmp_path / "e.json").write_text('{"title": "e", "layout": "4x4", "rules": []}')
    assert [p.title for p in read_protocols(tmp_path)] == ["e"]


def test_every_shipped_protocol_can_be_read():
    assert len(shipped_protocols()) == len(list(resources.path("hanging").glob("*.json"))) >= 10


def replaced(prefix: str, plain: Study) -> Study:
    """The same study under other uids."""
    series = tuple(
        replace(s, display_sets=tuple(replace(d, uid=f"{prefix}.{d.uid}") for d in s.display_sets))
        for s in plain.series
    )
    return replace(plain, uid=prefix, series=series)
