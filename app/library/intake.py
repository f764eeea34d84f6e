"""What files say, put into rows. Private to this folder."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.library.answers import now
from app.library.plain import instance_to_plain
from app.library.tables import InstanceRow, PatientRow, SayingRow, SeriesRow, StudyRow
from inference.imaging.header import Header
from inference.imaging.study import Patient, Study

PER_QUERY = 400  # SQLite before 3.32 takes 999 parameters

_T = TypeVar("_T")


@dataclass(frozen=True)
class Stamp:
    """What tells whether a file is still the one that was read."""

    size: int
    modified_ns: int


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file; None where there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 - the same call, a third of the time for thousands of files
    except (OSError, ValueError):
        return None
    return Stamp(status.st_size, status.st_mtime_ns)


def stamps_of(session: Session, paths: Sequence[Path]) -> dict[Path, Stamp]:
    """The stamps of those files that are in the library."""
    found: dict[Path, Stamp] = {}
    query = select(InstanceRow.path, InstanceRow.size, InstanceRow.modified_ns)
    for chunk in chunks(paths, PER_QUERY):
        for path, size, modified_ns in session.execute(query.where(InstanceRow.path.in_(chunk))):
            found[path] = Stamp(size, modified_ns)
    return found


def uids_of(session: Session, paths: Sequence[Path]) -> dict[str, None]:
    """The studies that these files belong to, in their order."""
    found: dict[str, None] = {}
    query = select(StudyRow.uid).join(SeriesRow).join(InstanceRow).distinct()
    for chunk in chunks(paths, PER_QUERY):
        found |= dict.fromkeys(session.scalars(query.where(InstanceRow.path.in_(chunk))))
    return found


def put(session: Session, headers: Sequence[tuple[Header, Stamp]]) -> None:
    """Keep what these files say; a file that was in already is replaced, as it has changed."""
    told = {header.instance.path: (header, stamp) for header, stamp in headers}
    if not told:
        return
    for chunk in chunks(list(told), PER_QUERY):
        session.execute(delete(InstanceRow).where(InstanceRow.path.in_(chunk)))
    rows = _Rows(session)
    session.execute(insert(InstanceRow), [rows.columns(*entry) for entry in told.values()])
    for series_id in rows.series_ids:
        _hash_copies(session, series_id)
    touched = select(SeriesRow.study_id).where(SeriesRow.id.in_(rows.series_ids))
    session.execute(update(StudyRow).where(StudyRow.id.in_(touched)).values(settled=False))


def unsettled(session: Session, uids: Sequence[str]) -> list[str]:
    """Those of these studies whose line does not yet say what most files say."""
    known = set(session.scalars(select(StudyRow.uid).where(~StudyRow.settled)))
    return [uid for uid in uids if uid in known]


def agree(session: Session, study: Study) -> None:
    """Let the row of a study say what most of its files say."""
    row = session.scalars(select(StudyRow).where(StudyRow.uid == study.uid)).one()
    row.patient_id = _patient_id(session, study.patient)
    row.age, row.date, row.time = study.patient.age, study.date, study.time
    row.description, row.accession = study.description, study.accession
    row.institution, row.searched = study.institution, _searched(study)
    row.settled = True
    modalities = {series.uid: series.modality for series in study.series}
    for series in row.series:
        series.modality = modalities.get(series.uid, series.modality)
    session.flush()
    session.execute(delete(PatientRow).where(~PatientRow.studies.any()))


def folded(text: str) -> str:
    """Text as searches compare it: case folded, without what a database would refuse."""
    return text.replace("\x00", "").encode(errors="ignore").decode().casefold()


def chunks(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """Items in runs of `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))


class _Rows:
    """The rows that files belong to, each looked up or made once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._series: dict[tuple[str, str], int] = {}
        self._sayings: dict[tuple[object, ...], int] = {}

    @property
    def series_ids(self) -> tuple[int, ...]:
        """The series that were touched."""
        return tuple(self._series.values())

    def columns(self, header: Header, stamp: Stamp) -> dict[str, Any]:
        """The columns of one file."""
        instance = header.instance
        key = (instance.study_uid, instance.series_uid)
        if key not in self._series:
            self._series[key] = _series_id(self._session, header)
        saying = (*key, header.study, header.series)
        if saying not in self._sayings:
            self._sayings[saying] = _saying_id(self._session, self._series[key], header)
        return {
            "series_id": self._series[key],
            "saying_id": self._sayings[saying],
            "path": instance.path,
            "size": stamp.size,
            "modified_ns": stamp.modified_ns,
            "sop_instance_uid": instance.sop_instance_uid,
            "sha256": "",
            "facts": instance_to_plain(instance),
        }


def _hash_copies(session: Session, series_id: int) -> None:
    """Hash the files of one identifier, so that copies in several places are shown once."""
    here = select(InstanceRow).where(InstanceRow.series_id == series_id)
    shared = (
        select(InstanceRow.sop_instance_uid)
        .where(InstanceRow.series_id == series_id)
        .group_by(InstanceRow.sop_instance_uid)
        .having(func.count() > 1)
    )
    unhashed = here.where(InstanceRow.sop_instance_uid.in_(shared), InstanceRow.sha256 == "")
    for row in session.scalars(unhashed):
        row.sha256 = _digest(row.path)


def _digest(path: Path) -> str:
    """SHA-256 of a file; empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _saying_id(session: Session, series_id: int, header: Header) -> int:
    said = {"study": asdict(header.study), "series": asdict(header.series)}
    sha256 = hashlib.sha256(json.dumps(said).encode()).hexdigest()
    row = session.scalar(select(SayingRow).filter_by(series_id=series_id, sha256=sha256))
    if row is None:
        row = SayingRow(series_id=series_id, sha256=sha256, **said)
        session.add(row)
        session.flush()
    return row.id


def _series_id(session: Session, header: Header) -> int:
    study_id, uid = _study_id(session, header), header.instance.series_uid
    row = session.scalar(select(SeriesRow).filter_by(study_id=study_id, uid=uid))
    if row is None:
        row = SeriesRow(study_id=study_id, uid=uid, modality=header.series.modality)
        session.add(row)
        session.flush()
    return row.id


def _study_id(session: Session, header: Header) -> int:
    """The row of a file's study; a new one says what this file says until all are in."""
    uid, facts = header.instance.study_uid, header.study
    row = session.scalar(select(StudyRow).where(StudyRow.uid == uid))
    if row is None:
        study = Study(uid, **{**vars(facts), "series": ()})
        row = StudyRow(
            uid=uid,
            patient_id=_patient_id(session, facts.patient),
            age=facts.patient.age,
            date=facts.date,
            time=facts.time,
            description=facts.description,
            accession=facts.accession,
            institution=facts.institution,
            added=now(),
            searched=_searched(study),
            settled=False,
        )
        session.add(row)
        session.flush()
    return row.id


def _patient_id(session: Session, patient: Patient) -> int:
    told = {"identifier": patient.id, "name": patient.name, "birth_date": patient.birth_date}
    told["sex"] = patient.sex
    row = session.scalar(select(PatientRow).filter_by(**told))
    if row is None:
        row = PatientRow(**told)
        session.add(row)
        session.flush()
    return row.id


def _searched(study: Study) -> str:
    """The words that a search looks in."""
    patient = study.patient
    words = (patient.name, patient.id, study.description, study.accession, study.date, study.uid)
    return folded("\n".join(words))
