"""Measurements of a study: kept one by one, each on disk when the order returns."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.library.answers import now, study_id
from app.library.database import Database
from app.library.tables import MeasurementRow
from app.viewer.measurements.measurement import Measurement
from app.viewer.measurements.plain import from_plain, to_plain

_log = logging.getLogger(__name__)


class Measured:
    """`library.measured`: what readers measured, marked and wrote on pictures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, changed: Sequence[Measurement], gone: Sequence[str] = ()) -> None:
        """Keep measurements made or changed, and forget those whose uids are `gone`: all or none of it."""
        with self._database.writing() as session:
            for measurement in changed:
                _put(session, measurement)
            if gone:
                session.execute(delete(MeasurementRow).where(MeasurementRow.uid.in_(gone)))

    def of_study(self, study_uid: str) -> tuple[Measurement, ...]:
        """The measurements of a study, oldest first; one that cannot be read is left out."""
        with self._database.reading() as session:
            query = select(MeasurementRow).where(MeasurementRow.study_id == study_id(session, study_uid))
            rows = session.scalars(query.order_by(MeasurementRow.id))
            found = [_read(row) for row in rows]
        return tuple(measurement for measurement in found if measurement is not None)


def _put(session: Session, measurement: Measurement) -> None:
    row = session.scalar(select(MeasurementRow).where(MeasurementRow.uid == measurement.uid))
    row = row or MeasurementRow(uid=measurement.uid, study_id=study_id(session, measurement.site.study_uid))
    row.changed, row.facts = now(), to_plain(measurement)
    session.add(row)


def _read(row: MeasurementRow) -> Measurement | None:
    try:
        return from_plain(row.facts)
    except (KeyError, TypeError, ValueError) as error:
        _log.warning("a measurement cannot be read: %s", type(error).__name__)
        return None
