"""The tables of the library. Private to this folder: rows never leave it.

`facts` columns hold frozen values as JSON, such as what a header says; what is searched, sorted or counted
has a column of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import BigInteger, ForeignKey, MetaData, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from app.library.columns import AnyPath, AnyText, Json

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
CASCADE = "all, delete-orphan"


class Base(DeclarativeBase):
    """Common ground of all tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar = {str: AnyText, Path: AnyPath, dict[str, Any]: Json, list[Any]: Json}


class PatientRow(Base):
    """Who was examined, as the first file told."""

    __tablename__ = "patient"
    __table_args__ = (UniqueConstraint("identifier", "name", "birth_date", "sex"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    identifier: Mapped[str]
    name: Mapped[str] = mapped_column(index=True)
    birth_date: Mapped[str]
    sex: Mapped[str]
    studies: Mapped[list[StudyRow]] = relationship(back_populates="patient")


class StudyRow(Base):
    """One study."""

    __tablename__ = "study"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    age: Mapped[str]
    date: Mapped[str] = mapped_column(index=True)
    time: Mapped[str]
    description: Mapped[str]
    accession: Mapped[str]
    institution: Mapped[str]
    added: Mapped[str]
    searched: Mapped[str]  # folded words that a search looks in
    settled: Mapped[bool]  # says what most files say, not only the first that came
    patient: Mapped[PatientRow] = relationship(back_populates="studies", lazy="joined")
    series: Mapped[list[SeriesRow]] = relationship(cascade=CASCADE, passive_deletes=True)


class SeriesRow(Base):
    """One series of one study."""

    __tablename__ = "series"
    __table_args__ = (UniqueConstraint("study_id", "uid"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"))
    uid: Mapped[str]
    modality: Mapped[str]
    instances: Mapped[list[InstanceRow]] = relationship(
        cascade=CASCADE, passive_deletes=True, order_by="InstanceRow.id"
    )
    sayings: Mapped[list[SayingRow]] = relationship(cascade=CASCADE, passive_deletes=True)


class SayingRow(Base):
    """What files say about their study and series; files that say the same share one row."""

    __tablename__ = "saying"
    __table_args__ = (UniqueConstraint("series_id", "sha256"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"))
    sha256: Mapped[str]
    study: Mapped[dict[str, Any]]
    series: Mapped[dict[str, Any]]


class InstanceRow(Base):
    """One file, referenced where it lies. Size and time tell whether it is still the one that was read.

    `sha256` of the file is kept only where another file has the same identifier, to tell copies.
    """

    __tablename__ = "instance"
    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"), index=True)
    saying_id: Mapped[int] = mapped_column(ForeignKey("saying.id"))
    path: Mapped[Path] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    modified_ns: Mapped[int] = mapped_column(BigInteger)
    sop_instance_uid: Mapped[str] = mapped_column(index=True)
    sha256: Mapped[str]
    facts: Mapped[dict[str, Any]]


class ImportRow(Base):
    """One import, so that one that was cut short can be taken up again. `ended` is empty until it is done."""

    __tablename__ = "import_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    paths: Mapped[list[Any]]
    started: Mapped[str]
    ended: Mapped[str]
    read: Mapped[int]
    refused: Mapped[list[Any]]


class PredictionRow(Base):
    """What one model said about one study, with the card as it was."""

    __tablename__ = "prediction"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    model_key: Mapped[str]
    weights_sha256: Mapped[str]
    created: Mapped[str]
    card: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any]]
    findings: Mapped[list[FindingRow]] = relationship(
        cascade=CASCADE, passive_deletes=True, order_by="FindingRow.position"
    )


class FindingRow(Base):
    """One target of one prediction, and what the reader made of it."""

    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("prediction_id", "position"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    prediction_id: Mapped[int] = mapped_column(ForeignKey("prediction.id", ondelete="CASCADE"))
    position: Mapped[int]
    target: Mapped[str]
    state: Mapped[str]
    score: Mapped[float | None]
    reason: Mapped[str]
    decision: Mapped[str]
    comment: Mapped[str]


class DecisionRow(Base):
    """Every decision ever made, when and by whom; nothing here is changed or taken back."""

    __tablename__ = "decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), index=True)
    decision: Mapped[str]
    comment: Mapped[str]
    reader: Mapped[str]
    made: Mapped[str]


class AttributionRow(Base):
    """One explanation; its maps are in the blob of that name. The same question has one row."""

    __tablename__ = "attribution"
    __table_args__ = (
        UniqueConstraint("study_id", "model_key", "weights_sha256", "target", "method", "parameters_sha256"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"))
    model_key: Mapped[str]
    weights_sha256: Mapped[str]
    target: Mapped[str]
    method: Mapped[str]
    parameters_sha256: Mapped[str]
    score: Mapped[float]
    holds: Mapped[bool]
    created: Mapped[str]
    blob_sha256: Mapped[str] = mapped_column(index=True)


class DeskRow(Base):
    """How the reader last had a study on the screen."""

    __tablename__ = "desk"
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), primary_key=True)
    saved: Mapped[str]
    facts: Mapped[dict[str, Any]]


class MeasurementRow(Base):
    """One measurement of the reader's, as it was last changed."""

    __tablename__ = "measurement"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    uid: Mapped[str] = mapped_column(unique=True)
    changed: Mapped[str]
    facts: Mapped[dict[str, Any]]


class SegmentationRow(Base):
    """Segments that a person draws on a volume, as they were last changed. voxels: packed labels."""

    __tablename__ = "segmentation"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    uid: Mapped[str] = mapped_column(unique=True)
    reader: Mapped[str]
    changed: Mapped[str]
    facts: Mapped[dict[str, Any]]
    voxels: Mapped[bytes]


class ContourRow(Base):
    """One contour as a reader last changed it: control points in LPS millimetres, by picture."""

    __tablename__ = "contour"
    __table_args__ = (UniqueConstraint("study_id", "display_set", "position", "phase"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"))
    display_set: Mapped[str]
    reader: Mapped[str]
    changed: Mapped[str]
    position: Mapped[int]
    phase: Mapped[int]
    controls: Mapped[list[Any]]


class NamedViewRow(Base):
    """Which standard view a loop shows, as a reader said."""

    __tablename__ = "named_view"
    __table_args__ = (UniqueConstraint("study_id", "display_set"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"))
    display_set: Mapped[str]
    reader: Mapped[str]
    changed: Mapped[str]
    view: Mapped[str]


class EmbeddingRow(Base):
    """What one model's weights made of one display set: a unit vector, float32 little endian."""

    __tablename__ = "embedding"
    __table_args__ = (UniqueConstraint("study_id", "display_set", "weights_sha256"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"))
    display_set: Mapped[str]
    weights_sha256: Mapped[str] = mapped_column(index=True)
    vector: Mapped[bytes]
    created: Mapped[str]


class ReadingRow(Base):
    """One change of the read status of a study; the last one holds, and none is taken back."""

    __tablename__ = "reading"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    status: Mapped[str]
    reader: Mapped[str]
    changed: Mapped[str]
    by_hand: Mapped[bool]


class ReportRow(Base):
    """One file that left the room."""

    __tablename__ = "report"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    path: Mapped[Path]
    sha256: Mapped[str]
    created: Mapped[str]
