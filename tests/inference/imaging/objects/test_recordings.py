"""An ECG file gives its leads in millivolts; one without a lead is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.errors import FileError
from inference.imaging.objects.kinds import ObjectKind, object_kind
from inference.imaging.objects.recordings import read_recording
from inference.imaging.scan import scan
from tests.imaging_fixtures import ROOT, write_file
from tests.inference.imaging.test_heartbeat import waveform

TWELVE_LEADS = "1.2.840.10008.5.1.4.1.1.9.1.1"


def ecg(tmp_path: Path, groups, **values) -> Path:
    d = Dataset()
    d.SOPClassUID, d.SOPInstanceUID = TWELVE_LEADS, f"{ROOT}.5.1.1"
    d.StudyInstanceUID, d.SeriesInstanceUID, d.Modality = f"{ROOT}.5", f"{ROOT}.5.1", "ECG"
    d.SeriesDescription, d.AcquisitionDateTime = "Rest ECG", "20240102093000"
    d.WaveformSequence = Sequence(groups)
    for keyword, value in values.items():
        setattr(d, keyword, value)
    return write_file(tmp_path / "ecg.dcm", d)


def test_leads_come_in_millivolts_with_their_clock(tmp_path):
    values = np.stack([np.arange(1000), -np.arange(1000)], axis=1)
    found = read_recording(ecg(tmp_path, [waveform(values, hz=500.0)]))
    assert found.title == "Rest ECG"
    assert [c.unit for c in found.channels] == ["mV", "mV"]
    assert found.length_ms == pytest.approx(1998.0)
    assert found.facts == ("2 leads · 2.0 s · 500 samples a second", "2024-01-02 09:30:00")
    assert found.channels[0].values[-1] == pytest.approx(999 * 0.00488, abs=1e-4)


def test_it_is_listed_as_an_ecg_and_not_as_a_picture(tmp_path):
    ecg(tmp_path, [waveform(np.zeros((9, 1)))])
    (shown,) = scan(tmp_path).studies[0].display_sets
    assert object_kind(shown) is ObjectKind.RECORDING


def test_what_the_device_noted_is_text_without_control_characters(tmp_path):
    note, measured, named, unit = Dataset(), Dataset(), Dataset(), Dataset()
    note.UnformattedTextValue = "Sinus\x1brhythm"
    named.CodeValue, named.CodingSchemeDesignator, named.CodeMeaning = "8634-8", "LN", "QT interval"
    unit.CodeValue, unit.CodingSchemeDesignator, unit.CodeMeaning = "ms", "UCUM", "ms"
    measured.ConceptNameCodeSequence, measured.NumericValue = Sequence([named]), "392"
    measured.MeasurementUnitsCodeSequence = Sequence([unit])
    path = ecg(tmp_path, [waveform(np.zeros((9, 1)))], WaveformAnnotationSequence=Sequence([note, measured]))
    assert read_recording(path).remarks == "Sinus rhythm\nQT interval: 392 ms"


def test_a_file_without_a_lead_that_can_be_read_says_so(tmp_path):
    group = waveform(np.zeros((9, 1)))
    group.SamplingFrequency = "0"
    with pytest.raises(FileError, match="no lead that can be read"):
        read_recording(ecg(tmp_path, [group]))


def test_a_real_twelve_lead_ecg_is_read_with_its_names():
    path = get_testdata_file("waveform_ecg.dcm")
    if path is None:
        pytest.skip("pydicom's own ECG is not here")
    found = read_recording(Path(path))
    assert "Lead I (Einthoven)" in [c.title for c in found.channels]
    assert found.facts[0].startswith("12 leads · 10.0 s")
    assert {c.group for c in found.channels} == {"", "median beat"}
    assert all(c.unit == "mV" for c in found.channels)
    assert 1 < found.length_ms / 1000 < 60
