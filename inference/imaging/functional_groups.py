"""What a header or one of its frames says about place and kind: functional groups, dose grids, tomograms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.imaging import tags
from inference.imaging.facts import windows
from inference.imaging.study import Frame, Triple, Window
from inference.imaging.values import Values, as_seconds, private_numbers

MOST_FRAMES = 1_000_000
CENTIMETRES = 3
TISSUE_FORMAT = 1  # spatial format "2D"
GE_OFFSET = 100_000  # GE adds multiples of this to the b-value


def frame_from(values: Values) -> Frame:
    """The place and the keys that one data set or functional group states."""
    row, column = orientation(values)
    acquired = as_seconds(values.text(tags.ACQUISITION_TIME)) or as_seconds(values.text(tags.CONTENT_TIME))
    return Frame(
        position_lps_mm=values.triple(tags.POSITION),
        row_lps=row,
        column_lps=column,
        spacing_mm=values.pair(tags.PIXEL_SPACING),
        slice_thickness_mm=values.number(tags.SLICE_THICKNESS),
        image_type=values.texts(tags.FRAME_TYPE) or values.texts(tags.IMAGE_TYPE),
        stack=values.text(tags.STACK),
        echo_number=values.whole(tags.ECHO_NUMBER),
        echo_time_ms=_either(values, tags.EFFECTIVE_ECHO_TIME, tags.ECHO_TIME),
        inversion_time_ms=values.number(tags.INVERSION_TIME),
        b_value=b_value(values),
        gradient=gradient(values),
        acquisition_number=_whole(_either(values, tags.FRAME_ACQUISITION_NUMBER, tags.ACQUISITION_NUMBER)),
        temporal_position=_whole(_either(values, tags.TEMPORAL_INDEX, tags.TEMPORAL_POSITION)),
        trigger_time_ms=_either(values, tags.TRIGGER_DELAY, tags.TRIGGER_TIME),
        acquired_at_s=acquired,
    )


def orientation(values: Values) -> tuple[Triple | None, Triple | None]:
    """Directions of growing column and row index."""
    numbers = values.numbers(tags.ORIENTATION)
    if len(numbers) != 6:
        return None, None
    a, b, c, d, e, f = numbers
    return (a, b, c), (d, e, f)


def b_value(values: Values) -> float | None:
    """The diffusion weighting in s/mm2: the standard's element, else the vendor's own."""
    stated = values.number(tags.B_VALUE)
    if stated is not None:
        return stated
    for group, creator, element, vr in tags.PRIVATE_B_VALUES:
        numbers = private_numbers(values, group, creator, element, vr)
        if numbers and numbers[0] >= 0:
            return numbers[0] % GE_OFFSET if group == 0x0043 else numbers[0]
    return None


def gradient(values: Values) -> Triple | None:
    """Direction of the diffusion weighting."""
    numbers = values.numbers(tags.GRADIENT)
    for group, creator, element, vr in tags.PRIVATE_GRADIENTS:
        numbers = numbers or private_numbers(values, group, creator, element, vr)
    return (numbers[0], numbers[1], numbers[2]) if len(numbers) == 3 else None


def frame_headers(values: Values, top: Frame, frames: int) -> tuple[Frame, ...]:
    """One entry per frame where the frames have places or keys of their own; else empty."""
    if values.elements.nested.get(tags.FRAME_GROUPS):
        return _functional_groups(values, top, frames)
    if frames > 1 and values.raw(tags.DOSE_OFFSETS):
        return _dose_planes(values, top, frames)
    if frames > 1 and "RECON TOMO" in values.texts(tags.IMAGE_TYPE):
        return _tomogram(values, top, frames)
    return ()


def frame_windows(values: Values) -> tuple[Window, ...]:
    """The windows in the groups of a multi-frame file: shared by all frames, else of the middle one."""
    own = values.items(tags.FRAME_GROUPS)
    groups = (*values.items(tags.SHARED_GROUPS)[:1], *own[len(own) // 2 :][:1])
    return next((found for found in map(windows, groups) if found), ())


def ultrasound_spacing(values: Values) -> tuple[float, float] | None:
    """Pixel spacing of the two-dimensional regions measured in centimetres, where they agree."""
    found = {_region_spacing(item) for item in values.items(tags.US_REGIONS)} - {None}
    return found.pop() if len(found) == 1 else None


def _region_spacing(region: Values) -> tuple[float, float] | None:
    units = (region.number(tags.REGION_X_UNIT), region.number(tags.REGION_Y_UNIT))
    if region.number(tags.REGION_FORMAT) != TISSUE_FORMAT or units != (CENTIMETRES, CENTIMETRES):
        return None
    x, y = region.number(tags.REGION_X_STEP), region.number(tags.REGION_Y_STEP)
    return (abs(y) * 10.0, abs(x) * 10.0) if x and y else None


def _functional_groups(values: Values, top: Frame, frames: int) -> tuple[Frame, ...]:
    """Per-frame groups over shared groups; what the top level says of places is a leftover and ignored."""
    blank = replace(top, position_lps_mm=None, row_lps=None, column_lps=None, temporal_position=None)
    shared = values.items(tags.SHARED_GROUPS)
    common = _over(blank, frame_from(shared[0])) if shared else blank
    own = values.items(tags.FRAME_GROUPS)
    return tuple(_over(common, frame_from(own[k])) if k < len(own) else common for k in range(frames))


def _over(under: Frame, over: Frame) -> Frame:
    stated = {name: value for name, value in vars(over).items() if value not in (None, (), "")}
    return replace(under, **stated)


def _dose_planes(values: Values, top: Frame, frames: int) -> tuple[Frame, ...]:
    """RT dose: planes at offsets along the normal, counted from the first or given as patient z."""
    offsets = np.asarray(values.numbers(tags.DOSE_OFFSETS))
    if len(offsets) != frames:
        return ()
    return _along_normal(top, offsets - offsets[0])


def _tomogram(values: Values, top: Frame, frames: int) -> tuple[Frame, ...]:
    """Reconstructed nuclear medicine: evenly spaced from the first detector's position."""
    detectors = values.items(tags.NM_DETECTORS)
    step_mm = _either(values, tags.SLICE_STEP, tags.SLICE_THICKNESS)
    if not detectors or not step_mm:
        return ()
    return _along_normal(_over(top, frame_from(detectors[0])), np.arange(frames) * step_mm)


def _along_normal(start: Frame, offsets_mm: NDArray[Any]) -> tuple[Frame, ...]:
    if not (start.position_lps_mm and start.row_lps and start.column_lps):
        return ()
    normal = np.cross(start.row_lps, start.column_lps)
    places = np.asarray(start.position_lps_mm) + np.outer(offsets_mm, normal)
    return tuple(replace(start, position_lps_mm=(float(x), float(y), float(z))) for x, y, z in places)


def _either(values: Values, better: int, other: int) -> float | None:
    number = values.number(better)
    return values.number(other) if number is None else number


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
