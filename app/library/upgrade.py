"""Bring a library to the present schema, from nothing or from any earlier one; all of it or nothing."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from app.library.database import Database, in_words
from inference.errors import LibraryError

REVISIONS = ("0001", "0003", "0002", "0004", "0005", "0006")  # oldest first
HEAD = REVISIONS[-1]


def upgrade(database: Database) -> None:
    """Run the migrations that are still to come, in one transaction."""
    with database.writing() as session:
        connection = session.connection()
        revision = revision_of(connection)
        if revision == HEAD:
            return  # nearly always; spares the import of Alembic
        if revision and revision not in REVISIONS:
            raise LibraryError(
                "The library was written by a newer version of the application.",
                hint="Open it with that version; this one leaves it as it is.",
            )
        with in_words():
            _run(connection)


def revision_of(connection: Connection) -> str:
    """The schema that a database has; empty where it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or "")


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
