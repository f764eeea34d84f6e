"""The library of studies: questions and orders; frozen values in and out, rows never.

A folder with `library.db`, `blobs` (maps of explanations, named by their content) and `unpacked` (files out
of archives). Files of studies stay where they are and are never changed. Slow enough for a pool thread; any
thread may call.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sqlalchemy import make_url, select

from app.library import answers, studies
from app.library.database import Database, open_database, sqlite_url
from app.library.drawn import Drawn
from app.library.embedded import Embedded
from app.library.importing import Import, unfinished
from app.library.measured import Measured
from app.library.outlined import Outlined, views_of
from app.library.readings import Readings
from app.library.records import Records
from app.library.tables import StudyRow
from app.library.upgrade import upgrade
from app.library.values import ImportSummary, StudyEntry, UnfinishedImport
from app.settings import library_path
from app.verdicts import Verdict
from explain.attribution import Attribution
from inference.errors import LibraryError
from inference.imaging.files import atomic_path
from inference.imaging.grouping import studies_from
from inference.imaging.naming import with_views
from inference.imaging.study import Study
from inference.prediction import Prediction
from inference.progress import Report, silent

FILE_NAME = "library.db"


class Library:
    """All studies that were ever imported, and everything said about them."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self.folder = folder
        self.records = Records(database)
        self.readings = Readings(database)
        self.measured = Measured(database)
        self.drawn = Drawn(database)
        self.embedded = Embedded(database)
        self.outlined = Outlined(database)

    @classmethod
    def open(cls, url_or_path: str | Path) -> Library:
        """Open or create the library in a folder, or at a URL such as "postgresql+psycopg://host/name"."""
        url, folder = _placed(str(url_or_path))
        _make_folder(folder)
        database = open_database(url)
        try:
            _close_to_others(folder / FILE_NAME)
            upgrade(database)
        except BaseException:
            database.close()
            raise
        return cls(database, folder)

    def close(self) -> None:
        """Let go of the files; another window may open them now."""
        self._database.close()

    def import_paths(self, paths: Path | Sequence[Path], report: Report = silent) -> ImportSummary:
        """Read folders, files and archives into the library; files are referenced where they lie.

        Every batch is on disk before the next: an import that was cut short goes on where it ended.
        """
        roots = [paths] if isinstance(paths, Path) else list(paths)
        return Import(self._database, self.folder / "unpacked").run(roots, report)

    def unfinished_imports(self) -> tuple[UnfinishedImport, ...]:
        """Imports that were cut short, as by a power cut."""
        with self._database.reading() as session:
            return unfinished(session)

    def entries(self, search: str = "") -> list[StudyEntry]:
        """The studies that hold every word of `search` (name, number, description, date), newest first."""
        with self._database.reading() as session:
            return studies.entries(session, search)

    def study(self, uid: str) -> Study:
        """A study as its files told it, with the views that readers named.

        A warning says where files are gone or have changed.
        """
        with self._database.reading() as session:
            headers = studies.headers_of(session, uid)
            if not headers:
                raise LibraryError("The study is not in the library any more.", hint="Import it again.")
            study = studies.with_absences(session, studies_from(headers)[0])
            return with_views(study, views_of(session, uid))

    def priors(self, uid: str) -> list[StudyEntry]:
        """The earlier studies of the same patient, newest first."""
        with self._database.reading() as session:
            row = session.scalars(select(StudyRow).where(StudyRow.uid == uid)).one_or_none()
            return studies.entries_before(session, row) if row is not None else []

    def remove(self, study_uid: str) -> None:
        """Forget a study and what was said about it. No file is deleted."""
        with self._database.writing() as session:
            studies.remove(session, study_uid)

    def save_prediction(self, prediction: Prediction) -> None:
        """Keep what a model said."""
        with self._database.writing() as session:
            answers.add_prediction(session, prediction)

    def predictions(self, study_uid: str) -> tuple[Prediction, ...]:
        """The last answer of each model about a study, with the reader's decisions."""
        with self._database.reading() as session:
            return answers.predictions_of(session, study_uid)

    def decide(self, verdict: Verdict, reader: str = "") -> None:
        """Keep a decision about the last answer of a model; `reader` is who made it, by default the login."""
        with self._database.writing() as session:
            answers.decide(session, verdict, reader or answers.login())

    def save_attribution(self, attribution: Attribution) -> None:
        """Keep an explanation; a newer one of the same question takes its place."""
        with self._database.writing() as session:
            answers.add_attribution(session, attribution, self.folder / "blobs")

    def attributions(self, study_uid: str) -> tuple[Attribution, ...]:
        """The explanations of a study, oldest first; one whose file is damaged is left out."""
        with self._database.reading() as session:
            return answers.attributions_of(session, study_uid, self.folder / "blobs")

    def backup(self, path: Path) -> None:
        """Write a copy of the database while it is in use, checked before it takes its name.

        Maps of explanations are not in it: they can be computed again.
        """
        if self._database.engine.dialect.name != "sqlite":
            raise LibraryError("This library is kept by a server.", hint="Back it up there, as with pg_dump.")
        with self._database.reading() as session, atomic_path(path) as temporary:
            source = session.connection().connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            _copy(source, temporary)


def _copy(source: sqlite3.Connection, path: Path) -> None:
    """Copy page by page and check; a damaged copy is no backup."""
    target = sqlite3.connect(path)
    try:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
        if target.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise LibraryError("The library is damaged; no backup was made.", hint="Keep the older backups.")
    finally:
        target.close()


def _placed(url_or_path: str) -> tuple[str, Path]:
    """The URL of the database, and the folder for everything beside it."""
    if "://" not in url_or_path:
        folder = Path(url_or_path).expanduser().absolute()
        return sqlite_url(folder / FILE_NAME), folder
    url = make_url(url_or_path)
    local = url.get_backend_name() == "sqlite" and url.database
    return url_or_path, Path(url.database).absolute().parent if local and url.database else library_path()


def _make_folder(folder: Path) -> None:
    """Make the folder; only its owner may look into it, as it holds patients' names."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise LibraryError(
            f"The folder of the library cannot be made: {error.strerror}.",
            hint="Choose another folder with NEGATOSCOPE_HOME.",
        ) from error


def _close_to_others(file: Path) -> None:
    """Let only its owner read the database, also in a folder that others may enter."""
    with suppress(OSError):
        file.chmod(0o600)
