"""Predictions, decisions and explanations: rows in, frozen values out. Private to this folder."""

from __future__ import annotations

import getpass
import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.library.plain import card_to_plain, prediction_from_plain, prediction_to_plain
from app.library.tables import AttributionRow, DecisionRow, FindingRow, PredictionRow, StudyRow
from app.library.values import MadeDecision
from app.verdicts import FindingKey, Verdict
from explain.attribution import Attribution
from explain.storage import from_bytes, to_bytes
from inference.card import Card
from inference.errors import LibraryError
from inference.imaging.files import write_atomic
from inference.prediction import Decision, Finding, Prediction, State

_log = logging.getLogger(__name__)


def now() -> str:
    """The present moment as it is stored: ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def login() -> str:
    """Who works here, as far as the system knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user, as in some containers
        return ""


def study_id(session: Session, uid: str) -> int:
    """The row of a study; LibraryError where it is not in the library."""
    found = session.scalar(select(StudyRow.id).where(StudyRow.uid == uid))
    if found is None:
        raise LibraryError("The study is not in the library any more.", hint="Import it again.")
    return found


def add_prediction(session: Session, prediction: Prediction) -> None:
    """Keep what a model said, with the card as it was."""
    findings = [_finding_row(n, finding) for n, finding in enumerate(prediction.findings)]
    row = PredictionRow(
        study_id=study_id(session, prediction.study_uid),
        model_key=prediction.card.key,
        weights_sha256=prediction.card.weights_sha256,
        created=prediction.created or now(),
        card=card_to_plain(prediction.card),
        facts=prediction_to_plain(prediction),
        findings=findings,
    )
    session.add(row)


def predictions_of(session: Session, study_uid: str) -> tuple[Prediction, ...]:
    """The last answer of each model about a study, with the reader's decisions."""
    latest = {row.model_key: row for row in _prediction_rows(session, study_uid)}
    return tuple(_prediction(study_uid, row) for row in latest.values())


def decide(session: Session, verdict: Verdict, reader: str) -> None:
    """Note a decision about the last answer of a model, in its finding and in the log."""
    row = _finding_of(session, verdict.key)
    row.decision, row.comment = verdict.decision.value, verdict.comment
    made = DecisionRow(
        finding_id=row.id,
        decision=verdict.decision.value,
        comment=verdict.comment,
        reader=reader,
        made=now(),
    )
    session.add(made)


def decisions_of(session: Session, study_uid: str) -> tuple[MadeDecision, ...]:
    """Every decision ever made about a study, oldest first."""
    query = (
        select(DecisionRow, FindingRow.target, PredictionRow.model_key)
        .join(FindingRow, DecisionRow.finding_id == FindingRow.id)
        .join(PredictionRow)
        .where(PredictionRow.study_id == study_id(session, study_uid))
        .order_by(DecisionRow.id)
    )
    return tuple(
        MadeDecision(
            Verdict(FindingKey(study_uid, model_key, target), Decision(row.decision), row.comment),
            row.reader,
            row.made,
        )
        for row, target, model_key in session.execute(query)
    )


def add_attribution(session: Session, attribution: Attribution, blobs: Path) -> None:
    """Keep an explanation: its maps in a file named by its content, then its row, one per question."""
    content = to_bytes(attribution)
    blob = hashlib.sha256(content).hexdigest()
    path = blob_path(blobs, blob)
    if not path.exists():
        write_atomic(path, content)
    question = _question(session, attribution)
    row = session.scalar(select(AttributionRow).filter_by(**question)) or AttributionRow(**question)
    row.score, row.holds = attribution.score, attribution.evidence.holds
    row.created, row.blob_sha256 = now(), blob
    session.add(row)


def attributions_of(session: Session, study_uid: str, blobs: Path) -> tuple[Attribution, ...]:
    """The explanations of a study, oldest first, without those whose file is damaged."""
    query = select(AttributionRow).where(AttributionRow.study_id == study_id(session, study_uid))
    rows = session.scalars(query.order_by(AttributionRow.created, AttributionRow.id))
    found = (_load(blob_path(blobs, row.blob_sha256), row.blob_sha256) for row in rows)
    return tuple(attribution for attribution in found if attribution is not None)


def blob_path(blobs: Path, sha256: str) -> Path:
    """Where the file of that content is."""
    return blobs / sha256[:2] / f"{sha256}.npz"


def _load(path: Path, sha256: str) -> Attribution | None:
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() == sha256:
            return from_bytes(content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.warning("an explanation cannot be read: %s", type(error).__name__)
        return None
    _log.warning("an explanation was altered: %s", sha256)
    return None


def _question(session: Session, attribution: Attribution) -> dict[str, object]:
    """What makes two explanations the same question."""
    parameters = json.dumps([attribution.seed, dict(attribution.parameters)], sort_keys=True)
    return {
        "study_id": study_id(session, attribution.study_uid),
        "model_key": attribution.model_key,
        "weights_sha256": attribution.weights_sha256,
        "target": attribution.target.name,
        "method": attribution.method,
        "parameters_sha256": hashlib.sha256(parameters.encode()).hexdigest(),
    }


def _prediction_rows(session: Session, study_uid: str) -> Iterable[PredictionRow]:
    query = select(PredictionRow).where(PredictionRow.study_id == study_id(session, study_uid))
    return session.scalars(query.order_by(PredictionRow.id))


def _prediction(study_uid: str, row: PredictionRow) -> Prediction:
    bare = prediction_from_plain(study_uid, row.card, row.created, row.facts)
    intervals = row.facts.get("intervals", {})
    return replace(bare, findings=tuple(_finding(bare.card, f, intervals) for f in row.findings))


def _finding_row(position: int, finding: Finding) -> FindingRow:
    return FindingRow(
        position=position,
        target=finding.target.name,
        state=finding.state.value,
        score=finding.score,
        reason=finding.reason,
        decision=finding.decision.value,
        comment=finding.comment,
    )


def _finding(card: Card, row: FindingRow, intervals: Mapping[str, Sequence[float]]) -> Finding:
    target, state, decision = card.target(row.target), State(row.state), Decision(row.decision)
    low_high = intervals.get(row.target)
    interval = (float(low_high[0]), float(low_high[1])) if low_high else None
    return Finding(target, state, row.score, row.reason, decision, row.comment, interval)


def _finding_of(session: Session, key: FindingKey) -> FindingRow:
    """The finding in the last answer of that model."""
    rows = [row for row in _prediction_rows(session, key.study_uid) if row.model_key == key.model_key]
    found = next((f for f in rows[-1].findings if f.target == key.target), None) if rows else None
    if found is None:
        raise LibraryError("The finding is not in the library any more.", hint="Run the model again.")
    return found
