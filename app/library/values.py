"""What comes out of the library: frozen values, complete when they are handed over."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from app.reading_status import Reading
from app.triage import Triage
from app.verdicts import Verdict
from inference.imaging.study import Patient, Refusal


@dataclass(frozen=True)
class StudyEntry:
    """A line of the study list.

    missing  in words, which files are gone; empty if none
    reading  how far its reading has come
    triage   what models said about it; None where none ran
    """

    uid: str
    patient: Patient
    date: str
    time: str
    description: str
    accession: str
    institution: str
    modalities: tuple[str, ...]
    series: int
    files: int
    added: str  # ISO 8601, UTC
    missing: str = ""
    reading: Reading = field(default_factory=Reading)
    triage: Triage | None = None


@dataclass(frozen=True)
class ImportSummary:
    """What an import did.

    study_uids  studies that were found, new and known, in the order of the scan
    read, known files read now, and files that were in already and have not changed
    """

    study_uids: tuple[str, ...]
    read: int
    known: int
    refused: tuple[Refusal, ...] = ()
    skipped: tuple[Refusal, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnfinishedImport:
    """An import that was cut short; to import its paths again takes it up where it ended."""

    paths: tuple[Path, ...]
    started: str


@dataclass(frozen=True)
class MadeDecision:
    """One decision in the log: what, by whom and when."""

    verdict: Verdict
    reader: str
    made: str  # ISO 8601, UTC


@dataclass(frozen=True)
class StoredReport:
    """A file that left the room."""

    study_uid: str
    kind: str
    path: Path
    sha256: str
    created: str
