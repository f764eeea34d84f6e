"""Importing: list, leave out what is in and unchanged, read the rest, and put it in batch by batch.

Each batch is one transaction, so a power cut costs at most one batch, and no half file is ever listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.library.answers import now
from app.library.database import Database
from app.library.finding import Found, find
from app.library.intake import Stamp, agree, put, stamp_of, stamps_of, uids_of, unsettled
from app.library.studies import headers_of
from app.library.tables import ImportRow
from app.library.values import ImportSummary, UnfinishedImport
from inference.imaging.grouping import studies_from
from inference.imaging.header import Header, Rejected, read_header
from inference.imaging.study import Refusal
from inference.progress import Cancelled, Report, share

BATCH = 256  # files per transaction: one fsync costs as much as reading some fifty headers


class Import:
    """One import into one library."""

    def __init__(self, database: Database, unpack_to: Path) -> None:
        self._database = database
        self._unpack_to = unpack_to

    def run(self, roots: Sequence[Path], report: Report) -> ImportSummary:
        """Import what these paths name or contain; to run it again goes on where it ended."""
        number = self._begin(roots)
        try:
            found = find(roots, self._unpack_to, share(report, 0.0, 0.1))
            fresh = self._fresh(found.files)
            for done in range(0, len(fresh), BATCH):
                report(0.1 + 0.85 * done / len(fresh), f"{done:,} of {len(fresh):,} files")
                self._take(number, found, fresh[done : done + BATCH])
            uids = self._settle(found.files, share(report, 0.95, 1.0))
        except Cancelled:
            self._end(number, ())  # as the reader wished; what is in stays in
            raise
        self._end(number, found.refused)
        return ImportSummary(
            study_uids=tuple(uids),
            read=len(fresh),
            known=len(found.files) - len(fresh),
            refused=tuple(found.refused),
            skipped=tuple(found.skipped),
        )

    def _begin(self, roots: Sequence[Path]) -> int:
        row = ImportRow(paths=[str(path.absolute()) for path in roots], started=now(), ended="", read=0)
        row.refused = []
        with self._database.writing() as session:
            session.add(row)
            session.flush()
            return row.id

    def _fresh(self, files: Sequence[Path]) -> list[Path]:
        """Files that are not in, or have changed since."""
        with self._database.reading() as session:
            known = stamps_of(session, files)
        return [path for path in files if path not in known or known[path] != stamp_of(path)]

    def _take(self, number: int, found: Found, batch: Sequence[Path]) -> None:
        """Read some files and put them in."""
        told: list[tuple[Header, Stamp]] = []
        for path in batch:
            stamp = stamp_of(path)  # before reading: a file that changes meanwhile is read again next time
            read = read_header(path)
            if isinstance(read, Rejected):
                found.refuse(read)
            elif stamp is not None:
                told.append((read, stamp))
        with self._database.writing() as session:
            put(session, told)
            session.get_one(ImportRow, number).read += len(batch)

    def _settle(self, files: Sequence[Path], report: Report) -> list[str]:
        """Let each study's line say what most of its files say; the studies that were found."""
        with self._database.reading() as session:
            uids = list(uids_of(session, files))
            waiting = unsettled(session, uids)
        for n, uid in enumerate(waiting):
            report(n / len(waiting), "sorting studies")
            with self._database.reading() as session:
                headers = headers_of(session, uid)
            with self._database.writing() as session:
                for study in studies_from(headers):
                    agree(session, study)
        return uids

    def _end(self, number: int, refused: Sequence[Refusal]) -> None:
        """Mark this import, and earlier ones of the same paths that were cut short, as done."""
        with self._database.writing() as session:
            row = session.get_one(ImportRow, number)
            row.refused = [[str(refusal.path), refusal.reason] for refusal in refused]
            for other in session.scalars(select(ImportRow).where(ImportRow.ended == "")):
                if other.paths == row.paths:
                    other.ended = now()


def unfinished(session: Session) -> tuple[UnfinishedImport, ...]:
    """Imports that began and did not end."""
    rows = session.scalars(select(ImportRow).where(ImportRow.ended == "").order_by(ImportRow.id))
    return tuple(UnfinishedImport(tuple(Path(path) for path in row.paths), row.started) for row in rows)
