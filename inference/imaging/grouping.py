"""Headers of many files to studies, series and display sets, whatever order they come in."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from inference.imaging.display_sets import SeriesName, display_sets_of
from inference.imaging.facts import StudyFacts
from inference.imaging.header import Header
from inference.imaging.study import Patient, Refusal, Series, Study

_Said = TypeVar("_Said")


@dataclass(frozen=True)
class Grouped:
    """All files in their studies. `copies` are files not shown because another one is the same."""

    studies: tuple[Study, ...]
    copies: tuple[Refusal, ...] = ()
    warnings: tuple[str, ...] = ()


def group(headers: Iterable[Header]) -> Grouped:
    """Sort files into studies and series; identical files once, different files of one UID both."""
    ordered = sorted(headers, key=lambda header: str(header.instance.path))
    kept, numbers, copies, warnings = _without_copies(ordered)
    studies: dict[str, list[Header]] = {}
    for header in kept:
        studies.setdefault(header.instance.study_uid, []).append(header)
    built = [_study(uid, files, numbers) for uid, files in studies.items()]
    warnings += [words for files in studies.values() for words in _mixed_patients(files)]
    built.sort(key=lambda study: (study.patient.name, study.date, study.time, study.uid))
    return Grouped(tuple(built), tuple(copies), tuple(warnings))


def studies_from(headers: Iterable[Header]) -> tuple[Study, ...]:
    """The studies of some headers."""
    return group(headers).studies


def _study(uid: str, headers: Sequence[Header], numbers: dict[str, int]) -> Study:
    facts = _agreed([header.study for header in headers])
    series: dict[str, list[Header]] = {}
    for header in headers:
        series.setdefault(header.instance.series_uid, []).append(header)
    built = [_series(series_uid, files, numbers) for series_uid, files in series.items()]
    built.sort(key=lambda one: (one.number is None, one.number or 0, one.uid))
    return Study(
        uid=uid,
        patient=facts.patient,
        date=facts.date,
        time=facts.time,
        description=facts.description,
        accession=facts.accession,
        institution=facts.institution,
        series=tuple(built),
    )


def _series(uid: str, headers: Sequence[Header], numbers: dict[str, int]) -> Series:
    facts = _agreed([header.series for header in headers])
    instances = sorted(
        (header.instance for header in headers),
        key=lambda one: (
            one.instance_number is None,
            one.instance_number or 0,
            one.sop_instance_uid,
            str(one.path),
        ),
    )
    series = Series(
        uid=uid,
        study_uid=headers[0].instance.study_uid,
        number=facts.number,
        modality=facts.modality,
        description=facts.description,
        protocol=facts.protocol,
        body_part=facts.body_part,
        instances=tuple(instances),
        display_sets=(),
    )
    name = SeriesName(uid, series.study_uid, series.title, series.modality)
    return replace(series, display_sets=display_sets_of(name, instances, numbers))


def _agreed(said: Sequence[_Said]) -> _Said:
    """What most files say; the first in order of text where they are divided."""
    counts = Counter(said)
    return min(counts, key=lambda facts: (-counts[facts], repr(facts)))


def _mixed_patients(headers: Sequence[Header]) -> list[str]:
    """A warning where the files of one study belong to different patients."""
    facts: set[StudyFacts] = {header.study for header in headers}
    patients: set[Patient] = {fact.patient for fact in facts}
    if len({(patient.id, patient.name) for patient in patients}) < 2:
        return []
    names = "; ".join(sorted({patient.name or patient.id or "no name" for patient in patients}))
    return [f"One study holds files of different patients ({names}). Check whom it belongs to."]


def _without_copies(
    headers: Sequence[Header],
) -> tuple[list[Header], dict[str, int], list[Refusal], list[str]]:
    """(files to show, number by path of different files of one UID, copies left out, warnings)."""
    by_uid: dict[tuple[str, str], list[Header]] = {}
    for header in headers:
        by_uid.setdefault((header.instance.series_uid, header.instance.sop_instance_uid), []).append(header)
    kept: list[Header] = []
    numbers: dict[str, int] = {}
    copies: list[Refusal] = []
    for files in by_uid.values():
        different, same = ([files[0]], []) if len(files) == 1 else _by_contents(files)
        copies += same
        for number, header in enumerate(different):
            numbers[str(header.instance.path)] = number
            kept.append(_told(header, len(different)))
    words = f"{len(copies)} files are exact copies of others and are shown once."
    return kept, numbers, copies, [words] if copies else []


def _by_contents(files: Sequence[Header]) -> tuple[list[Header], list[Refusal]]:
    """The files that differ, in order of their contents so that names do not matter, and the copies."""
    found: dict[str, Header] = {}
    same: list[Refusal] = []
    for header in files:
        path = header.instance.path
        digest = _digest(path)
        if digest in found:
            same.append(Refusal(path, f"It is an exact copy of {found[digest].instance.path.name}."))
        else:
            found[digest] = header
    return [found[digest] for digest in sorted(found)], same


def _told(header: Header, count: int) -> Header:
    if count < 2:
        return header
    words = f"{count} different files carry the same identifier (SOP instance UID); all are shown."
    instance = replace(header.instance, warnings=(*header.instance.warnings, words))
    return replace(header, instance=instance)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return str(path)
