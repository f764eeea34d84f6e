"""Embeds the studies of the library, one after the other, and keeps what was made."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.library.embedded import Embedding
from app.match_values import StudyVectors
from app.matching import MODEL
from app.workbench.services import Services
from inference.imaging.study import Study
from inference.models import catalogue
from inference.progress import Report


class EmbeddingLibrary(QObject):
    """Works through what has no embedding yet; a bad study is named and passed over, Esc stops it all."""

    going_on = Signal(int)  # studies left
    ended = Signal()  # everything that was made is on disk

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._left: list[str] = []
        self._awaited = ""  # the study in work

    def start(self) -> None:
        """Embed every study that has not been embedded."""
        self._services.quiet.run(
            "Looking for studies", self._missing, then=self._begin, otherwise=self._passed
        )

    def save(self, made: StudyVectors) -> None:
        """Keep what was made, in the order of all writes to the library."""
        embeddings = [Embedding(made.study_uid, uid, vector) for uid, vector in made.vectors.items()]
        sha256 = made.weights_sha256
        self._services.saving.run(lambda: self._services.library.embedded.keep(embeddings, sha256))

    def _begin(self, uids: tuple[str, ...]) -> None:
        self._left = list(uids)
        self._next()

    def _next(self) -> None:
        if not self._left:
            self._services.saving.run(self.ended.emit)  # after the last vector is on disk
            return
        uid = self._left.pop(0)
        self.going_on.emit(len(self._left) + 1)
        self._services.quiet.run(
            "Reading the library", lambda _report: self._services.library.study(uid),
            then=self._embed, otherwise=self._passed,
        )  # fmt: skip

    def _embed(self, study: Study) -> None:
        self._awaited = study.uid
        job = self._services.runner.call(
            f"Making the library searchable, {len(self._left) + 1} left", "app.matching:embed_study", study,
            then=self._keep, otherwise=self._passed,
        )  # fmt: skip
        job.ended.connect(lambda: self._stopped(study.uid))

    def _keep(self, made: StudyVectors) -> None:
        self._awaited = ""
        self.save(made)
        self._next()

    def _passed(self, error: Exception) -> None:
        """One bad study never stops the others; it is named."""
        self._awaited = ""
        self._services.messages.show(error)
        self._next()

    def _stopped(self, uid: str) -> None:
        """Neither an answer nor an error came: the reader stopped it."""
        if self._awaited == uid:
            self._awaited, self._left = "", []
            self._services.saving.run(self.ended.emit)

    def _missing(self, _report: Report) -> tuple[str, ...]:
        return self._services.library.embedded.missing(catalogue.card(MODEL).weights_sha256)
