"""Alembic: how the schema became what it is."""
