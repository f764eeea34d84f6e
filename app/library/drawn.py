"""Segments that readers draw on volumes: names and labels of each, on disk when the order returns."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.library.answers import now, study_id
from app.library.database import Database
from app.library.tables import SegmentationRow
from app.painting.plain import from_plain, to_bytes, to_plain
from app.painting.segmentation import Segmentation

_log = logging.getLogger(__name__)


class Drawn:
    """`library.drawn`: what readers painted, and the copies of masks that they edited."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, changed: Sequence[Segmentation], gone: Sequence[str] = (), reader: str = "") -> None:
        """Keep segmentations drawn or changed, and forget those whose uids are `gone`: all or none of it."""
        packed = [(segmentation, to_bytes(segmentation)) for segmentation in changed]
        with self._database.writing() as session:
            for segmentation, voxels in packed:
                _put(session, segmentation, voxels, reader)
            if gone:
                session.execute(delete(SegmentationRow).where(SegmentationRow.uid.in_(gone)))

    def of_study(self, study_uid: str) -> tuple[Segmentation, ...]:
        """The segmentations of a study, oldest first; one that cannot be read is left out."""
        with self._database.reading() as session:
            query = select(SegmentationRow).where(SegmentationRow.study_id == study_id(session, study_uid))
            found = [_read(row) for row in session.scalars(query.order_by(SegmentationRow.id))]
        return tuple(segmentation for segmentation in found if segmentation is not None)


def _put(session: Session, segmentation: Segmentation, voxels: bytes, reader: str) -> None:
    row = session.scalar(select(SegmentationRow).where(SegmentationRow.uid == segmentation.uid))
    study = study_id(session, segmentation.study_uid)
    row = row or SegmentationRow(uid=segmentation.uid, study_id=study)
    row.reader, row.changed, row.facts, row.voxels = reader, now(), to_plain(segmentation), voxels
    session.add(row)


def _read(row: SegmentationRow) -> Segmentation | None:
    try:
        return from_plain(row.facts, row.voxels)
    except (KeyError, TypeError, ValueError, OSError) as error:
        _log.warning("a segmentation cannot be read: %s", type(error).__name__)
        return None
