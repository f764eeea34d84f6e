"""One database, opened safely: durable commits, one writer, and every failure a sentence.

SQLite before 3.51.3 can damage a write-ahead log that two connections use, so there it is one connection that
locks the file for itself. Later versions, and PostgreSQL by URL, have a pool.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, exc, make_url
from sqlalchemy.orm import Session

from inference.errors import LibraryError

APPLICATION_ID = 0x4E45_4741  # "NEGA"
SAFE_WAL = (3, 51, 3)
OPEN_TIMEOUT_MS = 1000  # another window that has the library is told of soon
BUSY_TIMEOUT_MS = 5000
PRAGMAS = (
    "synchronous=FULL",
    "fullfsync=ON",  # macOS: its fsync alone does not reach the disk
    "checkpoint_fullfsync=ON",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "mmap_size=0",
)


class Database:
    """Sessions to read and to write, each one transaction. Threads may share it."""

    def __init__(self, engine: Engine, *, exclusive: bool) -> None:
        self.engine = engine
        self.exclusive = exclusive
        self._writer = engine.execution_options(negatoscope_write=True)
        self._closed = False
        # The one connection cannot carry two transactions at once.
        self._turn: AbstractContextManager[Any] = threading.RLock() if exclusive else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the library."""
        with self._turn, in_words(), Session(self.engine) as session:
            self._refuse_if_closed()
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are on disk when the block ends, all or none."""
        with (
            self._turn,
            in_words(),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            self._refuse_if_closed()
            yield session

    def close(self) -> None:
        """Let go of the file, after the transaction that is under way; none can begin afterwards."""
        with self._turn, in_words():
            self._closed = True
            if self.engine.dialect.name == "sqlite" and self.exclusive:
                with self.engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA optimize")
            self.engine.dispose()

    def _refuse_if_closed(self) -> None:
        """A thread that comes late must not open the file again."""
        if self._closed:
            raise LibraryError("The library is closed.", hint="Open it again.")


def open_database(url: str, *, exclusive: bool | None = None) -> Database:
    """Open or create the database at `url`; LibraryError where that cannot be done safely."""
    if make_url(url).get_backend_name() != "sqlite":
        return Database(create_engine(url, pool_pre_ping=True), exclusive=False)
    if exclusive is None:
        exclusive = sqlite3.sqlite_version_info < SAFE_WAL
    pool: dict[str, Any] = {"poolclass": StaticPool} if exclusive else {}
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 0}, **pool)
    event.listen(engine, "connect", _prepare_exclusive if exclusive else _prepare_shared)
    event.listen(engine, "begin", _begin)
    with in_words(), engine.connect():
        return Database(engine, exclusive=exclusive)


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what a database says into what a reader understands."""
    try:
        yield
    except exc.StatementError as error:
        raise _sentence(str(error.orig)) from error
    except sqlite3.Error as error:
        raise _sentence(str(error)) from error


def _prepare_exclusive(connection: sqlite3.Connection, _record: Any) -> None:
    _prepare(connection, "EXCLUSIVE")


def _prepare_shared(connection: sqlite3.Connection, _record: Any) -> None:
    _prepare(connection, "NORMAL")


def _prepare(connection: sqlite3.Connection, locking: str) -> None:
    """Set up a fresh connection; with exclusive locking the file is ours from here on."""
    connection.isolation_level = None  # BEGIN is ours to say: see `_begin`
    connection.execute(f"PRAGMA busy_timeout={OPEN_TIMEOUT_MS}")
    connection.execute(f"PRAGMA locking_mode={locking}")
    _claim(connection)
    if connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] != "wal":
        raise LibraryError(
            "The library is on a drive that cannot keep it safe.", hint="Keep the library on a local drive."
        )
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("COMMIT")
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def _claim(connection: sqlite3.Connection) -> None:
    """Refuse a database of another program; mark an empty one as ours."""
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    if owner == APPLICATION_ID:
        return
    if owner or connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise LibraryError("The file is a database of another program.", hint="Choose another folder.")
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")


def _begin(connection: Connection) -> None:
    """Take the right to write at the start: a transaction that reads first could be refused it later."""
    writes = connection.get_execution_options().get("negatoscope_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _sentence(words: str) -> LibraryError:
    known = {
        "locked": (
            "The library is open in another window or command.",
            "Close it there, or choose another library with NEGATOSCOPE_HOME.",
        ),
        "disk is full": (
            "The disk with the library is full; the last change was not saved.",
            "Free some space and try again. Everything saved before is safe.",
        ),
        "readonly": ("The library may not be written.", "Ask for the right to write its folder."),
        "unable to open": (
            "The library cannot be opened.",
            "Check that its folder is there and may be written.",
        ),
        "not a database": ("The library file is damaged or is no library.", "Restore it from a backup."),
        "malformed": ("The library file is damaged.", "Restore it from a backup."),
        "disk I/O": (
            "The drive with the library cannot be read or written.",
            "Check the drive and its cable.",
        ),
    }
    for sign, (sentence, hint) in known.items():
        if sign in words:
            return LibraryError(sentence, hint=hint)
    return LibraryError("The library refused a request.", hint="What is saved is safe. The log says more.")


def sqlite_url(path: Path) -> str:
    """The URL of a database file."""
    return f"sqlite:///{path}"
