"""A comparison of two studies, written: PDF, JSON, CSV, pictures; the same from the window and headless."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportlab.platypus import Flowable, Spacer

from app.comparison import Change, Comparison
from app.report.bars import PairedBars
from app.report.content import KeyPicture, now_utc, patient_line, score_reach, study_line
from app.report.manifest import sha256
from app.report.measures import change_words, is_measure, value_words
from app.report.page import AMBER, BAD, MODEL, QUIET, document, heading, room_for, table, text
from app.report.pdf import explanation_section, picture_rows
from app.report.review import refuse_to_overwrite
from app.report.tables import csv_bytes, explanation_values, finding_values, study_values
from app.version import application_version
from inference.imaging.files import write_atomic
from inference.prediction import Finding

CSV_COLUMNS = ("target", "title", "unit", "threshold", "score_pre", "score_post", "change", "words")


@dataclass(frozen=True, eq=False)
class ComparisonReport:
    """A comparison with its pictures, ready to be written."""

    comparison: Comparison
    pictures: tuple[KeyPicture, ...]
    created: str

    @property
    def notice(self) -> str:
        """The line that every page carries."""
        card = self.comparison.post_prediction.card
        return f"{card.title} {card.version} · {card.caveat}"


def comparison_report(comparison: Comparison) -> ComparisonReport:
    """Draw the pictures and put the report together."""
    from app.report.pictures import comparison_pictures

    return ComparisonReport(comparison, comparison_pictures(comparison), now_utc())


def write_comparison(report: ComparisonReport, out: Path, *, replace: bool = False) -> dict[str, str]:
    """Write comparison.pdf, comparison.json, comparison.csv and pictures; SHA-256 by relative name."""
    files = {
        "comparison.pdf": comparison_pdf(report),
        "comparison.json": comparison_json(report),
        "comparison.csv": csv_bytes(CSV_COLUMNS, [csv_row(c) for c in report.comparison.changes]),
        **{f"pictures/{picture.file_name}": picture.png for picture in report.pictures},
    }
    refuse_to_overwrite(out, list(files), replace=replace)
    for name, data in files.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        write_atomic(out / name, data)
    return {name: sha256(out / name) for name in files}


def registration_words(comparison: Comparison) -> str:
    """How well the prior lies on the current study."""
    registration = comparison.registration
    return comparison.not_registered if registration is None else registration.quality


def comparison_pdf(report: ComparisonReport) -> bytes:
    """Who, registration, side-by-side pictures, paired bars, the reasons in both."""
    c = report.comparison
    story: list[Flowable] = [
        text("Comparison of two studies", 16, bold=True),
        Spacer(1, 4),
        text(patient_line(c.post), 10, bold=True),
        text(f"PRE   {study_line(c.pre)} · {c.pre.uid}", 8, QUIET),
        text(f"POST  {study_line(c.post)} · {c.post.uid}", 8, QUIET),
        Spacer(1, 6),
        text(report.notice, 9, MODEL, bold=True),
        *(text(warning, 8.5, AMBER, bold=True) for warning in c.warnings),
        text(f"Registration: {registration_words(c)}", 8.5),
        *picture_rows([p for p in report.pictures if p.attribution is None], a_row=2),
        *change_section(c),
    ]
    for number, (when, attribution) in enumerate((("PRE", c.pre_attribution), ("POST", c.post_attribution))):
        if attribution is not None:
            pictures = [p for p in report.pictures if p.attribution == number]
            story += [Spacer(1, 6), text(when, 10, bold=True), *explanation_section(attribution, pictures)]
    story += [text(f"{f.method} of {f.target}: {f.message} {f.hint}", 8, BAD) for f in c.failures]
    made = f"Made by Negatoscope {application_version()} · {report.created}"
    return document(story, "Comparison of two studies", report.notice, made)


def change_section(comparison: Comparison) -> list[Flowable]:
    """Paired bars, the largest change first."""
    if comparison.not_comparable:
        return [heading("Change in every score"), text(comparison.not_comparable, 9, AMBER, bold=True)]
    both = [f for c in comparison.changes for f in (c.before, c.after)]
    reach = score_reach([f for f in both if not is_measure(f.target)])
    head = [text(t, 7.5, QUIET) for t in ("Target", "PRE over POST", "PRE", "POST", "Change", "")]
    rows = [head, *(_change_row(change, reach) for change in comparison.changes)]
    return [
        room_for(120),
        heading("Change in every score"),
        table(rows, [120, 160, 45, 45, 50, 85], header=True),
    ]


def _change_row(change: Change, reach: float) -> list[object]:
    if change.delta is None:
        return [text(change.title), text(change.words, 7.5, QUIET), "", "", "", ""]
    before, after, delta = _numbers(change.before, change.after, change.delta)
    return [
        text(change.title, bold=change.words in {"new", "gone", "persistent"}),
        PairedBars(change.before, change.after, reach),
        text(before, 7.5),
        text(after, 7.5),
        text(delta, 8, bold=True),
        text(change.words, 7.5),
    ]


def _numbers(before: Finding, after: Finding, delta: float) -> tuple[str, str, str]:
    """Both scores and the change in words: a measure with its unit."""
    if is_measure(after.target):
        return value_words(before), value_words(after), change_words(delta, after.target)
    return f"{before.score or 0.0:+.2f}", f"{after.score or 0.0:+.2f}", f"{delta:+.2f}"


def comparison_json(report: ComparisonReport) -> bytes:
    """Both predictions target by target, the registration, and the reasons."""
    c = report.comparison
    content: dict[str, Any] = {
        "schema": "negatoscope.comparison/1",
        "notice": report.notice,
        "created": report.created,
        "application": f"Negatoscope {application_version()}",
        "pre": study_values(c.pre),
        "post": study_values(c.post),
        "registration": registration_values(c),
        "not_comparable": c.not_comparable,
        "warnings": list(c.warnings),
        "changes": [
            {
                "pre": finding_values(x.before),
                "post": finding_values(x.after),
                "change": x.delta,
                "words": x.words,
            }
            for x in c.changes
        ],
        "explanations": {
            when: None if a is None else explanation_values(a)
            for when, a in (("pre", c.pre_attribution), ("post", c.post_attribution))
        },
        "explanations_not_given": [vars(f) for f in c.failures],
        "pictures": [{"file": f"pictures/{p.file_name}", "caption": p.caption} for p in report.pictures],
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False).encode()


def registration_values(comparison: Comparison) -> dict[str, Any]:
    """The transform and its quality, or why there is none."""
    registration = comparison.registration
    if registration is None or comparison.pair is None:
        return {"quality": comparison.not_registered, "trustworthy": False}
    return {
        "quality": registration.quality,
        "trustworthy": registration.trustworthy,
        "overlap": registration.overlap,
        "pre_from_post_lps_mm": registration.moving_from_fixed_lps.tolist(),
        "pre_display_set": comparison.pair[0].uid,
        "post_display_set": comparison.pair[1].uid,
    }


def csv_row(change: Change) -> list[object]:
    """One target as the cells of CSV_COLUMNS."""
    target = change.after.target
    scores = (change.before.score, change.after.score, change.delta)
    return [target.name, target.title, target.unit, target.threshold, *scores, change.words]
