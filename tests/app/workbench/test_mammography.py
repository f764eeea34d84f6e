"""A screening study hangs as four views at one scale, its prior below; a missing view leaves its place."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSizeF

from app import theme
from app.layouts import Layout
from app.protocol_files import shipped_protocols
from app.protocols import matches
from app.viewer import placing
from app.workbench.hanging_rules import hung_by
from inference.imaging.scan import scan
from tests.imaging_fixtures import write_file
from tests.journeys.reader import Reader
from tests.mammogram_fixtures import mammogram, write_mammograms


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    reader = Reader(tmp_path / "home", tmp_path)
    yield reader
    reader.leave()
    reader.watchdog.stop()


def titles(arrangement, *studies):
    sets = {d.uid: d for study in studies for d in study.display_sets}
    return [
        f"{sets[uid].title.split(' · ')[0]} {sets[uid].study_uid[-1]}" if uid else ""
        for uid in arrangement.slots
    ]


def test_four_views_of_one_series_hang_right_and_left_with_cc_above(tmp_path):
    (study,) = scan(write_mammograms(tmp_path)).studies
    best = matches(shipped_protocols(), study)[0]
    assert best.protocol.key == "mammography"
    assert titles(hung_by(best.stages[0], study), study) == ["R CC 7", "L CC 7", "R MLO 7", "L MLO 7"]


def test_a_view_that_is_missing_leaves_its_place_empty(tmp_path):
    write_mammograms(tmp_path)
    (tmp_path / "2.dcm").unlink()  # R CC
    (study,) = scan(tmp_path).studies
    best = matches(shipped_protocols(), study)[0]
    assert titles(hung_by(best.stages[0], study), study) == ["", "L CC 7", "R MLO 7", "L MLO 7"]


def test_views_that_nobody_can_tell_hang_as_they_come(tmp_path):
    for number in (1, 2):
        d = mammogram("R", "CC", number=number)
        del d.ViewCodeSequence
        write_file(tmp_path / f"{number}.dcm", d)
    (study,) = scan(tmp_path).studies
    best = matches(shipped_protocols(), study)[0]
    assert best.protocol.key == "any"
    assert all(hung_by(best.stages[0], study).slots)


def test_the_prior_hangs_below_and_pair_by_pair(tmp_path):
    (current,) = scan(write_mammograms(tmp_path / "a")).studies
    (prior,) = scan(write_mammograms(tmp_path / "b", study="6")).studies
    best = matches(shipped_protocols(), current, prior)[0]
    assert best.protocol.key == "mammography_prior"
    views = ["R CC", "L CC", "R MLO", "L MLO"]
    four = hung_by(best.stages[0], current, prior)
    assert four.layout is Layout.EIGHT
    assert titles(four, current, prior) == [*(f"{v} 7" for v in views), *(f"{v} 6" for v in views)]
    pair = next(s for s in best.stages if s.title == "L MLO, prior left of current")
    assert titles(hung_by(pair, current, prior), current, prior) == ["L MLO 6", "L MLO 7"]


def test_both_breasts_have_one_scale_on_the_screen(reader, tmp_path):
    folder = write_mammograms(
        tmp_path / "mg", changes={"R CC": {"shape": (80, 60)}, "L CC": {"shape": (160, 120)}}
    )
    reader.drop([folder], reader.window.studies)
    reader.wait("four views", lambda: len(reader.window.hanging.slice_views()) == 4, 240)
    reader.wait_until_idle()
    views = reader.window.hanging.slice_views()
    scales = [placing.screen_scale(v.plane, v.look, QSizeF(v.size())) for v in views]
    assert max(scales) == pytest.approx(min(scales), rel=0.02)  # viewports may differ by a pixel
    assert [v.look.towards for v in views] == [1, -1, 1, -1]
    assert "right · CC" in views[0].furniture.corners(views[0].scene(), views[0].look.texts).bottom_right[1]
