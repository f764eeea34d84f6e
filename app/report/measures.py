"""Numbers of nature: how they are written with unit, interval and cut-off, and drawn to scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

from inference.card import Target
from inference.prediction import Finding, State

_DECIMALS = {"mmHg": 0}  # all pressures are read in whole millimetres of mercury


@dataclass(frozen=True)
class Scale:
    """A physical scale from `low` to `high`."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """Where a value lies, 0..1; what lies outside is held at the end."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


def is_measure(target: Target) -> bool:
    """A number with a physical unit rather than the logit of a class."""
    return target.group == "measure" or target.unit not in ("", "logit")


def decimals(target: Target) -> int:
    """One rule per quantity: as many as tell values near its cut-off apart by about two per cent."""
    if target.unit in _DECIMALS:
        return _DECIMALS[target.unit]
    size = abs(target.threshold)
    return 0 if size >= 20 else 1 if size >= 1.5 else 2


def number(value: float, target: Target) -> str:
    """A value of a quantity without its unit."""
    return f"{value:.{decimals(target)}f}".replace("-", "−")


def value_words(finding: Finding) -> str:
    """The value alone, such as "47 %"."""
    if finding.score is None:
        return ""
    return f"{number(finding.score, finding.target)} {finding.target.unit}".rstrip()


def measure_words(finding: Finding) -> str:
    """The value with its 95 % interval and its cut-off, such as "47 % (41 to 53), cut-off 50 %"."""
    if finding.score is None:
        return ""
    target = finding.target
    between = ""
    if finding.interval is not None:
        low, high = (number(value, target) for value in finding.interval)
        between = f" ({low} to {high})"
    return (
        f"{value_words(finding)}{between}, cut-off {number(target.threshold, target)} {target.unit}".rstrip()
    )


def change_between(before: float, after: float, target: Target) -> str:
    """Two values of a quantity, such as "64.5 → 64.1": with one decimal more where they would read alike."""
    usual = decimals(target)
    for places in (usual, usual + 1, usual + 2):
        told = [f"{value:.{places}f}".replace("-", "−") for value in (before, after)]
        if told[0] != told[1]:
            break
    return " → ".join(told)


def outcome_words(finding: Finding) -> str:
    """The state as a reader says it: of a measure, on which side of its cut-off the value lies."""
    found = finding.state is State.FINDING
    if finding.score is None or not is_measure(finding.target):
        return finding.state.value
    side = "below" if finding.target.below is found else "above"
    return f"{'finding' if found else 'no finding'}, {side} cut-off"


def interval_words(finding: Finding) -> str:
    """The 95 % interval with its unit, such as "95 % interval 41 to 53 %"; empty where there is none."""
    if finding.interval is None:
        return ""
    low, high = (number(value, finding.target) for value in finding.interval)
    return f"95 % interval {low} to {high} {finding.target.unit}".rstrip()


def change_words(delta: float, target: Target) -> str:
    """A change with its sign and unit, such as "+6 %"."""
    return f"{delta:+.{decimals(target)}f} {target.unit}".replace("-", "−").rstrip()


def scale_of(finding: Finding) -> Scale:
    """From zero to twice the cut-off, which so is the middle; wider where the value lies outside."""
    return scale_of_both(finding, finding)


def scale_of_both(before: Finding, now: Finding) -> Scale:
    """One scale for the same quantity in two studies."""
    twice = 2 * now.target.threshold
    values = (before.score, now.score, *(before.interval or ()), *(now.interval or ()))
    inside = [v for v in values if v is not None and math.isfinite(v)]
    low = min(0.0, twice, *(v * 1.05 for v in inside))
    high = max(0.0, twice, *(v * 1.05 for v in inside))
    return Scale(low, high if high > low else low + 1.0)


def chance_words(probability: float | None) -> str:
    """A calibrated probability in per cent, never as if it were nothing; or that there is none."""
    if probability is None:
        return "not known"
    return "< 1 %" if probability < 0.01 else f"{100 * probability:.0f} %"
