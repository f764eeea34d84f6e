"""Echo phantoms: physiology's identities hold, the heart follows the numbers, files are what they claim."""

from __future__ import annotations

import numpy as np
import pytest

from inference.imaging.read import read_cine
from inference.imaging.scan import scan
from inference.imaging.ultrasound import ultrasound_facts
from training.phantoms.echo import echo_case, echo_truth
from training.phantoms.echo_dicom import write_echo_study
from training.phantoms.echo_heart import Heart, contraction


@pytest.fixture(scope="module")
def truths():
    return [echo_truth(np.random.default_rng(n)) for n in range(300)]


def test_the_nine_numbers_obey_physiology(truths):
    for truth in truths:
        v = truth.values
        assert v["mpap"] == pytest.approx(v["pcwp"] + v["pvr"] * v["co"])
        assert v["ci"] == pytest.approx(v["co"] / truth.surface_m2)
        assert v["mpap"] == pytest.approx(v["dpap"] + (v["spap"] - v["dpap"]) / 3)
        assert v["dpap"] < v["mpap"] < v["spap"]


def test_groups_come_in_their_shares(truths):
    share = np.mean([truth.group == "none" for truth in truths])
    assert 0.2 < share < 0.45


@pytest.mark.parametrize(
    ("number", "part"),
    [
        ("rap", "ra"),
        ("pcwp", "la"),
        ("mpap", "rv"),
        ("spap", "rv_wall"),
        ("dpap", "outflow"),
        ("svri", "lv_wall"),
    ],
)
def test_the_heart_follows_the_numbers(truths, number, part):
    hearts = [
        Heart.of(t.values, t.stroke_ml, t.surface_m2, np.random.default_rng(n)) for n, t in enumerate(truths)
    ]
    r = np.corrcoef([t.values[number] for t in truths], [getattr(h, part) for h in hearts])[0, 1]
    assert 0.8 < r < 0.9999  # it follows, with the scatter of the living


def test_a_beat_squeezes_and_lets_go():
    assert contraction(0.0) == pytest.approx(0, abs=1e-6)
    assert contraction(0.36) == pytest.approx(1)
    assert contraction(0.999) == pytest.approx(0, abs=1e-3)


def test_one_seed_is_one_patient():
    one, two = echo_case(3), echo_case(3)
    assert one.truth == two.truth
    assert all(np.array_equal(one.loops[v].frames, two.loops[v].frames) for v in one.loops)


def test_a_written_study_says_scale_rate_and_size(tmp_path):
    case = echo_case(3, pixel_mm=0.8)
    study = scan(write_echo_study(case, tmp_path / "s")).studies[0]
    assert len(study.display_sets) == 4
    display_set = study.display_sets[0]
    facts, cine = ultrasound_facts(display_set), read_cine(display_set)
    assert facts.tissue.spacing_mm == pytest.approx((0.8, 0.8))
    assert facts.surface_m2 == pytest.approx(case.truth.surface_m2, rel=1e-4)
    assert cine.frame_ms == pytest.approx(case.loops["A4C"].frame_ms, rel=1e-6)
    assert cine.is_colour
    assert "Frame Time" in cine.rate_source
