"""What stored values mean: real-world value mappings, of parametric maps and as objects of their own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.imaging.layout import number, numbers
from inference.imaging.objects.items import Code, code, items, text
from inference.imaging.objects.kinds import VALUE_MAPPINGS
from inference.imaging.objects.opening import opening, read_object
from inference.imaging.objects.references import References, references_of
from inference.imaging.objects.report_words import unit_words

_QUANTITY = ("246205007", "SCT")
_QUANTITY_BEFORE = ("G-C1C6", "SRT")
_LOWEST = ("DoubleFloatRealWorldValueFirstValueMapped", "RealWorldValueFirstValueMapped")
_HIGHEST = ("DoubleFloatRealWorldValueLastValueMapped", "RealWorldValueLastValueMapped")


@dataclass(frozen=True, eq=False)
class ValueMapping:
    """Stored values to values in a unit. A table takes the place of slope and intercept.

    low, high  stored values that the mapping holds for, None where it does not say
    """

    label: str
    unit: str
    quantity: str = ""
    slope: float = 1.0
    intercept: float = 0.0
    table: tuple[float, ...] = ()
    low: float | None = None
    high: float | None = None

    def apply(self, stored: NDArray[Any]) -> NDArray[np.float64]:
        """The real values; outside of a table they are not a number."""
        values = np.asarray(stored, np.float64)
        if not self.table:
            mapped: NDArray[np.float64] = values * self.slope + self.intercept
            return mapped
        place = np.rint(values - (self.low or 0.0))
        inside = (place >= 0) & (place < len(self.table))
        entries = np.array([*self.table, np.nan])
        found: NDArray[np.float64] = entries[np.where(inside, place, -1).astype(int)]
        return found

    @property
    def words(self) -> str:
        """The mapping as a sentence part."""
        if self.table:
            return f"a table of {len(self.table)} values in {self.unit or 'no unit'}"
        offset = f" {'+' if self.intercept > 0 else '−'} {abs(self.intercept):g}" if self.intercept else ""
        return f"stored value × {self.slope:g}{offset} {self.unit}".rstrip()


@dataclass(frozen=True, eq=False)
class MappingObject:
    """A file that says what the values of other files mean."""

    title: str
    mappings: tuple[ValueMapping, ...]
    references: References


def read_mappings(path: Path) -> MappingObject:
    """Every mapping that a Real World Value Mapping object holds, each once."""
    what = "a value mapping"
    header = read_object(path, what, VALUE_MAPPINGS)
    with opening(path, what):
        found = {
            mapping.words: mapping
            for item in items(header, "ReferencedImageRealWorldValueMappingSequence")
            for mapping in mappings_in(item)
        }
        title = text(header, "SeriesDescription") or text(header, "ContentLabel") or "Value mapping"
        return MappingObject(title, tuple(found.values()), references_of(header))


def mappings_in(item: Dataset | None) -> tuple[ValueMapping, ...]:
    """The mappings of a functional group or of the top level."""
    return tuple(
        mapping
        for inner in items(item, "RealWorldValueMappingSequence")
        if (mapping := mapping_from(inner)) is not None
    )


def mapping_from(item: Dataset) -> ValueMapping | None:
    """One mapping; None where it maps nothing."""
    table = numbers(item, "RealWorldValueLUTData")
    slope, intercept = (number(item, f"RealWorldValue{k}") for k in ("Slope", "Intercept"))
    if slope is None and not table:
        return None
    label = text(item, "LUTExplanation") or text(item, "LUTLabel")
    return ValueMapping(
        label=label,
        unit=unit_words(code(item, "MeasurementUnitsCodeSequence")),
        quantity=_quantity(item),
        slope=1.0 if slope is None else slope,
        intercept=intercept or 0.0,
        table=table,
        low=_end(item, _LOWEST),
        high=_end(item, _HIGHEST),
    )


def _end(item: Dataset, keywords: tuple[str, str]) -> float | None:
    return next((found for k in keywords if (found := number(item, k)) is not None), None)


def _quantity(item: Dataset) -> str:
    """What is measured, such as "Apparent Diffusion Coefficient"."""
    for inner in items(item, "QuantityDefinitionSequence"):
        name: Code | None = code(inner, "ConceptNameCodeSequence")
        value = code(inner, "ConceptCodeSequence")
        if value and name and name.is_one_of(_QUANTITY, _QUANTITY_BEFORE):
            return value.meaning
    return ""
