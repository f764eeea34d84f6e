"""Uptake is worked out from weight, dose and decay, or a sentence says why it is not."""

import numpy as np
import pytest
from pydicom.dataset import Dataset

from inference.imaging.intensity import windows
from inference.imaging.read import read_picture, read_volume
from inference.imaging.suv import uptake_from
from tests.imaging_fixtures import write_series
from tests.inference.imaging.pixel_files import scanned

HALF_LIFE_S = 6586.2


def drug(**more):
    item = Dataset()
    item.RadionuclideTotalDose, item.RadionuclideHalfLife = "370000000", str(HALF_LIFE_S)
    item.RadiopharmaceuticalStartTime = "090000"
    for keyword, value in more.items():
        setattr(item, keyword, value)
    return item


def facts(**more):
    known = {
        "Modality": "PT", "Units": "BQML", "PatientWeight": "74", "CorrectedImage": ["ATTN", "DECY"],
        "DecayCorrection": "START", "SeriesDate": "20200614", "SeriesTime": "100000",
        "AcquisitionDate": "20200614", "AcquisitionTime": "100000",
        "RadiopharmaceuticalInformationSequence": [drug()],
    }  # fmt: skip
    return known | more


def header(**more):
    d = Dataset()
    for keyword, value in facts(**more).items():
        if value is not None:
            setattr(d, keyword, value)
    return d


def expected(hours=1.0):
    return 74_000 / (370e6 * 0.5 ** (hours * 3600 / HALF_LIFE_S))


def test_the_dose_decays_until_the_scan():
    assert uptake_from(header()).factor == pytest.approx(expected())


def test_a_dose_corrected_to_the_injection_does_not_decay():
    assert uptake_from(header(DecayCorrection="ADMIN")).factor == pytest.approx(74_000 / 370e6)


def test_an_injection_before_midnight_was_on_the_day_before():
    late = drug(RadiopharmaceuticalStartTime="233000")
    more = {
        "SeriesTime": "003000",
        "AcquisitionTime": "003000",
        "RadiopharmaceuticalInformationSequence": [late],
    }
    assert uptake_from(header(**more)).factor == pytest.approx(expected())


def test_a_full_date_of_injection_is_taken_before_the_time_alone():
    exact = drug(RadiopharmaceuticalStartDateTime="20200614080000.00+0100")
    found = uptake_from(header(RadiopharmaceuticalInformationSequence=[exact]))
    assert found.factor == pytest.approx(expected(2))


def test_a_series_made_anew_after_the_scan_counts_from_the_acquisition():
    assert uptake_from(header(SeriesTime="150000")).factor == pytest.approx(expected())


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"PatientWeight": None}, "body weight is missing"),
        ({"PatientWeight": "0"}, "body weight is missing"),
        ({"RadiopharmaceuticalInformationSequence": None}, "injected dose is missing"),
        ({"RadiopharmaceuticalInformationSequence": [drug(RadionuclideHalfLife="0")]}, "half-life"),
        ({"CorrectedImage": ["ATTN"]}, "was not corrected"),
        ({"DecayCorrection": "NONE"}, "to which time"),
        ({"SeriesTime": None, "AcquisitionTime": None}, "time of injection or of the scan"),
        ({"Units": "CNTS"}, "counts events"),
        ({"Units": "PROPCPS"}, "the unit is propcps"),
    ],
)
def test_what_is_missing_is_said(more, words):
    found = uptake_from(header(**more))
    assert found.factor is None
    assert words in found.reason


def test_each_slice_keeps_its_own_slope(tmp_path):
    slopes = [0.5, 2.0, 1.0, 4.0]
    tags = facts(RescaleSlope=lambda k: str(slopes[k]), RescaleIntercept="0")
    write_series(tmp_path, shape=(4, 5, 6), **tags)
    volume = read_volume(scanned(tmp_path))
    stored = np.arange(4 * 5 * 6).reshape(4, 5, 6)
    assert volume.unit == "SUVbw"
    assert np.allclose(volume.voxels, stored * np.reshape(slopes, (4, 1, 1)) * expected(), rtol=1e-5)


def test_the_windows_of_the_file_are_in_uptake_as_well(tmp_path):
    tags = facts(RescaleSlope="1", RescaleIntercept="0", WindowCenter="10000", WindowWidth="20000")
    write_series(tmp_path, shape=(3, 5, 6), **tags)
    window = windows(scanned(tmp_path))[0]
    assert (window.centre, window.width) == pytest.approx((1e4 * expected(), 2e4 * expected()))


def test_without_a_weight_the_activity_is_shown_with_the_reason(tmp_path):
    tags = facts(RescaleSlope="1", RescaleIntercept="0", PatientWeight=None)
    write_series(tmp_path, shape=(3, 5, 6), **tags)
    picture = read_picture(scanned(tmp_path))
    assert picture.unit == "BQML"
    assert any("body weight is missing" in words for words in picture.warnings)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_presentation_that_wants_low_values_bright_inverts_once(tmp_path, photometric):
    tags = {"PresentationLUTShape": "INVERSE", "PhotometricInterpretation": photometric}
    write_series(tmp_path, shape=(3, 5, 6), **tags)
    found = scanned(tmp_path)
    assert found.first.is_inverted
    assert read_picture(found).inverted
