"""What the nine values must agree on, and what they mean together: pulmonary hypertension after ESC/ERS 2022.

Values go by the names of the targets, never by their position. Free of torch.
"""

from __future__ import annotations

from collections.abc import Mapping

from inference.card import Target

Values = Mapping[str, float]

RAP, SPAP, DPAP, MPAP, PCWP = "rap", "spap", "dpap", "mpap", "pcwp"
CO, CI, SVRI, PVR = "co", "ci", "svri", "pvr"
_FAR = 0.25  # relative difference from which two values that should agree are called inconsistent
_PRESSURE_MMHG = 3.0


def echo_targets() -> tuple[Target, ...]:
    """The nine values with their units and clinical cut-offs, in the order of the published heads."""
    return (
        _measure(RAP, "Right atrial pressure", "mmHg", 8.0),
        _measure(SPAP, "Systolic pulmonary artery pressure", "mmHg", 40.0),
        _measure(DPAP, "Diastolic pulmonary artery pressure", "mmHg", 15.0),
        _measure(MPAP, "Mean pulmonary artery pressure", "mmHg", 20.0),
        _measure(PCWP, "Pulmonary capillary wedge pressure", "mmHg", 15.0),
        _measure(CO, "Cardiac output", "L/min", 4.0, below=True),
        _measure(CI, "Cardiac index", "L/min/m²", 2.5, below=True),
        _measure(SVRI, "Systemic vascular resistance index", "dyn·s/cm⁵·m²", 2400.0),
        _measure(PVR, "Pulmonary vascular resistance", "Wood units", 2.0),
    )


def _measure(name: str, title: str, unit: str, cut_off: float, *, below: bool = False) -> Target:
    return Target(name, title, unit, cut_off, group="measure", below=below)


def inconsistencies(values: Values, surface_m2: float | None = None) -> tuple[str, ...]:
    """Where the values contradict each other, in sentences; nothing is corrected."""
    found = []
    if not values[DPAP] < values[MPAP] < values[SPAP]:
        found.append(
            f"The mean pulmonary pressure ({values[MPAP]:.0f} mmHg) does not lie between the diastolic "
            f"({values[DPAP]:.0f}) and the systolic ({values[SPAP]:.0f}) one."
        )
    third = values[DPAP] + (values[SPAP] - values[DPAP]) / 3
    if abs(third - values[MPAP]) > max(_PRESSURE_MMHG, _FAR * values[MPAP]):
        found.append(
            f"Systolic and diastolic pressure make a mean of {third:.0f} mmHg, the model says "
            f"{values[MPAP]:.0f} mmHg."
        )
    resistance = (values[MPAP] - values[PCWP]) / max(values[CO], 0.1)
    if abs(resistance - values[PVR]) > max(1.0, _FAR * values[PVR]):
        found.append(
            f"(mean pressure - wedge pressure) / cardiac output makes {resistance:.1f} Wood units, the model "
            f"says {values[PVR]:.1f}."
        )
    if surface_m2 is not None and _apart(values[CO] / surface_m2, values[CI]):
        found.append(
            f"Cardiac output over the body surface of {surface_m2:.2f} m² makes an index of "
            f"{values[CO] / surface_m2:.1f} L/min/m², the model says {values[CI]:.1f}."
        )
    return tuple(found)


def hypertension(values: Values) -> str:
    """The haemodynamic class of ESC/ERS 2022 that the values stand for."""
    if values[MPAP] <= 20:
        return "no pulmonary hypertension (mean pressure 20 mmHg or less)"
    wedge_high, resistance_high = values[PCWP] > 15, values[PVR] > 2
    names = {
        (False, True): "pre-capillary pulmonary hypertension",
        (True, False): "isolated post-capillary pulmonary hypertension",
        (True, True): "combined post- and pre-capillary pulmonary hypertension",
        (False, False): "unclassified pulmonary hypertension (resistance and wedge pressure not raised)",
    }
    return names[wedge_high, resistance_high]


def _apart(one: float, other: float) -> bool:
    return abs(one - other) > _FAR * max(abs(other), 1e-6)
