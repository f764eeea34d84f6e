"""What headers and looks say, text by text, each under the name by which a corner plan calls it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from app.viewer.grey import VOI_LUT
from app.viewer.look import Cut, Look, Oblique, Plane, Slab
from app.viewer.picture_plane import PicturePlane
from app.viewer.turned_planes import off_deg
from inference.imaging.study import DisplaySet, Instance, Patient, Study, Window
from inference.imaging.volume import letters

Values = Mapping[str, str]


@dataclass(frozen=True)
class Caption:
    """The texts that stay the same while a series is on show, by name."""

    texts: Values = field(default_factory=lambda: MappingProxyType({}))
    badge: str = ""  # "PRE" or "POST"
    warnings: tuple[str, ...] = ()


def caption_of(study: Study | None, display_set: DisplaySet | None, badge: str = "") -> Caption:
    """What the headers say about a display set."""
    if study is None or display_set is None:
        return Caption(badge=badge)
    texts = {
        **_patient(study.patient),
        "institution": study.institution,
        "study description": study.description,
        "study date": " ".join(part for part in (study.date, study.time[:5]) if part),
        "accession": study.accession and f"acc. {study.accession}",
        **_series(study, display_set),
        **_acquired(display_set.first),
    }
    said = MappingProxyType({name: words for name, words in texts.items() if words})
    return Caption(said, badge, display_set.warnings)


def _patient(patient: Patient) -> dict[str, str]:
    return {
        "patient name": patient.name or "no name",
        "patient ID": "" if patient.id == patient.name else patient.id,  # as anonymised studies have it
        "sex and age": f"{patient.sex} {patient.age or patient.birth_date}".strip(),
        "birth date": patient.birth_date and f"born {patient.birth_date}",
    }


def _series(study: Study, display_set: DisplaySet) -> dict[str, str]:
    series = study.series_of(display_set)
    number = series.number
    named = number is None or display_set.title.split(" · ")[0] == f"Series {number}"
    return {
        "series": display_set.title if named else f"{number} · {display_set.title}",
        "series number": "" if number is None else f"series {number}",
        "protocol": series.protocol,
        "body part": series.body_part,
    }


def _acquired(instance: Instance) -> dict[str, str]:
    """What the scan of headers knows already; how each picture was made comes later, file by file."""
    return {
        "thickness": _with_unit(instance.slice_thickness_mm, "", " mm"),
        "TE": _with_unit(instance.echo_time_ms, "TE ", ""),
        "TR": _with_unit(instance.repetition_time_ms, "TR ", ""),
        "TI": _with_unit(instance.inversion_time_ms, "TI ", ""),
        "contrast": instance.contrast_agent,
        "view": instance.view,
        "laterality": {"R": "right", "L": "left"}.get(instance.laterality.upper(), ""),
        "pixel size": _pixel_size(instance),
    }


def _pixel_size(instance: Instance) -> str:
    """With what its millimetres mean: those at a detector are not those of the patient."""
    if instance.spacing_mm is None:
        return "no pixel size"
    rows, columns = (f"{gap:.3f}".rstrip("0").rstrip(".") for gap in instance.spacing_mm)
    size = rows if rows == columns else f"{rows} × {columns}"
    note = instance.spacing_note.removeprefix("mm ")
    return f"pixel {size} mm {note}".strip()


def _with_unit(value: float | None, before: str, after: str) -> str:
    return "" if value is None else f"{before}{_plain(value)}{after}"


def _plain(value: float) -> str:
    """At most two decimals, and never an exponent."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value < 100 else f"{value:.0f}"


def window_text(window: Window, unit: str) -> str:
    """ "W 400 L 40 HU": whole numbers where the window is wide, three figures where it is narrow."""
    if window.title == VOI_LUT:
        return VOI_LUT
    form = ".0f" if window.width >= 20 else ".3g"
    return f"W {window.width:{form}} L {window.centre:{form}}{f' {unit}' if unit else ''}"


def picture_texts(look: Look, count: int, unit: str, *, windowed: bool = True) -> dict[str, str]:
    """Which slice, through which window, how cut and how large."""
    slab = f"slab {look.slab_mm:g} mm {look.slab.value}" if look.slab_mm and look.slab in Slab else ""
    return {
        "number": f"{look.slice_index + 1} / {count}" if count > 1 else "",
        "window": window_text(look.window, unit) if windowed else "",
        "plane": cut_text(look.plane),
        "slab": slab,
        "zoom": f"zoom {look.zoom:.1f}",
        "inverted": "inverted" if look.inverted else "",
    }


def position_text(plane: PicturePlane) -> str:
    """Where a slice lies along the axis that it is stacked on: "S 34.5 mm"; empty where nothing is placed."""
    if not plane.placed:
        return ""
    axis = int(np.argmax(np.abs(plane.normal_lps)))
    place_mm = float(plane.centre_lps_mm[axis])
    direction = np.zeros(3)
    direction[axis] = 1.0 if place_mm >= 0 else -1.0
    return f"{letters(direction)} {abs(place_mm):.1f} mm"


def cut_text(cut: Cut) -> str:
    """ "axial MPR", "coronal 23° oblique"; empty for pictures as they were acquired."""
    if isinstance(cut, Oblique):
        return f"{cut.turned_from.value} {off_deg(cut):.0f}° oblique"
    return "" if cut is Plane.NATIVE else f"{cut.value} MPR"
