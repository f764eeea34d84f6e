"""Segments that readers draw, by study."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "segmentation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("voxels", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name="fk_segmentation_study_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_segmentation"),
        sa.UniqueConstraint("uid", name="uq_segmentation_uid"),
    )
    op.create_index("ix_segmentation_study_id", "segmentation", ["study_id"], unique=False)


def downgrade() -> None:
    """A library is never taken back."""
    raise NotImplementedError("a library is never taken back to an older schema; open its backup instead")
