import sqlite3
import subprocess
import sys

import pytest
from sqlalchemy import text

from app.library.database import APPLICATION_ID, open_database, sqlite_url
from app.library.library import Library
from app.library.tables import Base, PatientRow
from app.library.upgrade import HEAD, revision_of, upgrade
from inference.errors import LibraryError

ON = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL
    "foreign_keys": 1,
    "trusted_schema": 0,
    "secure_delete": 1,
    "temp_store": 2,  # MEMORY
    "busy_timeout": 5000,
    "application_id": APPLICATION_ID,
}


@pytest.mark.parametrize("exclusive", [True, False])
def test_the_settings_that_keep_data_safe_are_really_on(tmp_path, exclusive):
    database = open_database(sqlite_url(tmp_path / "a.db"), exclusive=exclusive)
    with database.reading() as session:
        found = {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in ON}
        locking = session.execute(text("PRAGMA locking_mode")).scalar()
    database.close()
    assert found == ON
    assert locking == ("exclusive" if exclusive else "normal")


def test_an_old_sqlite_gets_one_exclusive_connection(tmp_path):
    database = open_database(sqlite_url(tmp_path / "a.db"))
    database.close()
    assert database.exclusive == (sqlite3.sqlite_version_info < (3, 51, 3))


def test_a_second_opening_is_refused_in_words(tmp_path):
    first = open_database(sqlite_url(tmp_path / "a.db"), exclusive=True)
    with pytest.raises(LibraryError, match="open in another window") as refused:
        open_database(sqlite_url(tmp_path / "a.db"), exclusive=True)
    assert "NEGATOSCOPE_HOME" in refused.value.hint
    first.close()
    open_database(sqlite_url(tmp_path / "a.db"), exclusive=True).close()


HOLDER = """
import sys, time
from app.library.database import open_database, sqlite_url
database = open_database(sqlite_url(sys.argv[1]), exclusive=True)
print("open", flush=True)
time.sleep(60)
"""


def test_the_lock_of_a_killed_window_is_gone_at_once(tmp_path):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path / "a.db"], stdout=subprocess.PIPE)
    with holder:
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(LibraryError, match="open in another window"):
            open_database(sqlite_url(tmp_path / "a.db"), exclusive=True)
        holder.kill()
    open_database(sqlite_url(tmp_path / "a.db"), exclusive=True).close()


def test_an_empty_file_is_migrated_to_the_present_schema(tmp_path):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    database = open_database(sqlite_url(tmp_path / "a.db"))
    upgrade(database)
    upgrade(database)
    with database.reading() as session:
        connection = session.connection()
        assert revision_of(connection) == HEAD
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    database.close()
    assert ScriptDirectory("app/library/migrations").get_current_head() == HEAD


def test_a_library_of_a_newer_version_is_left_as_it_is(tmp_path):
    Library.open(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "library.db")
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = (tmp_path / "library.db").read_bytes()
    with pytest.raises(LibraryError, match="newer version"):
        Library.open(tmp_path)
    assert (tmp_path / "library.db").read_bytes() == before


def test_a_migration_that_fails_leaves_nothing(tmp_path, monkeypatch):
    database = open_database(sqlite_url(tmp_path / "a.db"))

    def break_off(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("alembic.ddl.impl.DefaultImpl.create_index", break_off)
    with pytest.raises(KeyboardInterrupt):
        upgrade(database)
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM sqlite_master")).scalar() == 0
    database.close()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"not a database at all" * 200, "damaged or is no library"), (None, "another program")],
)
def test_a_foreign_file_is_refused_and_left_alone(tmp_path, content, words):
    path = tmp_path / "library.db"
    if content is None:
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE mine (x)")
        connection.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(LibraryError, match=words):
        Library.open(tmp_path)
    assert path.read_bytes() == before


def test_what_fails_half_way_is_not_there(tmp_path):
    library = Library.open(tmp_path)
    patient = PatientRow(identifier="1", name="2", birth_date="3", sex="4")

    def fail():
        with library._database.writing() as session:
            session.add(patient)
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with library._database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM patient")).scalar() == 0
    library.close()


def test_a_thread_that_comes_late_does_not_open_the_file_again(tmp_path):
    library = Library.open(tmp_path)
    library.close()
    with pytest.raises(LibraryError, match="closed"):
        library.entries()
    with pytest.raises(LibraryError, match="closed"):
        library.remove("1")
    Library.open(tmp_path).close()


def test_a_folder_that_cannot_be_made_is_told_of(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(LibraryError, match="cannot be made"):
        Library.open(tmp_path / "file" / "library")
