"""Read status of studies: every change is kept, the last one holds."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.library.answers import login, now, study_id
from app.library.database import Database
from app.library.tables import ReadingRow
from app.reading_status import Reading, ReadStatus


class Readings:
    """`library.readings`: how far the reading of each study has come."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def mark(self, study_uid: str, status: ReadStatus, reader: str = "") -> Reading:
        """Set the status as a reader says; `reader` is who that is, by default the login."""
        with self._database.writing() as session:
            return _add(session, study_id(session, study_uid), status, reader, by_hand=True)

    def advance(self, study_uid: str, status: ReadStatus, reader: str = "") -> Reading:
        """Let the status follow from what was done: it goes forward, never back. What holds now."""
        with self._database.writing() as session:
            number = study_id(session, study_uid)
            before = _latest(session, number)
            if status.step <= before.status.step:
                return before
            return _add(session, number, status, reader, by_hand=False)

    def of_study(self, study_uid: str) -> Reading:
        """The status that holds."""
        with self._database.reading() as session:
            return _latest(session, study_id(session, study_uid))

    def history(self, study_uid: str) -> tuple[Reading, ...]:
        """Every change there was, oldest first."""
        with self._database.reading() as session:
            query = select(ReadingRow).where(ReadingRow.study_id == study_id(session, study_uid))
            return tuple(_reading(row) for row in session.scalars(query.order_by(ReadingRow.id)))


def readings_by_study(session: Session, of: Sequence[int] = ()) -> dict[int, Reading]:
    """The status that holds, by the row of the study; none for studies that nobody has touched.

    `of` are the rows that are asked about; all where it is empty.
    """
    last = select(func.max(ReadingRow.id)).group_by(ReadingRow.study_id)
    last = last.where(ReadingRow.study_id.in_(of)) if of else last
    rows = session.scalars(select(ReadingRow).where(ReadingRow.id.in_(last)))
    return {row.study_id: _reading(row) for row in rows}


def _latest(session: Session, number: int) -> Reading:
    query = select(ReadingRow).where(ReadingRow.study_id == number).order_by(ReadingRow.id.desc()).limit(1)
    row = session.scalars(query).one_or_none()
    return Reading() if row is None else _reading(row)


def _add(session: Session, number: int, status: ReadStatus, reader: str, *, by_hand: bool) -> Reading:
    row = ReadingRow(study_id=number, status=status.value, reader=reader or login(), changed=now())
    row.by_hand = by_hand
    session.add(row)
    return _reading(row)


def _reading(row: ReadingRow) -> Reading:
    return Reading(ReadStatus(row.status), row.reader, row.changed, row.by_hand)
