"""Measurements to plain JSON values and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.viewer.measurements.measurement import Kind, Measurement, Scale, Site, Space, Statistics


def to_plain(measurement: Measurement) -> dict[str, Any]:
    """Everything that the value holds."""
    return asdict(measurement)


def from_plain(plain: Mapping[str, Any]) -> Measurement:
    """The value again; KeyError, TypeError or ValueError where it is none."""
    spacing = plain["scale"]["spacing_mm"]
    found = plain["statistics"]
    return Measurement(
        uid=str(plain["uid"]),
        kind=Kind(plain["kind"]),
        site=_site_from(plain["site"]),
        space=Space(plain["space"]),
        points=tuple((float(x), float(y), float(z)) for x, y, z in plain["points"]),
        scale=Scale(plain["scale"]["source"], None if spacing is None else (spacing[0], spacing[1])),
        statistics=None if found is None else Statistics(**found),
        text=str(plain["text"]),
        author=str(plain["author"]),
        created=str(plain["created"]),
        locked=plain.get("locked") is True,
    )


def _site_from(plain: Mapping[str, Any]) -> Site:
    axes = plain.get("axes_lps")
    if axes is None:
        return Site(**plain)
    slice_lps, down_lps, across_lps = ((float(x), float(y), float(z)) for x, y, z in axes)
    return Site(**{**plain, "axes_lps": (slice_lps, down_lps, across_lps)})
