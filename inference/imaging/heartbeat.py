"""The heart under a loop: an ECG that the file carries, and where its frames lie between two R waves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.errors import ReviewError
from inference.imaging.functional_groups import MOST_FRAMES
from inference.imaging.layout import number, numbers, quietly
from inference.imaging.objects.items import first
from inference.imaging.objects.opening import read_object
from inference.imaging.placement import frame_of
from inference.imaging.stack import place
from inference.imaging.study import DisplaySet
from inference.imaging.waveforms import Trace, trace_of

LONGEST_MS, SHORTEST_MS = 3000.0, 200.0  # from one R wave to the next

Times = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Heartbeat:
    """What is known of the heart while a loop was taken. All times count from the first frame.

    trace        an ECG, or None
    r_ms         R waves, where the file marks them or every frame says how long after one it was taken
    interval_ms  from R wave to R wave; None where the file does not say
    source       which header fields say so, in words
    gated        the frames were sorted into one beat: the loop is that beat, from many
    """

    trace: Trace | None = None
    r_ms: tuple[float, ...] = ()
    interval_ms: float | None = None
    source: str = ""
    gated: bool = False

    @property
    def is_known(self) -> bool:
        """Whether there is anything to be drawn."""
        return self.trace is not None or bool(self.r_ms)

    def phase_of(self, moment_ms: float) -> float | None:
        """Share 0..1 of the way from the R wave before to the next one; None where that is not known."""
        before = [r for r in self.r_ms if r <= moment_ms + 1e-6]
        if not before or not self.interval_ms:
            return None
        after = [r for r in self.r_ms if r > moment_ms + 1e-6]
        length = after[0] - before[-1] if after else self.interval_ms
        share = (moment_ms - before[-1]) / length
        return share if 0 <= share <= 1 else None


def heartbeat_of(display_set: DisplaySet, pictures: Sequence[int], times_ms: Times) -> Heartbeat:
    """What the files of a loop say; nothing where they cannot be read. Called on a pool thread.

    pictures  the frames of the loop, as places in the display set
    times_ms  (frames,) start of each from the first
    """
    places = [place(display_set, picture) for picture in pictures]
    triggers = [frame_of(*found).trigger_time_ms for found in places]
    try:
        header = read_object(places[0][0].path, "a loop")
    except (ReviewError, IndexError):
        return Heartbeat()
    one_file = len({instance.path for instance, _frame in places}) == 1
    return heartbeat_from(header, times_ms, triggers, one_file=one_file)


def heartbeat_from(
    header: Dataset, times_ms: Times, triggers_ms: Sequence[float | None], *, one_file: bool = True
) -> Heartbeat:
    """The same from a header; a trace belongs to the frames of its own file alone."""
    with quietly():
        trace = trace_of(header, float(times_ms[-1]) if len(times_ms) else 0.0) if one_file else None
        interval = interval_of(header)
        marked = _marked(header, times_ms) if one_file else ()
    if marked:
        gaps = np.diff(marked)
        between = float(np.median(gaps)) if len(gaps) else interval
        return Heartbeat(trace, marked, between, "R waves marked in the file")
    gated = _gated(times_ms, triggers_ms, interval)
    if gated and interval:
        return Heartbeat(trace, gated, interval, "Trigger Time", gated=True)
    return Heartbeat(trace, (), interval, trace.title if trace else "")


def interval_of(header: Dataset) -> float | None:
    """From R wave to R wave as the scanner says, else from the heart rate; None where neither can be true."""
    shared = first(first(header, "SharedFunctionalGroupsSequence"), "CardiacSynchronizationSequence")
    nominal = number(header, "NominalInterval") or (
        number(shared, "RRIntervalTimeNominal") if shared is not None else None
    )
    rate = number(header, "HeartRate")
    for given in (nominal, 60_000 / rate if rate and rate > 0 else None):
        if given is not None and SHORTEST_MS <= given <= LONGEST_MS:
            return float(given)
    return None


def _gated(times_ms: Times, triggers_ms: Sequence[float | None], interval: float | None) -> tuple[float, ...]:
    """The R waves round frames that were sorted by their time after one; empty where they were not."""
    known = [t for t in triggers_ms if t is not None]
    if (
        interval is None
        or len(known) != len(triggers_ms)
        or len(set(known)) < 3
        or len(times_ms) != len(known)
    ):
        return ()
    after = np.asarray(known, float)
    if not (np.diff(after) > 0).all() or after[-1] - after[0] > interval * 1.2:
        return ()
    begin = -float(after[0] % interval)
    return begin, begin + interval


def _marked(header: Dataset, times_ms: Times) -> tuple[float, ...]:
    """R waves that an ultrasound machine marks: by time, or by the frame at which they were."""
    vector = numbers(header, "RWaveTimeVector")
    frames = [int(n) for n in numbers(header, "RWavePointer")]
    last = float(times_ms[-1]) if len(times_ms) else 0.0
    found = [t for t in vector if -LONGEST_MS <= t <= last + LONGEST_MS]
    if not found:
        found = [float(times_ms[n - 1]) for n in frames if 1 <= n <= min(len(times_ms), MOST_FRAMES)]
    return tuple(sorted(dict.fromkeys(found)))
