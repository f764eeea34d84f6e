"""Embeddings of display sets, by the weights that made them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "embedding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("display_set", sa.Text(), nullable=False),
        sa.Column("weights_sha256", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_embedding_study_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_embedding"),
        sa.UniqueConstraint("study_id", "display_set", "weights_sha256", name="uq_embedding_study_id"),
    )
    op.create_index("ix_embedding_weights_sha256", "embedding", ["weights_sha256"], unique=False)


def downgrade() -> None:
    """A library is never taken back."""
    raise NotImplementedError("a library is never taken back to an older schema; open its backup instead")
