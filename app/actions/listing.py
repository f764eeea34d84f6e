"""`negatoscope list`: what a path holds, as a table to read or as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.table import Table

from app.terminal import OUT, Exit, plain, progress
from inference.imaging.objects.binding import object_words
from inference.imaging.scan import scan
from inference.imaging.study import DisplaySet, Kind, Refusal, Scan, Series, Study


def run(path: Path, *, as_json: bool) -> int:
    """Scan and print; bad input where nothing opens."""
    with progress("Reading headers") as report:
        found = scan(path, report=report)
    if as_json:
        OUT.out(listing_json(found), highlight=False)
    else:
        print_listing(found)
    return Exit.DONE if found.studies else Exit.BAD_INPUT


def listing_json(scan: Scan) -> str:
    """Studies, series, display sets, refused and skipped files as JSON."""
    content = {
        "schema": "negatoscope.list/1",
        "studies": [study_values(study) for study in scan.studies],
        "refused": [refusal_values(r) for r in scan.refused],
        "skipped": [refusal_values(r) for r in scan.skipped],
        "warnings": list(scan.warnings),
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def study_values(study: Study) -> dict[str, Any]:
    """One study with its series."""
    return {
        "uid": study.uid,
        "patient": vars(study.patient),
        "date": study.date,
        "time": study.time,
        "description": study.description,
        "accession": study.accession,
        "series": [series_values(series, study) for series in study.series],
    }


def series_values(series: Series, study: Study) -> dict[str, Any]:
    """One series with its display sets; objects say what they are and what they refer to."""
    return {
        "uid": series.uid,
        "number": series.number,
        "modality": series.modality,
        "description": series.description,
        "protocol": series.protocol,
        "body_part": series.body_part,
        "files": len(series.instances),
        "display_sets": [
            {**display_set_values(d), "object": object_words(d, (study,))} for d in series.display_sets
        ],
    }


def display_set_values(display_set: DisplaySet) -> dict[str, Any]:
    """Kind, size, spacing and warnings of one display set."""
    return {
        "uid": display_set.uid,
        "title": display_set.title,
        "kind": display_set.kind.value,
        "split_by": display_set.split_by,
        "shape": list(display_set.shape),
        "phases": display_set.phases,
        "spacing_mm": None
        if display_set.spacing_mm is None
        else [round(s, 4) for s in display_set.spacing_mm],
        "plane": display_set.plane,
        "warnings": list(dict.fromkeys((*display_set.warnings, *_instance_warnings(display_set)))),
    }


def refusal_values(refusal: Refusal) -> dict[str, str]:
    """A file and the reason why it is not shown."""
    return {"path": str(refusal.path), "reason": refusal.reason}


def print_listing(scan: Scan) -> None:
    """The same as a table, with warnings and reasons below."""
    for study in scan.studies:
        OUT.print(_study_table(study))
        OUT.print()
    for title, refusals in (("Refused", scan.refused), ("Skipped", scan.skipped)):
        if refusals:
            OUT.print(plain(f"{title}: {len(refusals)}"))
        for refusal in refusals:
            OUT.print(plain(f"  {refusal.path}: {refusal.reason}"))


def size_words(display_set: DisplaySet) -> str:
    """Slices × rows × columns, with phases where there are any; a dash for what holds no pictures."""
    if display_set.kind is Kind.DOCUMENT:
        return "–"
    pictures, rows, columns = display_set.shape
    if display_set.phases > 1:
        return f"{pictures // display_set.phases} × {rows} × {columns}, {display_set.phases} phases"
    return f"{pictures} × {rows} × {columns}"


def spacing_words(display_set: DisplaySet) -> str:
    """Spacing in millimetres, or a dash where the files place nothing."""
    if display_set.spacing_mm is None:
        return "–"
    return " × ".join(f"{s:.2f}" for s in display_set.spacing_mm) + " mm"


def title_words(study: Study) -> str:
    """Who was examined when, for what."""
    patient = study.patient
    number = "" if patient.id == patient.name else patient.id
    parts = (patient.name or "no name", number, study.date or "no date", study.description)
    return " · ".join(part for part in parts if part)


def _study_table(study: Study) -> Table:
    table = Table(title=plain(title_words(study)), title_justify="left", show_edge=False)
    for column in ("series", "kind", "size", "spacing", "plane", "remarks"):
        table.add_column(column, overflow="fold")
    for display_set in study.display_sets:
        warnings = display_set_values(display_set)["warnings"]
        cells = (
            display_set.title,
            display_set.kind.value,
            size_words(display_set),
            spacing_words(display_set),
            display_set.plane,
            " ".join(part for part in (object_words(display_set, (study,)), *warnings) if part),
        )
        table.add_row(*map(plain, cells))
    return table


def _instance_warnings(display_set: DisplaySet) -> list[str]:
    return [warning for instance in display_set.instances for warning in instance.warnings]
