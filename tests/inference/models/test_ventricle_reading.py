import numpy as np
import pytest

from inference.models.ventricle_reading import measured, volume_curve
from tests.ventricle_stacks import heart


def test_the_volumes_of_a_beating_ellipsoid_are_its_own():
    made = heart()
    assert volume_curve(made.masks, made.stack.geometry).volume_ml == pytest.approx(made.volume_ml, rel=0.02)


def test_gaps_between_slices_are_counted():
    made = heart(np.array([-42.0, -35, -30, -22, -12, -6, 0, 4, 15, 21, 30, 36, 42]))
    assert volume_curve(made.masks, made.stack.geometry).volume_ml == pytest.approx(made.volume_ml, rel=0.03)


@pytest.mark.parametrize("ef", [0.2, 0.45, 0.7])
def test_the_ejection_fraction_is_the_one_that_was_made(ef):
    made = heart(ef=ef)
    reading = measured(made.masks, made.stack.geometry)
    assert reading.ef_percent == pytest.approx(100 * ef, abs=1.5)
    assert (reading.curve.diastole, reading.curve.systole) == (0, 5)
    assert reading.stroke_volume_ml == pytest.approx(reading.edv_ml - reading.esv_ml)


def test_outlines_lie_on_the_ellipsoid_in_the_patient():
    made = heart()
    geometry = made.stack.geometry
    reading = measured(made.masks, geometry)
    centre = np.array([10.0, -20.0, 30.0])
    for position in (3, 6, 9):
        (line,) = reading.contours[position][0]
        along = (line - centre) @ geometry.normal_lps
        away = np.linalg.norm((line - centre) - along[:, None] * geometry.normal_lps, axis=1)
        assert np.allclose(along, geometry.along_mm[position] - geometry.along_mm[6], atol=1e-6)
        assert away == pytest.approx(27 * np.sqrt(1 - (along[0] / 44) ** 2), abs=1.0)


def test_without_a_cavity_there_is_no_ejection_fraction():
    made = heart()
    assert np.isnan(measured(np.zeros_like(made.masks), made.stack.geometry).ef_percent)
