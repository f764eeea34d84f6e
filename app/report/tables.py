"""The report as findings.json and findings.csv."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from app.report.content import NOT_FOR_DIAGNOSIS, Review, by_series
from app.version import application_version
from explain.attribution import Attribution, Top
from inference.imaging.study import Study
from inference.prediction import Finding, Prediction

SCHEMA = "negatoscope.findings/1"
CSV_COLUMNS = (
    "study_uid", "patient_id", "patient_name", "study_date", "model", "model_version", "target", "title",
    "group", "state", "score", "low_95", "high_95", "threshold", "finding_is_below", "unit",
    "probability", "reason", "decision", "comment", "notice",
)  # fmt: skip


def findings_json(review: Review) -> bytes:
    """`findings.json`: for each target its state, score, threshold, and why where there is none."""
    content = {
        "schema": SCHEMA,
        "notice": review.notice,
        "created": review.created,
        "application": f"Negatoscope {application_version()}",
        "study": study_values(review.study),
        **prediction_values(review.prediction, review.study),
        "edited_by_reader": [finding_values(f) for f in review.edited],
        "explanations": [explanation_values(a) for a in review.attributions],
        "explanations_not_given": [vars(f) for f in review.failures],
        "pictures": [{"file": f"pictures/{p.file_name}", "caption": p.caption} for p in review.pictures],
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False).encode()


def findings_csv(review: Review) -> bytes:
    """`findings.csv`: one row per target, safe to open in a spreadsheet."""
    findings = (*review.prediction.findings, *review.edited)
    return csv_bytes(CSV_COLUMNS, [csv_row(review.study, review.prediction, f) for f in findings])


def csv_row(study: Study, prediction: Prediction, finding: Finding) -> list[object]:
    """One finding as the cells of CSV_COLUMNS."""
    target, card = finding.target, prediction.card
    low, high = finding.interval or (None, None)
    return [
        study.uid, study.patient.id, study.patient.name, study.date, card.key, card.version, target.name,
        target.title, target.group, finding.state.value, finding.score, low, high,
        target.threshold, target.below, target.unit, finding.probability, finding.reason,
        finding.decision.value, finding.comment, card.caveat,
    ]  # fmt: skip


def csv_bytes(columns: tuple[str, ...], rows: list[list[object]]) -> bytes:
    """A CSV file with a header line; text that a spreadsheet would run is quoted."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def study_values(study: Study) -> dict[str, Any]:
    """Who and what was examined."""
    return {
        "uid": study.uid,
        "date": study.date,
        "description": study.description,
        "accession": study.accession,
        "patient": vars(study.patient),
    }


def prediction_values(prediction: Prediction, study: Study) -> dict[str, Any]:
    """The model, its findings, and what it saw."""
    card = prediction.card
    titles = {d.uid: d.title for d in study.display_sets}
    return {
        "model": {
            "key": card.key,
            "title": card.title,
            "version": card.version,
            "size": card.size,
            "weights_origin": card.weights_origin,
            "weights_sha256": card.weights_sha256,
            "notice": NOT_FOR_DIAGNOSIS,
        },
        "findings": [finding_values(f) for f in prediction.findings],
        "seen": [{"display_set": uid, "title": titles.get(uid, "")} for uid in prediction.seen],
        "excluded": [vars(e) for e in prediction.excluded],
        "warnings": list(prediction.warnings),
        "run": {"device": prediction.device, "seconds": prediction.seconds, "created": prediction.created,
                "versions": dict(prediction.versions)},
    }  # fmt: skip


def finding_values(finding: Finding) -> dict[str, Any]:
    """One target: state, score, threshold, and why where there is no score."""
    return {
        "target": finding.target.name,
        "title": finding.target.title,
        "group": finding.target.group,
        "state": finding.state.value,
        "score": finding.score,
        "interval_95": None if finding.interval is None else list(finding.interval),
        "threshold": finding.target.threshold,
        "finding_is_below": finding.target.below,
        "unit": finding.target.unit,
        "probability": finding.probability,
        "reason": finding.reason,
        "decision": finding.decision.value,
        "comment": finding.comment,
    }


def explanation_values(attribution: Attribution) -> dict[str, Any]:
    """One explanation with its evidence and its strongest elements; the maps stay in their own files."""
    return {
        "method": attribution.method,
        "target": attribution.target.name,
        "score": attribution.score,
        "baseline_score": attribution.baseline_score,
        "unit": attribution.unit,
        "seed": attribution.seed,
        "parameters": dict(attribution.parameters),
        "holds": attribution.evidence.holds,
        "evidence": [vars(c) for c in attribution.evidence.checks],
        "sentence": attribution.evidence.sentence,
        "top": [_top_values(attribution, top) for top in attribution.top(3)],
        "by_series": [{"title": title, "total": total} for title, total in by_series(attribution)],
        "one_left_out": [
            {"title": u.place.title, "score_without": attribution.score - u.left_out}
            for u in attribution.units
            if u.left_out is not None
        ],
        "context": dict(attribution.context),
        "weights_sha256": attribution.weights_sha256,
        "caveat": attribution.caveat,
    }


def _top_values(attribution: Attribution, top: Top) -> dict[str, Any]:
    place = attribution.units[top.unit].place
    return {
        "letter": top.letter,
        "display_set": place.display_set_uid,
        "series": place.title,
        "centre_lps_mm": [round(float(x), 2) for x in place.centres_lps_mm[top.element]],
        "size_mm": [round(x, 2) for x in place.size_mm],
        "score": top.score,
        "standard_error": top.standard_error,
        "significant": top.significant,
    }


def _cell(value: object) -> object:
    """Numbers as they are; text that begins like a formula gets an apostrophe (CSV injection)."""
    if isinstance(value, str):
        return "'" + value if value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
    return "" if value is None else value
