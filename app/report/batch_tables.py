"""What a batch leaves for people: how every study ended in studies.csv, what went wrong in failed.csv."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from app.report.manifest import Entry, Event, Manifest
from app.report.tables import csv_bytes
from inference.imaging.files import write_atomic
from inference.imaging.study import Scan

STATES: dict[Event, str] = {
    "planned": "not finished",
    "done": "written",
    "unanswered": "written without a model's answer",
    "failed": "failed",
}
STUDY_COLUMNS = ("study_uid", "patient_id", "date", "state", "reason", "hint", "folder", "source")
FAILED_COLUMNS = ("study_uid", "patient_id", "date", "source", "reason", "hint")


def write_studies(out: Path, manifest: Manifest, found: Scan) -> None:
    """studies.csv: every study of the source in one of the states, and why where it has no answer."""
    rows: list[list[object]] = []
    for study in found.studies:
        if (e := manifest.last(study.uid)) is not None:
            folder = e.folder if e.is_written else ""
            who = [study.uid, study.patient.id, study.date]
            rows.append([*who, STATES[e.event], e.reason, e.hint, folder, e.source])
    write_atomic(out / "studies.csv", csv_bytes(STUDY_COLUMNS, rows))


def write_failed(out: Path, failed: Sequence[Entry], found: Scan) -> None:
    """failed.csv: every study that failed and every file that was refused, with the reason."""
    studies = {s.uid: s for s in found.studies}
    rows: list[list[object]] = [
        [e.study_uid, studies[e.study_uid].patient.id, studies[e.study_uid].date, e.source, e.reason, e.hint]
        for e in failed
    ]
    rows += [["", "", "", str(r.path), r.reason, ""] for r in found.refused]
    write_atomic(out / "failed.csv", csv_bytes(FAILED_COLUMNS, rows))


def by_reason(entries: Iterable[Entry]) -> list[tuple[str, str, int]]:
    """(reason, hint, how many studies), the most frequent first."""
    counts = Counter((entry.reason, entry.hint) for entry in entries)
    return [(reason, hint, count) for (reason, hint), count in counts.most_common()]


def unanswered_in(findings: Path) -> str:
    """Why no target of a written findings.json has a score; empty where one has."""
    try:
        targets = json.loads(findings.read_text(encoding="utf-8"))["findings"]
        if any(target["score"] is not None for target in targets):
            return ""
        said = (f"{t['state']}: {t['reason']}" if t["reason"] else str(t["state"]) for t in targets)
        return "; ".join(dict.fromkeys(said))
    except (OSError, ValueError, KeyError, TypeError):
        return ""
