from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.layouts import Arrangement, Layout
from app.manner import Manner, ViewKind
from app.protocol_files import read_protocols, shipped_protocols, write_protocol
from app.protocols import Seen, matches, seen_protocol, stage_seen
from app.viewer.look import Slab
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


def replaced(prefix: str, plain: Study) -> Study:
    """The same study under other uids."""
    series = tuple(
        replace(s, display_sets=tuple(replace(d, uid=f"{prefix}.{d.uid}") for d in s.display_sets))
        for s in plain.series
    )
    return replace(plain, uid=prefix, series=series)


def spaced(plain: Study, *spacings_mm: float) -> Study:
    """The same study with volumes of these edges."""
    series = tuple(
        replace(s, display_sets=tuple(replace(d, spacing_mm=(mm, 1.0, 1.0)) for d in s.display_sets))
        for s, mm in zip(plain.series, spacings_mm, strict=True)
    )
    return replace(plain, series=series)


def stages_of(shown: Study, prior: Study | None = None, further: int = 0) -> list[str]:
    best = matches(shipped_protocols(), shown, prior, further=further)[0]
    return [stage.title for stage in best.stages]


def by_stage(shown: Study, title: str, prior: Study | None = None, **more) -> Arrangement:
    best = matches(shipped_protocols(), shown, prior, further=2)[0]
    return hung_by(next(s for s in best.stages if s.title == title), shown, prior, **more)


def test_the_second_stage_of_a_ct_cuts_its_finest_series_and_shows_it_in_3d():
    hung = by_stage(spaced(study("thick", "thin", modality="CT"), 5.0, 1.0), "Three planes and 3-D")
    assert hung.layout is Layout.FOUR
    assert hung.slots == ("1",) * 4
    assert [m.words for m in hung.manners] == ["axial", "sagittal", "coronal", "3-D"]
    assert hung.manners[3].preset == "ct_bone"


def test_slabs_are_wished_for_in_millimetres():
    hung = by_stage(spaced(study("thin", modality="CT"), 1.0), "MIP of 10 mm in three planes")
    assert [m.words for m in hung.manners] == ["axial MIP 10 mm", "coronal MIP 10 mm", "sagittal MIP 10 mm"]


def test_thick_slices_are_not_cut_and_loose_pictures_never():
    thick = spaced(study("AX T2 brain", "AX FLAIR"), 5.0, 6.0)
    assert stages_of(thick) == ["One of each weighting"]
    fine = spaced(study("AX T2 brain", "SAG T1 MPRAGE"), 5.0, 1.2)
    assert stages_of(fine) == ["One of each weighting", "T1 in three planes and 3-D"]
    assert by_stage(fine, "T1 in three planes and 3-D").slots == ("1",) * 4
    assert stages_of(study("CT", modality="CT", kind=Kind.STACK)) == ["One series"]


def pet_ct(*pet_titles: str, frames: tuple[str, str] = ("F", "F")) -> Study:
    """A CT and PET series, in these frames of reference."""
    ct = study("CT AC", modality="CT")
    below = replace(ct.series[0].display_sets[0], frame_of_reference_uid=frames[0])
    above = [
        replace(d, uid=f"p{n}", study_uid=below.study_uid, frame_of_reference_uid=frames[1])
        for n, d in enumerate(study(*pet_titles, modality="PT").display_sets)
    ]
    series = replace(ct.series[0], display_sets=(below,)), replace(ct.series[0], display_sets=tuple(above))
    return replace(ct, series=series)


def test_a_pet_ct_hangs_fused_in_three_planes_with_the_mip_of_the_pet():
    both = pet_ct("PET AC")
    assert stages_of(both)[:2] == ["Fused, and the MIP", "CT beside PET, and the MIP"]
    hung = by_stage(both, "Fused, and the MIP")
    assert hung.slots == ("0", "0", "0", "p0")
    assert [m.fused for m in hung.manners] == ["p0", "p0", "p0", ""]
    beside = by_stage(both, "CT beside PET, and the MIP")
    assert beside.slots == ("0", "p0", "p0", "p0")
    assert [m.fused for m in beside.manners] == [""] * 4
    assert beside.manners[3].words == "coronal MIP 600 mm"


def test_the_attenuation_corrected_pet_is_laid_over_the_ct():
    assert by_stage(pet_ct("PET NAC", "PET AC"), "Fused, and the MIP").manners[0].fused == "p1"


@pytest.mark.parametrize("frames", [("F", "G"), ("", "")])
def test_series_that_do_not_lie_in_one_frame_are_never_hung_fused(frames):
    assert stages_of(pet_ct("PET AC", frames=frames))[0] == "CT beside PET, and the MIP"


def test_what_is_seen_fused_and_turned_is_saved_so():
    both = pet_ct("PET AC")
    ct, pet = both.display_sets
    seen = Seen(ct, manner=Manner(ViewKind.AXIAL, turned_deg=(0.0, 20.0, 0.0), fused=pet.uid), over=pet)
    stage = stage_seen([Layout.ONE], [[seen]])
    assert stage.slots[0].fused == "PT"
    hung = hung_by(stage, both)
    assert hung.manners[0] == seen.manner


def test_a_stage_for_two_windows_is_offered_where_there_are_two():
    current, prior = study("AX T1", "AX T2"), replaced("9", study("AX T2"))
    title = "Current here, prior in the second window"
    assert title not in stages_of(current, prior)
    assert title in stages_of(current, prior, further=1)
    hung = by_stage(current, title, prior, first=("1", "9.0"), further=(Layout.FOUR,))
    assert (hung.layout, hung.further) == (Layout.ONE, (Layout.ONE,))
    assert (hung.slots[0], hung.slots[16]) == ("1", "9.0")


def test_a_further_window_shows_what_hangs_nowhere_else():
    shown = study("AX T1", "AX T2", "AX FLAIR", "DWI", "PD", "SWI")
    hung = hang(shown, further=(Layout.TWO,))
    assert hung.layout is Layout.FOUR
    assert set(hung.slots[:4]) | set(hung.slots[16:18]) == {"0", "1", "2", "3", "4", "5"}


def test_planes_of_the_prior_hang_above_those_of_the_current_study():
    current, prior = study("AX T1", "AX T2"), replaced("9", study("AX T2"))
    hung = by_stage(current, "Three planes, prior above current", prior, first=("1", "9.0"))
    assert hung.slots == ("9.0",) * 3 + ("1",) * 3


def test_what_is_seen_in_planes_and_3d_is_saved_so(tmp_path):
    first = study("CT", modality="CT")
    ways = [Manner(ViewKind.CORONAL, 20, Slab.MAXIMUM), Manner(ViewKind.VOLUME, preset="ct_skin")]
    shown = [Seen(first.display_sets[0], manner=way) for way in ways]
    write_protocol(seen_protocol("deep", stage_seen([Layout.TWO], [shown]), shown, first), tmp_path)
    hung = hang(first, (*shipped_protocols(), *read_protocols(tmp_path, own=True)))
    assert (hung.slots, list(hung.manners)) == (("0", "0"), ways)
