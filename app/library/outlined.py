"""What readers said about loops: contours that they changed, views that they named. On disk at once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from app.contours import Contour, ContourKey
from app.library.answers import now, study_id
from app.library.database import Database
from app.library.tables import ContourRow, NamedViewRow, StudyRow

_log = logging.getLogger(__name__)


class Outlined:
    """`library.outlined`: one contour per picture, one view per loop; the last word counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(
        self, study_uid: str, changed: Sequence[Contour], gone: Sequence[ContourKey] = (), reader: str = ""
    ) -> None:
        """Keep contours that were changed, and forget those that were given back: all or none of it."""
        with self._database.writing() as session:
            study = study_id(session, study_uid)
            for key in (*(c.key for c in changed), *gone):
                session.execute(delete(ContourRow).where(*_is(study, key)))
            session.add_all(_row(study, contour, reader) for contour in changed)

    def contours(self, study_uid: str) -> tuple[Contour, ...]:
        """The contours of a study that readers changed; one that cannot be read is left out."""
        with self._database.reading() as session:
            query = select(ContourRow).join(StudyRow).where(StudyRow.uid == study_uid)
            found = [_contour(row) for row in session.scalars(query.order_by(ContourRow.id))]
        return tuple(contour for contour in found if contour is not None)

    def name_view(self, study_uid: str, display_set_uid: str, view: str, reader: str = "") -> None:
        """Keep which view a loop shows; an empty `view` leaves it to labels and models again."""
        with self._database.writing() as session:
            study = study_id(session, study_uid)
            mine = (NamedViewRow.study_id == study, NamedViewRow.display_set == display_set_uid)
            session.execute(delete(NamedViewRow).where(*mine))
            if view:
                session.add(
                    NamedViewRow(
                        study_id=study, display_set=display_set_uid, view=view, reader=reader, changed=now()
                    )
                )

    def views(self, study_uid: str) -> Mapping[str, str]:
        """The views that readers named, by uid of the display set."""
        with self._database.reading() as session:
            return views_of(session, study_uid)


def views_of(session: Session, study_uid: str) -> Mapping[str, str]:
    """The views that readers named in a study, by uid of the display set."""
    query = select(NamedViewRow).join(StudyRow).where(StudyRow.uid == study_uid)
    return {row.display_set: row.view for row in session.scalars(query)}


def _is(study: int, key: ContourKey) -> tuple[ColumnElement[bool], ...]:
    return (
        ContourRow.study_id == study,
        ContourRow.display_set == key.display_set_uid,
        ContourRow.position == key.position,
        ContourRow.phase == key.phase,
    )


def _row(study: int, contour: Contour, reader: str) -> ContourRow:
    key = contour.key
    return ContourRow(
        study_id=study,
        display_set=key.display_set_uid,
        position=key.position,
        phase=key.phase,
        controls=contour.controls_lps_mm.tolist(),
        reader=reader,
        changed=now(),
    )


def _contour(row: ContourRow) -> Contour | None:
    try:
        controls = np.asarray(row.controls, float).reshape(-1, 3)
    except (TypeError, ValueError) as error:
        _log.warning("a contour cannot be read: %s", type(error).__name__)
        return None
    return Contour(ContourKey(row.display_set, row.position, row.phase), controls)
