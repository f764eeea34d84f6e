"""Waveforms in DICOM files, of an ECG or of an image, and the curves of old ultrasound, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.waveforms import multiplex_array

from inference.imaging.layout import number
from inference.imaging.objects.items import code, items, text

MOST_SAMPLES = 20_000_000  # of one group of channels; a header may claim any number
MOST_CHANNELS = 64
_CURVE_GROUPS = range(0x5000, 0x5020, 2)
_CURVE_TYPES = {0: "u2", 1: "i2", 2: "f4", 3: "f8", 4: "i4"}
_MS = {"MSEC": 1.0, "MS": 1.0, "SEC": 1000.0, "S": 1000.0}
_MILLIVOLTS = {"uV": 0.001, "mV": 1.0, "V": 1000.0, "nV": 1e-6}
_ECG = ("ecg", "ekg", "lead")

Values = NDArray[np.float32]
Moments = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trace:
    """One channel in time.

    values    (samples,) in `unit`
    step_ms   from one sample to the next
    start_ms  of the first sample, from the first frame of the loop or the first sample of the recording
    group     what it is one of, where the file holds more than one recording, such as "median beat"
    spread    the file does not say how long it lasts: it is laid over the whole loop
    """

    title: str
    values: Values
    unit: str
    step_ms: float
    start_ms: float = 0.0
    spread: bool = False
    group: str = ""

    @property
    def length_ms(self) -> float:
        """From the first sample to the last."""
        return self.step_ms * max(len(self.values) - 1, 0)


def trace_of(header: Dataset, loop_ms: float) -> Trace | None:
    """The ECG that a loop carries; None where there is none."""
    channels = channels_of(header)
    ecg = [c for c in channels if any(word in c.title.lower() for word in _ECG)]
    found = next(iter(ecg or channels), None)
    return found or next((t for group in _CURVE_GROUPS if (t := _curve(header, group, loop_ms))), None)


def channels_of(header: Dataset) -> tuple[Trace, ...]:
    """The channels of every multiplex group that can be read."""
    found = list[Trace]()
    for index, group in enumerate(items(header, "WaveformSequence")):
        found += _channels(header, index, group)
    return tuple(found[:MOST_CHANNELS])


def _channels(header: Dataset, index: int, group: Dataset) -> list[Trace]:
    rate = number(group, "SamplingFrequency")
    count, samples = number(group, "NumberOfWaveformChannels"), number(group, "NumberOfWaveformSamples")
    if not rate or rate <= 0 or not count or not samples or count * samples > MOST_SAMPLES:
        return []
    try:
        values = multiplex_array(header, index, as_raw=False)  # (samples, channels)
    except Exception:  # noqa: BLE001 - untrusted bytes: a group that cannot be read is not there
        return []
    start_ms = number(group, "MultiplexGroupTimeOffset") or 0.0
    named = (text(group, "MultiplexGroupLabel").lower() or f"part {index + 1}") if index else ""
    told = items(group, "ChannelDefinitionSequence")
    return [
        replace(
            _channel(values[:, n], told[n] if n < len(told) else Dataset(), n, 1000 / rate, start_ms),
            group=named,
        )
        for n in range(values.shape[1])
    ]


def _channel(values: NDArray[np.float64], told: Dataset, n: int, step_ms: float, start_ms: float) -> Trace:
    source = code(told, "ChannelSourceSequence")
    title = text(told, "ChannelLabel") or (source.meaning if source else "") or f"Channel {n + 1}"
    unit = code(told, "ChannelSensitivityUnitsSequence")
    name = unit.value if unit else ""
    times = _MILLIVOLTS.get(name)
    finite = np.nan_to_num(np.asarray(values, np.float32) * np.float32(times or 1.0))
    return Trace(title, finite, "mV" if times else name, step_ms, start_ms)


def _curve(header: Dataset, group: int, loop_ms: float) -> Trace | None:
    """A curve of old ultrasound (retired): equal steps in time, or pairs of moment and value."""
    told = {name: _said(header, group << 16 | element) for name, element in _ELEMENTS.items()}
    if not any("ECG" in str(told[name]).upper() for name in ("type", "description", "label")):
        return None
    kind, points = _CURVE_TYPES.get(_whole(told["representation"])), _whole(told["points"])
    data = told["data"]
    if not isinstance(data, bytes) or kind is None or not 2 <= points <= MOST_SAMPLES:
        return None
    values = np.frombuffer(data, f"<{kind}", len(data) // np.dtype(kind).itemsize).astype(np.float64)
    in_ms = _MS.get(next(iter(_several(told["units"])), "").strip().upper(), 0.0)
    if len(values) >= 2 * points:
        return _paired(values[: 2 * points], in_ms, loop_ms)
    if len(values) < points:
        return None
    step, start = (_number(told[name]) for name in ("step", "start"))
    return _laid(values[:points], step * in_ms, start * in_ms, loop_ms)


def _paired(values: Moments, in_ms: float, loop_ms: float) -> Trace | None:
    moments, heights = values[::2], values[1::2]
    if not np.isfinite(moments).all() or (np.diff(moments) <= 0).any():
        return None
    even = np.linspace(moments[0], moments[-1], len(moments))
    step_ms = float(even[1] - even[0]) * in_ms
    return _laid(np.interp(even, moments, heights), step_ms, float(moments[0]) * in_ms, loop_ms)


def _laid(values: Moments, step_ms: float, start_ms: float, loop_ms: float) -> Trace | None:
    heights = np.nan_to_num(np.asarray(values, np.float32))
    if step_ms > 0:
        return Trace("ECG", heights, "", step_ms, start_ms)
    if loop_ms <= 0:
        return None
    return Trace("ECG", heights, "", loop_ms / (len(heights) - 1), 0.0, spread=True)


def _said(header: Dataset, tag: int) -> Any:
    try:
        element = header.get(tag)
        return "" if element is None else element.value
    except Exception:  # noqa: BLE001 - pydicom converts on access, and untrusted bytes fail in many ways
        return ""


def _several(value: Any) -> list[str]:
    return [str(part) for part in value] if isinstance(value, MultiValue | list) else [str(value)]


def _number(value: Any) -> float:
    """The first number; 0 where there is none."""
    try:
        found = float(_several(value)[0])
    except (ValueError, IndexError):
        return 0.0
    return found if np.isfinite(found) else 0.0


def _whole(value: Any) -> int:
    return int(_number(value))


_ELEMENTS = {
    "points": 0x0010, "type": 0x0020, "description": 0x0022, "units": 0x0030, "representation": 0x0103,
    "start": 0x0112, "step": 0x0114, "label": 0x2500, "data": 0x3000,
}  # fmt: skip
