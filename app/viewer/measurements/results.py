"""What a measurement found: named numbers with units, and how they are written."""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.viewer.measurements.geometry import angle_deg, area, cobb_deg, length
from app.viewer.measurements.measurement import MEASURING, REGIONS, Kind, Measurement, Space
from app.viewer.probe import place_text

_POINTS = {
    Kind.LENGTH: 2, Kind.BIDIRECTIONAL: 4, Kind.ANGLE: 3, Kind.COBB: 4,
    Kind.ELLIPSE: 4, Kind.RECTANGLE: 4, Kind.FREEHAND: 3, Kind.SPLINE: 3,
}  # fmt: skip
"""Without which there is nothing to tell yet, as while it is being drawn."""


@dataclass(frozen=True)
class Result:
    """One number."""

    name: str
    value: float
    unit: str
    decimals: int | None = None  # where a group of numbers is written alike

    @property
    def words(self) -> str:
        """The number with its unit: one decimal, three figures where it is small."""
        return f"{number(self.value, self.decimals)}{'' if self.unit in ('', '°') else ' '}{self.unit}"


def number(value: float, decimals: int | None = None) -> str:
    """One decimal; three significant figures below one; the minus as wide as the plus."""
    if not math.isfinite(value):
        return "–"
    if decimals is not None:
        return f"{value:.{decimals}f}".replace("-", "−")
    small = 0 < abs(value) < 1
    return (f"{value:.3g}" if small else f"{value:.1f}").replace("-", "−")


def results(measurement: Measurement) -> tuple[Result, ...]:
    """All numbers of a measurement, the first one first."""
    points, unit = measurement.metric, measurement.unit
    kind = measurement.kind
    if len(points) < _POINTS.get(kind, 0):
        return ()
    if kind is Kind.LENGTH:
        return (Result("length", length(points[0], points[1]), unit),)
    if kind is Kind.BIDIRECTIONAL:
        axes = sorted((length(points[0], points[1]), length(points[2], points[3])), reverse=True)
        return (Result("long axis", axes[0], unit), Result("short axis", axes[1], unit))
    if kind is Kind.ANGLE:
        return (Result("angle", angle_deg(points), "°"),)
    if kind is Kind.COBB:
        return (Result("Cobb angle", cobb_deg(points), "°"),)
    return _region(measurement) if kind in REGIONS else ()


def _region(measurement: Measurement) -> tuple[Result, ...]:
    surface = Result("area", area(measurement.kind, measurement.metric), f"{measurement.unit}²")
    found = measurement.statistics
    if found is None:
        return (surface,)
    grey = (("mean", found.mean), ("SD", found.sd), ("min", found.minimum), ("max", found.maximum))
    alike = decimals_for(found.maximum - found.minimum) if found.maximum > found.minimum else None
    return (surface, *(Result(name, value, found.unit, alike) for name, value in grey))


def decimals_for(extent: float) -> int:
    """As many decimals as tell values on a scale of this extent apart: one for Hounsfield units."""
    return min(6, max(1, 2 - math.floor(math.log10(extent))))


def lines(measurement: Measurement) -> tuple[str, ...]:
    """What stands beside a measurement on the picture; every length says what it is measured by."""
    found = {result.name: result.words for result in results(measurement)}
    if not found and measurement.kind in _POINTS:
        return ()
    own = (measurement.text,) if measurement.text and measurement.kind is not Kind.CALIBRATION else ()
    if measurement.kind is Kind.BIDIRECTIONAL:
        numbers: tuple[str, ...] = (f"{found['long axis']} × {found['short axis']}",)
    elif measurement.kind in REGIONS:
        numbers = _region_lines(measurement, found)
    elif measurement.kind is Kind.CALIBRATION:
        numbers = (f"{measurement.text} mm, as given",)
    else:
        numbers = tuple(found.values())
    if measurement.kind not in MEASURING:
        return (*own, *numbers)
    source = measurement.scale.source
    if len(numbers) == 1 and measurement.in_millimetres:
        return (*own, f"{numbers[0]} · {source}")
    return (*own, *numbers, source)


def _region_lines(measurement: Measurement, found: dict[str, str]) -> tuple[str, ...]:
    statistics = measurement.statistics
    if statistics is None:
        return (f"area {found['area']}",)
    left_out = f", {statistics.left_out} px of padding left out" if statistics.left_out else ""
    spread = f"mean {found['mean']} · SD {found['SD']}"
    ends = f"min {found['min']} · max {found['max']}"
    basis = f" · {statistics.basis}" if statistics.basis else ""
    return (spread, ends, f"area {found['area']} · {statistics.pixels} px{left_out}{basis}")


def value_words(measurement: Measurement) -> str:
    """The result in one short line, for a table."""
    found = {result.name: result.words for result in results(measurement)}
    if measurement.kind is Kind.BIDIRECTIONAL:
        return f"{found['long axis']} × {found['short axis']}"
    if measurement.kind in REGIONS:
        grey = {r.name: number(r.value, r.decimals) for r in results(measurement)}
        unit = measurement.statistics.unit if measurement.statistics else ""
        mean = f"{grey['mean']} ± {grey['SD']} {unit}".rstrip() + " · " if "mean" in grey else ""
        return f"{mean}{found['area']}"
    if measurement.kind is Kind.CALIBRATION:
        return f"{measurement.text} mm"
    if measurement.kind is Kind.POINT and measurement.space is Space.PATIENT:
        return place_text(measurement.array[0])
    return next(iter(found.values()), "")


def title(measurement: Measurement) -> str:
    """What the reader called it, else what it is."""
    kind = measurement.kind.value
    named = "" if measurement.kind is Kind.CALIBRATION else measurement.text
    return named or kind[:1].upper() + kind[1:]
