"""Run by Alembic: migrate over the connection that the library has open."""

from __future__ import annotations

from alembic import context

from app.library.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot alter a column in place
)
context.run_migrations()
