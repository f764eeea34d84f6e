"""What readers change about loops, by study: contours of cavities, and the views that loops show."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0003"


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "contour",
        *_common("contour"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("phase", sa.Integer(), nullable=False),
        sa.Column("controls", sa.Text(), nullable=False),
        sa.UniqueConstraint("study_id", "display_set", "position", "phase", name="uq_contour_study_id"),
    )
    op.create_table(
        "named_view",
        *_common("named_view"),
        sa.Column("view", sa.Text(), nullable=False),
        sa.UniqueConstraint("study_id", "display_set", name="uq_named_view_study_id"),
    )


def downgrade() -> None:
    """A library is never taken back."""
    raise NotImplementedError("a library is never taken back to an older schema; open its backup instead")


def _common(table: str) -> list[sa.Column[object] | sa.Constraint]:
    """Which series of which study, who said so and when."""
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("display_set", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=f"fk_{table}_study_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    ]
