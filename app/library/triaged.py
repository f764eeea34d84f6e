"""What models said about every study at once, for the study list. Private to this folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.library.tables import FindingRow, PredictionRow
from app.triage import Triage, triage_of
from inference.card import Card, card_from_json
from inference.prediction import Decision, Finding, State


def triage_by_study(session: Session, of: Sequence[int] = ()) -> dict[int, Triage]:
    """One line for each study that a model has answered about, by the row of the study.

    Answers of the same weights share the newest card: states are those that were stored. `of` are the rows
    that are asked about; all where it is empty.
    """
    last = select(func.max(PredictionRow.id)).group_by(PredictionRow.study_id, PredictionRow.model_key)
    last = last.where(PredictionRow.study_id.in_(of)) if of else last
    query = select(PredictionRow.id, PredictionRow.study_id, PredictionRow.model_key,
                   PredictionRow.weights_sha256).where(PredictionRow.id.in_(last))  # fmt: skip
    rows = session.execute(query.order_by(PredictionRow.id.desc())).all()
    if not rows:
        return {}
    newest: dict[tuple[str, str], int] = {}
    for number, _, *weights in rows:
        newest.setdefault((weights[0], weights[1]), number)
    cards = {key: _card(session, number) for key, number in newest.items()}
    said = _findings(session, last, {number: cards[key, sha256] for number, _, key, sha256 in rows})
    answers: dict[int, list[tuple[Card, list[Finding]]]] = defaultdict(list)
    for number, study, key, sha256 in rows:
        if (card := cards[key, sha256]) is not None:
            answers[study].append((card, said[number]))
    triaged = {study: triage_of(told) for study, told in answers.items()}
    return {study: triage for study, triage in triaged.items() if triage is not None}


def _card(session: Session, number: int) -> Card | None:
    """The card of an answer; None where it cannot be read."""
    told = session.scalar(select(PredictionRow.card).where(PredictionRow.id == number))
    try:
        return card_from_json(told) if told is not None else None
    except (ValueError, TypeError, KeyError):
        return None


def _findings(session: Session, last: Select[int], cards: dict[int, Card | None]) -> dict[int, list[Finding]]:
    """What is beyond its cut-off in these answers, by the row of the answer; and the first target of each.

    The first one says why there is no score where there is none; all others are silent in a list.
    """
    targets = {number: {t.name: t for t in card.targets} for number, card in cards.items() if card}
    found: dict[int, list[Finding]] = defaultdict(list)
    columns = (FindingRow.prediction_id, FindingRow.target, FindingRow.state, FindingRow.score,
               FindingRow.reason, FindingRow.decision)  # fmt: skip
    telling = or_(FindingRow.state == State.FINDING.value, FindingRow.position == 0)
    query = select(*columns).where(FindingRow.prediction_id.in_(last), telling).order_by(FindingRow.position)
    for number, name, state, score, reason, decision in session.execute(query):
        target = targets.get(number, {}).get(name)
        if target is not None:
            found[number].append(Finding(target, State(state), score, reason, Decision(decision)))
    return found
