"""Back from a value with a meaning to what the file stores: for readers who check one against the other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rescale:
    """How the values of one picture came from stored ones; the factor to uptake is part of the slope.

    whole  the file stores whole numbers
    """

    slope: float = 1.0
    intercept: float = 0.0
    whole: bool = True

    @property
    def is_plain(self) -> bool:
        """Values are what is stored."""
        return (self.slope, self.intercept) == (1.0, 0.0)

    def stored(self, value: float) -> float:
        """What the file stores where a picture shows `value`."""
        before = (value - self.intercept) / self.slope
        return float(round(before)) if self.whole else before


Rescales = tuple[Rescale | None, ...]
"""One per picture; None where a table was used, which cannot be undone. Empty where nothing is known."""
