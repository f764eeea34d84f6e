"""Studies taken out of their rows as frozen values. Private to this folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import and_, delete, func, literal, or_, select
from sqlalchemy.orm import Session

from app.library.intake import folded, stamp_of, stamps_of
from app.library.plain import instance_from_plain, study_facts_from_plain
from app.library.readings import readings_by_study
from app.library.tables import InstanceRow, PatientRow, SayingRow, SeriesRow, StudyRow
from app.library.triaged import triage_by_study
from app.library.values import StudyEntry
from app.reading_status import Reading
from inference.imaging.facts import SeriesFacts
from inference.imaging.header import Header
from inference.imaging.study import DisplaySet, Patient, Series, Study


def entries(session: Session, search: str = "") -> list[StudyEntry]:
    """The studies whose patient, description or numbers hold every word of `search`, newest first."""
    query = select(StudyRow).order_by(StudyRow.date.desc(), StudyRow.time.desc(), StudyRow.id.desc())
    for word in folded(search).split():
        query = query.where(StudyRow.searched.contains(word, autoescape=True))
    rows = session.scalars(query).all()
    return _entries(session, rows)


def entries_before(session: Session, row: StudyRow) -> list[StudyEntry]:
    """The other studies of a patient up to the day of this one, newest first.

    A number alone does not make a patient: the name or the day of birth must agree as well. Without a number
    both must: many who share no more than a name are called "Anonymized".
    """
    told = row.patient
    same_name = and_(PatientRow.name == told.name, literal(bool(told.name)))
    same_birth = and_(PatientRow.birth_date == told.birth_date, literal(bool(told.birth_date)))
    same_person = or_(same_name, same_birth) if told.identifier else and_(same_name, same_birth)
    query = select(StudyRow).join(PatientRow).where(PatientRow.identifier == told.identifier, same_person)
    query = query.where(StudyRow.id != row.id, StudyRow.date <= row.date)
    rows = session.scalars(
        query.order_by(StudyRow.date.desc(), StudyRow.time.desc(), StudyRow.id.desc())
    ).all()
    return _entries(session, rows, [other.id for other in rows]) if rows else []


def headers_of(session: Session, uid: str) -> list[Header]:
    """What the files of a study say, as if they were read again; empty where it is not in the library."""
    query = select(InstanceRow, SayingRow).join(SayingRow, InstanceRow.saying_id == SayingRow.id)
    query = query.join(SeriesRow, InstanceRow.series_id == SeriesRow.id).join(StudyRow)
    found = session.execute(query.where(StudyRow.uid == uid).order_by(InstanceRow.id)).all()
    said = {row.id: (study_facts_from_plain(row.study), SeriesFacts(**row.series)) for _, row in found}
    rows = _without_copies([instance for instance, _ in found])
    return [Header(instance_from_plain(row.path, row.facts), *said[row.saying_id]) for row in rows]


def with_absences(session: Session, study: Study) -> Study:
    """The study with a warning in words at each display set whose files are gone or have changed."""
    paths = [i.path for s in study.series for i in s.instances]
    known = stamps_of(session, paths)
    present = {path: stamp_of(path) for path in paths}
    gone = {path for path in paths if present[path] is None}
    changed = {path for path in paths if path not in gone and present[path] != known.get(path)}
    if not gone and not changed:
        return study
    return replace(study, series=tuple(_series_with(s, gone, changed) for s in study.series))


def remove(session: Session, uid: str) -> None:
    """Forget a study and all that was said about it; its files stay where they are."""
    session.execute(delete(StudyRow).where(StudyRow.uid == uid))
    session.execute(delete(PatientRow).where(~PatientRow.studies.any()))


def _without_copies(rows: Sequence[InstanceRow]) -> list[InstanceRow]:
    """One of several files with the same content: the first that is where it was."""
    chosen: dict[tuple[object, ...], InstanceRow] = {}
    for row in rows:
        key = (row.series_id, row.sop_instance_uid, row.sha256 or row.id)
        if key not in chosen or (not chosen[key].path.exists() and row.path.exists()):
            chosen[key] = row
    return list(chosen.values())


def _series_with(series: Series, gone: set[Path], changed: set[Path]) -> Series:
    sets = tuple(_set_with(d, gone, changed) for d in series.display_sets)
    return replace(series, display_sets=sets)


def _set_with(shown: DisplaySet, gone: set[Path], changed: set[Path]) -> DisplaySet:
    paths = {i.path for i in shown.instances}
    warnings = []
    if absent := len(paths & gone):
        warnings.append(f"{absent} of {len(paths)} files are not where they were. Is their drive connected?")
    if altered := len(paths & changed):
        warnings.append(
            f"{altered} of {len(paths)} files have changed since they were read: import them again."
        )
    return replace(shown, warnings=(*warnings, *shown.warnings)) if warnings else shown


def _series_by_study(session: Session) -> dict[int, list[tuple[str, int, Path]]]:
    """Modality, count of files and first file of each series, by the row of its study."""
    first = select(
        InstanceRow.series_id,
        func.min(InstanceRow.id).label("first"),
        func.count(InstanceRow.sop_instance_uid.distinct()).label("files"),  # copies count once
    )
    counted = first.group_by(InstanceRow.series_id).subquery()
    query = (
        select(SeriesRow.study_id, SeriesRow.modality, counted.c.files, InstanceRow.path)
        .join(counted, counted.c.series_id == SeriesRow.id)
        .join(InstanceRow, InstanceRow.id == counted.c.first)
        .order_by(SeriesRow.id)
    )
    found = defaultdict(list)
    for study_id, modality, files, path in session.execute(query):
        found[study_id].append((modality, files, path))
    return found


def _entries(session: Session, rows: Sequence[StudyRow], of: Sequence[int] = ()) -> list[StudyEntry]:
    """The lines of these studies, without those that have lost all their series; `of` where they are few."""
    series = _series_by_study(session)
    readings, triaged = readings_by_study(session, of), triage_by_study(session, of)
    return [
        replace(
            _entry(row, series[row.id]),
            reading=readings.get(row.id, Reading()),
            triage=triaged.get(row.id),
        )
        for row in rows
        if row.id in series
    ]


def _entry(row: StudyRow, series: list[tuple[str, int, Path]]) -> StudyEntry:
    return StudyEntry(
        uid=row.uid,
        patient=_patient(row),
        date=row.date,
        time=row.time,
        description=row.description,
        accession=row.accession,
        institution=row.institution,
        modalities=tuple(dict.fromkeys(modality for modality, _, _ in series if modality)),
        series=len(series),
        files=sum(files for _, files, _ in series),
        added=row.added,
        missing=_missing([path for *_, path in series]),
    )


def _missing(first_files: Sequence[Path]) -> str:
    """In words, which series are gone; the first file of each speaks for it, so that a list is quick."""
    gone = sum(stamp_of(path) is None for path in first_files)
    if not gone:
        return ""
    which = "Its files" if gone == len(first_files) else f"The files of {gone} of {len(first_files)} series"
    return f"{which} are not where they were. Is their drive connected?"


def _patient(row: StudyRow) -> Patient:
    told = row.patient
    return Patient(told.name, told.identifier, told.sex, told.birth_date, row.age)
