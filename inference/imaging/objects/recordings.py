"""ECG recordings: their leads in millivolts, and what the file says about them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset

from inference.errors import FileError
from inference.imaging.layout import number, quietly
from inference.imaging.objects.items import code, items, lines, text
from inference.imaging.objects.kinds import RECORDINGS
from inference.imaging.objects.opening import OTHER_HINT, read_object
from inference.imaging.values import iso_date, iso_time
from inference.imaging.waveforms import Trace, channels_of


@dataclass(frozen=True, eq=False)
class Recording:
    """Leads side by side in time.

    facts    what the file says of the recording, line by line
    remarks  what the device or a reader noted; plain untrusted text
    """

    title: str
    channels: tuple[Trace, ...]
    facts: tuple[str, ...] = ()
    remarks: str = ""

    @property
    def length_ms(self) -> float:
        """From the first sample to the last of any lead."""
        return max(c.start_ms + c.length_ms for c in self.channels)


def read_recording(path: Path) -> Recording:
    """The leads of an ECG file. FileError where none can be read."""
    header = read_object(path, "an ECG", RECORDINGS)
    with quietly():
        channels = channels_of(header)
        if not channels:
            hint = f"{OTHER_HINT} The tag browser shows what it holds."
            raise FileError(f"{path.name} holds no lead that can be read.", hint=hint)
        day, clock = text(header, "AcquisitionDateTime")[:8], text(header, "AcquisitionDateTime")[8:14]
        written = " ".join(part for part in (iso_date(day), iso_time(clock)) if part)
        title = text(header, "SeriesDescription") or text(header, "StudyDescription") or "ECG"
        longest, leads = channels[0], [c for c in channels if not c.group]
        rate = number(header, "HeartRate")
        facts = (
            f"{len(leads)} lead{'s' if len(leads) > 1 else ''} · {longest.length_ms / 1000:.1f} s · "
            f"{1000 / longest.step_ms:.0f} samples a second",
            " · ".join(part for part in (written, f"{rate:.0f} bpm" if rate else "") if part),
        )
        return Recording(title, channels, tuple(f for f in facts if f), _remarks(header))


def _remarks(header: Dataset) -> str:
    """Annotations as the file has them: measured intervals, and statements of the device."""
    said = []
    for item in items(header, "WaveformAnnotationSequence"):
        words, what = lines(item, "UnformattedTextValue"), code(item, "ConceptNameCodeSequence")
        value, unit = number(item, "NumericValue"), code(item, "MeasurementUnitsCodeSequence")
        if words:
            said.append(words)
        elif what is not None and value is not None:
            said.append(f"{what.meaning}: {value:g} {unit.value if unit else ''}".strip())
    return "\n".join(said[:200])
