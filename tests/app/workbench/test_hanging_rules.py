from __future__ import annotations

from pathlib import Path

from app.desk import Layout
from app.workbench.hanging_rules import fitting_layout, hang
from inference.imaging.study import DisplaySet, Instance, Kind, Patient, Series, Study


def study(*titles: str, modality: str = "MR", kind: Kind = Kind.VOLUME) -> Study:
    series = []
    for uid, title in enumerate(titles):
        instance = Instance(Path("a"), str(uid), "", str(uid), "1", "", modality=modality)
        shown = DisplaySet(str(uid), str(uid), "1", kind, title, modality, (instance,), (20, 64, 64))
        series.append(Series(str(uid), "1", uid, modality, title, "", "", (instance,), (shown,)))
    return Study("1", Patient(), "", "", "", "", "", tuple(series))


def test_several_mr_series_hang_four_up_one_of_each_weighting():
    layout, uids = hang(study("3-plane loc", "AX T1", "AX T1 +C", "AX T2", "AX FLAIR", "DWI"))
    assert layout is Layout.FOUR
    assert uids == ("4", "3", "2", "5")


def test_scanners_that_join_words_with_underscores_are_understood():
    assert hang(study("T1W_SE_SAG", "T1W_GD_AX", "sDWI_AX_b1000", "T2W_TSE", "FLAIR_SAG"))[1] == (
        "4",
        "3",
        "1",
        "2",
    )


def test_a_localiser_hangs_only_where_there_is_nothing_else():
    assert hang(study("localizer", "AX T2"))[1] == ("1",)
    assert hang(study("localizer"))[1] == ("0",)


def test_a_ct_hangs_alone():
    assert hang(study("thin", "thick", modality="CT"))[0] is Layout.ONE


def test_a_report_is_never_hung():
    assert hang(study("report", modality="SR", kind=Kind.DOCUMENT))[1] == ()


def test_a_layout_is_no_larger_than_its_rule():
    assert fitting_layout(3, Layout.FOUR) is Layout.FOUR
    assert fitting_layout(3, Layout.TWO) is Layout.TWO
    assert fitting_layout(1, Layout.FOUR) is Layout.ONE
