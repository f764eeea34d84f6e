"""What goes with a study beside answers: how it was last on the screen, and what left the room."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sqlalchemy import select

from app.desk import Desk
from app.library.answers import decisions_of, now, study_id
from app.library.database import Database
from app.library.plain import desk_from_plain, desk_to_plain
from app.library.tables import DeskRow, ReportRow
from app.library.values import MadeDecision, StoredReport


class Records:
    """`library.records`: reading state, exported reports, and the log of decisions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save_desk(self, study_uid: str, desk: Desk) -> None:
        """Keep how a study is on the screen: layout, slots, windows, overlay."""
        with self._database.writing() as session:
            row = DeskRow(study_id=study_id(session, study_uid), saved=now(), facts=desk_to_plain(desk))
            session.merge(row)

    def desk(self, study_uid: str) -> Desk | None:
        """How a study was last on the screen; None if it never was."""
        with self._database.reading() as session:
            row = session.get(DeskRow, study_id(session, study_uid))
            return desk_from_plain(row.facts) if row is not None else None

    def add_report(self, study_uid: str, kind: str, path: Path) -> StoredReport:
        """Note a file that was written about a study; `kind` such as "PDF report"."""
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        report = StoredReport(study_uid, kind, path.absolute(), sha256, now())
        with self._database.writing() as session:
            row = ReportRow(study_id=study_id(session, study_uid), kind=kind, path=report.path)
            row.sha256, row.created = report.sha256, report.created
            session.add(row)
        return report

    def reports(self, study_uid: str) -> tuple[StoredReport, ...]:
        """Files that were written about a study, oldest first."""
        with self._database.reading() as session:
            query = select(ReportRow).where(ReportRow.study_id == study_id(session, study_uid))
            return tuple(
                StoredReport(study_uid, row.kind, row.path, row.sha256, row.created)
                for row in session.scalars(query.order_by(ReportRow.id))
            )

    def decisions(self, study_uid: str) -> tuple[MadeDecision, ...]:
        """Every decision ever made about a study, by whom and when, oldest first."""
        with self._database.reading() as session:
            return decisions_of(session, study_uid)
