import numpy as np
import pytest

from training.phantoms.heart import (
    GROUPS,
    MEASURES,
    Ventricles,
    heart_case,
    measures_of,
    motion,
    sector_wall,
    volume_curve,
)

BEAT = np.linspace(0, 1, 100, endpoint=False)
PLAIN = Ventricles(edv_ml=150.0, ejection=0.6, wall_mm=9.0)


def test_the_same_seed_is_the_same_patient():
    one, two = heart_case(7), heart_case(7)
    assert one.measures == two.measures
    assert one.report == two.report
    assert np.array_equal(one.axes, two.axes)


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_has_its_own_condition(group):
    conditions = [heart_case(seed, group).conditions for seed in range(20)]
    assert sum(c[group] for c in conditions) >= 15  # a normal heart with an effusion is not normal


def test_volumes_and_ejection_fraction_are_those_that_were_asked_for():
    found = measures_of(PLAIN)
    assert found["lvedv"] == pytest.approx(150, rel=1e-3)
    assert found["lvef"] == pytest.approx(60, abs=0.5)
    assert found["lvesv"] == pytest.approx(60, abs=1)


def test_a_still_sector_costs_ejection_fraction():
    still = Ventricles(edv_ml=150.0, ejection=0.6, wall_mm=9.0, still=1.0)
    assert measures_of(still)["lvef"] < measures_of(PLAIN)["lvef"] - 8


def test_the_ventricle_is_largest_at_the_r_wave_and_comes_back():
    curve = volume_curve(PLAIN, BEAT)
    assert curve.argmax() == 0
    assert 0.3 < BEAT[curve.argmin()] < 0.45
    assert volume_curve(PLAIN, np.array([1.0])) == pytest.approx(curve[0])


def test_muscle_keeps_its_volume_while_it_thickens():
    moving = motion(PLAIN, BEAT)
    outer = (moving.radius + moving.wall) ** 2 * (moving.length + 0.8 * moving.wall)
    muscle = outer - moving.radius**2 * moving.length
    assert np.ptp(muscle) < 1e-3 * muscle[0]
    assert moving.wall.max() > 1.2 * moving.wall[0]


def test_the_septum_is_the_thickest_wall_in_hypertrophic_cardiomyopathy():
    case = heart_case(3, "hcm")
    walls = sector_wall(case.ventricles, motion(case.ventricles, np.zeros(1)), np.radians([0, 90, 180, 270]))
    assert walls.argmax() == 2
    assert case.measures["wall"] == pytest.approx(walls.max(), rel=0.02)


def test_ranges_of_groups_overlap():
    fractions = {
        group: [heart_case(s, group).measures["lvef"] for s in range(60)] for group in ("normal", "ischaemic")
    }
    assert max(fractions["ischaemic"]) > min(fractions["normal"])


def test_two_or_three_reports_in_a_hundred_are_wrong():
    share = np.mean([heart_case(seed).report_is_wrong for seed in range(600)])
    assert 0.01 < share < 0.045


def test_axes_of_the_heart_are_at_right_angles_and_right_handed():
    for seed in range(10):
        axes = heart_case(seed).axes
        assert np.allclose(axes.T @ axes, np.eye(3), atol=1e-9)
        assert np.linalg.det(axes) == pytest.approx(1)


def test_every_case_has_every_measure():
    assert set(heart_case(0).measures) == set(MEASURES)
