"""The first schema: patients, studies, files, answers and what the reader made of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    """Make all tables."""
    _patient()
    _study()
    _series()
    _saying()
    _instance()
    _import_session()
    _prediction()
    _finding()
    _decision()
    _attribution()
    _desk()
    _report()


def downgrade() -> None:
    """There is nothing before the first."""
    raise NotImplementedError("a library is never taken back to an older schema; open its backup instead")


def _patient() -> None:
    op.create_table(
        "patient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_patient"),
        sa.UniqueConstraint("identifier", "name", "birth_date", "sex", name="uq_patient_identifier"),
    )
    op.create_index("ix_patient_name", "patient", ["name"], unique=False)


def _study() -> None:
    op.create_table(
        "study",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("age", sa.Text(), nullable=False),
        sa.Column("date", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("accession", sa.Text(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("added", sa.Text(), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_study_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_study"),
        sa.UniqueConstraint("uid", name="uq_study_uid"),
    )
    op.create_index("ix_study_date", "study", ["date"], unique=False)
    op.create_index("ix_study_patient_id", "study", ["patient_id"], unique=False)


def _series() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("modality", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_series_study_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_series"),
        sa.UniqueConstraint("study_id", "uid", name="uq_series_study_id"),
    )


def _saying() -> None:
    op.create_table(
        "saying",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("study", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name="fk_saying_series_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_saying"),
        sa.UniqueConstraint("series_id", "sha256", name="uq_saying_series_id"),
    )


def _instance() -> None:
    op.create_table(
        "instance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("saying_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("sop_instance_uid", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["saying_id"], ["saying.id"], name="fk_instance_saying_id"),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name="fk_instance_series_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_instance"),
        sa.UniqueConstraint("path", name="uq_instance_path"),
    )
    op.create_index("ix_instance_series_id", "instance", ["series_id"], unique=False)
    op.create_index("ix_instance_sop_instance_uid", "instance", ["sop_instance_uid"], unique=False)


def _import_session() -> None:
    op.create_table(
        "import_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paths", sa.Text(), nullable=False),
        sa.Column("started", sa.Text(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_session"),
    )


def _prediction() -> None:
    op.create_table(
        "prediction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("model_key", sa.Text(), nullable=False),
        sa.Column("weights_sha256", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name="fk_prediction_study_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_prediction"),
    )
    op.create_index("ix_prediction_study_id", "prediction", ["study_id"], unique=False)


def _finding() -> None:
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["prediction.id"], name="fk_finding_prediction_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_finding"),
        sa.UniqueConstraint("prediction_id", "position", name="uq_finding_prediction_id"),
    )


def _decision() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("made", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name="fk_decision_finding_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_finding_id", "decision", ["finding_id"], unique=False)


def _attribution() -> None:
    op.create_table(
        "attribution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("model_key", sa.Text(), nullable=False),
        sa.Column("weights_sha256", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("parameters_sha256", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("blob_sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name="fk_attribution_study_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attribution"),
        sa.UniqueConstraint(
            "study_id",
            "model_key",
            "weights_sha256",
            "target",
            "method",
            "parameters_sha256",
            name="uq_attribution_study_id",
        ),
    )
    op.create_index("ix_attribution_blob_sha256", "attribution", ["blob_sha256"], unique=False)


def _desk() -> None:
    op.create_table(
        "desk",
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("saved", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_desk_study_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("study_id", name="pk_desk"),
    )


def _report() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_report_study_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
    )
    op.create_index("ix_report_study_id", "report", ["study_id"], unique=False)
