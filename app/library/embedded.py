"""Embeddings of pictures and volumes: computed once, kept with the hash of the weights that made them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.library.answers import now, study_id
from app.library.database import Database
from app.library.tables import EmbeddingRow, StudyRow

_log = logging.getLogger(__name__)
Vector = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Embedding:
    """What a model makes of one display set: a unit vector."""

    study_uid: str
    display_set_uid: str
    vector: Vector


@dataclass(frozen=True)
class Neighbour:
    """A display set that was found, and its cosine with what was searched for."""

    study_uid: str
    display_set_uid: str
    cosine: float


@dataclass(frozen=True, eq=False)
class Gallery:
    """Every embedding that one model made, ready to be searched.

    vectors  (n, d) float32 unit vectors
    state    tells whether the library holds others by now
    """

    studies: tuple[str, ...]
    display_sets: tuple[str, ...]
    vectors: Vector
    state: tuple[int, int] = (0, 0)

    def __len__(self) -> int:
        return len(self.studies)

    def search(self, query: Vector, count: int = 10, *, without: str = "") -> tuple[Neighbour, ...]:
        """The nearest display sets, best first; `without` leaves a study out. One per study."""
        if not len(self) or query.shape != self.vectors.shape[1:]:
            return ()
        cosines = self.vectors @ query.astype(np.float32)
        wide = min(len(cosines), max(64, 8 * count))
        while True:
            some = np.argpartition(-cosines, wide - 1)[:wide]
            order = some[np.argsort(-cosines[some], kind="stable")]
            found = self._one_per_study(order, cosines, without)
            if len(found) >= count or wide == len(cosines):
                return found[:count]
            wide = min(len(cosines), 4 * wide)

    def _one_per_study(
        self, order: NDArray[np.int64], cosines: Vector, without: str
    ) -> tuple[Neighbour, ...]:
        best: dict[str, Neighbour] = {}
        for n in order:
            uid = self.studies[n]
            if uid != without and uid not in best:
                best[uid] = Neighbour(uid, self.display_sets[n], float(cosines[n]))
        return tuple(best.values())


class Embedded:
    """`library.embedded`: one vector per display set and model."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, embeddings: Sequence[Embedding], weights_sha256: str) -> None:
        """Keep vectors; those of a display set that has one of the same weights are passed over."""
        with self._database.writing() as session:
            for embedding in embeddings:
                _put(session, embedding, weights_sha256)

    def known(self, study_uid: str, weights_sha256: str) -> tuple[Embedding, ...]:
        """The vectors of a study that these weights made."""
        with self._database.reading() as session:
            query = select(EmbeddingRow).join(StudyRow).where(StudyRow.uid == study_uid)
            rows = session.scalars(query.where(EmbeddingRow.weights_sha256 == weights_sha256))
            return tuple(Embedding(study_uid, row.display_set, _vector(row.vector)) for row in rows)

    def missing(self, weights_sha256: str) -> tuple[str, ...]:
        """Uids of the studies without any vector of these weights, oldest first."""
        with self._database.reading() as session:
            own = select(EmbeddingRow.study_id).where(EmbeddingRow.weights_sha256 == weights_sha256)
            query = select(StudyRow.uid).where(StudyRow.id.not_in(own)).order_by(StudyRow.id)
            return tuple(session.scalars(query))

    def gallery(self, weights_sha256: str, last: Gallery | None = None) -> Gallery:
        """Everything that can be searched; `last` itself where nothing has changed since."""
        with self._database.reading() as session:
            state = _state(session, weights_sha256)
            if last is not None and last.state == state:
                return last
            query = select(StudyRow.uid, EmbeddingRow.display_set, EmbeddingRow.vector).join(StudyRow)
            query = query.where(EmbeddingRow.weights_sha256 == weights_sha256).order_by(EmbeddingRow.id)
            rows = session.execute(query).all()
        return _gallery([(uid, display_set, blob) for uid, display_set, blob in rows], state)


def _gallery(rows: Sequence[tuple[str, str, bytes]], state: tuple[int, int]) -> Gallery:
    """Vectors of one length; a damaged one is left out."""
    length = max((len(blob) for _, _, blob in rows), default=0)
    sound = [row for row in rows if len(row[2]) == length]
    if len(sound) < len(rows):
        _log.warning("%d embeddings cannot be read", len(rows) - len(sound))
    joined = np.frombuffer(b"".join(blob for _, _, blob in sound), "<f4")
    vectors = joined.reshape(len(sound), length // 4) if sound else np.zeros((0, 0), np.float32)
    return Gallery(tuple(r[0] for r in sound), tuple(r[1] for r in sound), vectors, state)


def _put(session: Session, embedding: Embedding, weights_sha256: str) -> None:
    study = study_id(session, embedding.study_uid)
    keys = {"study_id": study, "display_set": embedding.display_set_uid, "weights_sha256": weights_sha256}
    if session.scalar(select(EmbeddingRow.id).filter_by(**keys)) is None:
        vector = np.ascontiguousarray(embedding.vector, "<f4").tobytes()
        session.add(EmbeddingRow(**keys, vector=vector, created=now()))


def _state(session: Session, weights_sha256: str) -> tuple[int, int]:
    query = select(func.count(EmbeddingRow.id), func.max(EmbeddingRow.id))
    count, highest = session.execute(query.where(EmbeddingRow.weights_sha256 == weights_sha256)).one()
    return int(count), int(highest or 0)


def _vector(blob: bytes) -> Vector:
    return np.frombuffer(blob, "<f4").astype(np.float32)
