"""Where the frames of a loop lie in the heartbeat, and the ECG that a file carries, with its true times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.imaging.heartbeat import heartbeat_from, heartbeat_of
from inference.imaging.read import read_cine
from inference.imaging.scan import scan
from inference.imaging.waveforms import channels_of, trace_of

TIMES = np.arange(20) * 50.0


def header(**values) -> Dataset:
    d = Dataset()
    for keyword, value in values.items():
        setattr(d, keyword, value)
    return d


def channel(n, unit, sensitivity) -> Dataset:
    source = header(CodeValue=f"{n}", CodingSchemeDesignator="SCPECG", CodeMeaning=f"Lead {'I' * (n + 1)}")
    return header(
        ChannelSensitivity=str(sensitivity),
        ChannelBaseline="0",
        ChannelSensitivityCorrectionFactor="1",
        WaveformBitsStored=16,
        ChannelSourceSequence=Sequence([source]),
        ChannelSensitivityUnitsSequence=Sequence([header(CodeValue=unit, CodingSchemeDesignator="UCUM")]),
    )


def waveform(values, *, hz=500.0, unit="uV", sensitivity=4.88, offset_ms=0.0) -> Dataset:
    """A multiplex group of 16-bit samples (samples, channels)."""
    group = header(
        MultiplexGroupTimeOffset=str(offset_ms),
        NumberOfWaveformChannels=values.shape[1],
        NumberOfWaveformSamples=len(values),
        SamplingFrequency=str(hz),
        WaveformBitsAllocated=16,
        WaveformSampleInterpretation="SS",
        ChannelDefinitionSequence=Sequence([channel(n, unit, sensitivity) for n in range(values.shape[1])]),
    )
    group.add_new("WaveformData", "OW", np.ascontiguousarray(values, "<i2").tobytes())
    return group


def with_curve(values, *, descriptor=(0, 1), units=("MSEC", ""), step=4.0, points=None, kind=1) -> Dataset:
    d = Dataset()
    for element, vr, value in (
        (0x0005, "US", 2), (0x0010, "US", points or len(values)), (0x0020, "CS", "ECG"),
        (0x0030, "SH", list(units)), (0x0103, "US", kind), (0x0110, "US", list(descriptor)),
        (0x0112, "US", 0), (0x0114, "US", int(step)), (0x3000, "OW", np.asarray(values, "<i2").tobytes()),
    ):  # fmt: skip
        d.add_new(0x50000000 | element, vr, value)
    return d


def test_a_gated_loop_lies_between_two_r_waves():
    triggers = 25.0 + TIMES
    beat = heartbeat_from(header(NominalInterval="1016"), TIMES, list(triggers), one_file=False)
    assert beat.gated
    assert beat.r_ms == (-25.0, 991.0)
    assert beat.phase_of(TIMES[0]) == pytest.approx(25 / 1016)
    assert beat.phase_of(991.0 - 508) == pytest.approx(0.5)


def test_without_an_interval_the_heart_rate_says_how_long_a_beat_is():
    beat = heartbeat_from(header(HeartRate="60"), TIMES, list(TIMES + 10), one_file=False)
    assert beat.interval_ms == 1000


@pytest.mark.parametrize(
    "values", [{}, {"NominalInterval": "0"}, {"NominalInterval": "99999"}, {"HeartRate": "3"}]
)
def test_a_beat_that_cannot_be_true_is_not_drawn(values):
    assert not heartbeat_from(header(**values), TIMES, list(TIMES + 10)).is_known


def test_times_that_are_no_times_after_an_r_wave_make_no_beat():
    told = header(NominalInterval="1000")
    assert not heartbeat_from(told, TIMES, [0.0] * 20).is_known  # ultrasound writes one for all
    assert not heartbeat_from(told, TIMES * 4, list(TIMES * 4)).is_known  # several beats long
    assert not heartbeat_from(told, TIMES, [None] * 20).is_known


def test_r_waves_that_the_machine_marked_are_where_their_frames_are():
    beat = heartbeat_from(header(RWavePointer=[3, 18]), TIMES, [0.0] * 20)
    assert beat.r_ms == (100.0, 850.0)
    assert beat.interval_ms == 750
    assert beat.phase_of(475.0) == pytest.approx(0.5)
    assert beat.phase_of(50.0) is None


def test_a_waveform_has_its_values_in_millivolts_and_its_own_clock():
    values = np.stack([np.arange(40), np.arange(40) * -2], axis=1)
    file = header(WaveformSequence=Sequence([waveform(values, hz=250.0, offset_ms=-80.0)]))
    one, two = channels_of(file)
    assert (one.title, one.unit, one.step_ms, one.start_ms) == ("Lead I", "mV", 4.0, -80.0)
    assert np.allclose(two.values, values[:, 1] * 0.00488, atol=1e-5)
    assert trace_of(file, 950.0).title == "Lead I"


def test_a_curve_of_old_ultrasound_is_an_ecg_too():
    heights = np.round(100 * np.sin(np.arange(250) / 9)).astype(int)
    trace = heartbeat_from(with_curve(heights), TIMES, [0.0] * 20).trace
    assert (trace.step_ms, trace.spread, len(trace.values)) == (4.0, False, 250)
    assert np.allclose(trace.values, heights)


def test_a_curve_without_a_clock_is_laid_over_the_loop_and_says_so():
    trace = trace_of(with_curve(np.arange(96), units=("DPPS", "DPPS")), 950.0)
    assert trace.spread
    assert trace.length_ms == pytest.approx(950.0)


def test_a_curve_of_pairs_is_put_on_even_steps():
    pairs = np.stack([np.arange(0, 400, 8), np.arange(50)], axis=1).ravel()
    trace = trace_of(with_curve(pairs, descriptor=(1, 1), points=50), 950.0)
    assert trace.step_ms == pytest.approx(8.0)
    assert np.allclose(trace.values, np.arange(50))


@pytest.mark.parametrize("damage", ["short", "text", "points", "kind"])
def test_a_damaged_curve_is_not_there(damage):
    d = with_curve(np.arange(96))
    if damage == "short":
        d[0x50003000].value = b"\x01"
    elif damage == "text":
        d[0x50000020].value = "VELOCITY"
    elif damage == "points":
        d[0x50000010].value = 0
    else:
        d[0x50000103].value = 77
    assert trace_of(d, 950.0) is None


def test_a_damaged_waveform_is_not_there():
    group = waveform(np.zeros((40, 2)))
    group.NumberOfWaveformSamples = 4_000_000_000
    assert channels_of(header(WaveformSequence=Sequence([group]))) == ()
    group.NumberOfWaveformSamples = 4000
    assert channels_of(header(WaveformSequence=Sequence([group]))) == ()


def test_a_real_short_axis_loop_has_its_r_waves(shared_data: Path):
    folder = shared_data / "cardiac_cine" / "sunnybrook_SCD0002001_sax" / "SCD2001_000"
    (shown,) = scan(folder).studies[0].display_sets
    cine = read_cine(shown)
    beat = heartbeat_of(shown, cine.pictures or range(len(cine.frames)), cine.times_ms)
    assert beat.gated
    assert beat.interval_ms == 1016
    assert beat.phase_of(0.0) == pytest.approx(0.025, abs=0.001)
