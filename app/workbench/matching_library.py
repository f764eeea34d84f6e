"""Similar cases of the library, by the series on show or by words, from embeddings made once."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.library.embedded import Gallery, Neighbour
from app.library.values import StudyEntry
from app.match_values import StudyVectors
from app.matching import MODEL
from app.panels.sight import bring_into_sight
from app.panels.similar import PICTURE_PX, Case, SimilarPanel
from app.viewer.thumbnails import thumbnail_image
from app.workbench.matching import Matching
from app.workbench.matching_embedding import EmbeddingLibrary
from app.workbench.services import Services
from inference.errors import NotApplicableError, WeightsError
from inference.imaging.read import read_thumbnail
from inference.imaging.study import Study
from inference.models import catalogue
from inference.progress import Report

COUNT = 12


class Similar(QObject):
    """Searches in a pool thread, and shows what was found with pictures."""

    open_requested = Signal(str)  # study uid

    def __init__(self, services: Services, panel: SimilarPanel, matching: Matching) -> None:
        super().__init__()
        self._services, self._panel, self._matching = services, panel, matching
        self._workspace = services.workspace
        self._gallery: Gallery | None = None
        self._embedding = EmbeddingLibrary(services)
        self._embedding.going_on.connect(lambda left: panel.show_busy(f"Reading for the search: {left} left"))
        self._embedding.ended.connect(self.count)
        panel.hide()
        panel.similar_requested.connect(self.like_this)
        panel.text_requested.connect(self.find)
        panel.update_requested.connect(self._embedding.start)
        panel.open_requested.connect(self.open_requested)

    @property
    def is_shown(self) -> bool:
        """Whether the panel is open."""
        return not self._panel.isHidden()

    def toggle(self) -> None:
        """Open the panel, or put it away."""
        if self.is_shown:
            self._panel.hide()
            return
        try:
            catalogue.card(MODEL)
        except WeightsError as error:
            self._services.messages.show(error)
            return
        self._panel.show()
        self._panel.words.setFocus()
        bring_into_sight(self._panel)
        self.count()

    def count(self) -> None:
        """Say how much can be searched."""
        self._services.quiet.run("Counting what can be searched", self._counted, then=self._show_count)

    def like_this(self) -> None:
        """The studies that look most like the series in the chosen viewport."""
        study, uid = self._workspace.sitting.current, self._matching.display_set_uid
        if study is None or all(d.uid != uid for d in study.display_sets):
            self._say(NotApplicableError("There is no series to compare.", hint="Choose a viewport first."))
            return
        title = f"Like {study.display_set(uid).title}"
        self._panel.show_busy("Reading the series…")
        self._services.quiet.run(
            "Looking for what is known",
            lambda _report: self._known(study.uid, uid),
            then=lambda vector: self._with_vector(study, uid, title, vector),
            otherwise=self._say,
        )

    def find(self, text: str) -> None:
        """The studies that go best with words."""
        if not text.strip():
            self._say(NotApplicableError("There are no words to search for.", hint="Type some first."))
            return
        self._panel.show_busy("Reading the words…")
        self._services.runner.call(
            "Reading the words", "app.matching:embed_text", text,
            then=partial(self._search, f"“{text.strip()}”", ""), otherwise=self._say,
        )  # fmt: skip

    def _with_vector(self, study: Study, uid: str, title: str, vector: NDArray[np.float32] | None) -> None:
        if vector is not None:
            self._search(title, study.uid, vector)
            return
        self._services.runner.call(
            "Reading the series", "app.matching:embed_study", study, (uid,),
            then=lambda made: self._first_seen(uid, title, made), otherwise=self._say,
        )  # fmt: skip

    def _first_seen(self, uid: str, title: str, made: StudyVectors) -> None:
        if uid not in made.vectors:
            why = made.excluded[0].reason if made.excluded else "it holds no pictures"
            self._say(NotApplicableError(f"This series cannot be compared: {why}", hint="Choose another."))
            return
        self._embedding.save(made)
        self._search(title, made.study_uid, made.vectors[uid])

    def _search(self, title: str, without: str, vector: NDArray[np.float32]) -> None:
        def work(_report: Report) -> tuple[tuple[Neighbour, StudyEntry | None], ...]:
            self._gallery = self._services.library.embedded.gallery(_sha256(), self._gallery)
            entries = {entry.uid: entry for entry in self._services.library.entries()}
            found = self._gallery.search(vector, COUNT, without=without)
            return tuple((neighbour, entries.get(neighbour.study_uid)) for neighbour in found)

        self._services.quiet.run("Searching", work, then=partial(self._show, title), otherwise=self._say)

    def _show(self, title: str, found: tuple[tuple[Neighbour, StudyEntry | None], ...]) -> None:
        self._panel.show_busy("")
        self._panel.show_cases(title, [_case(neighbour, entry) for neighbour, entry in found])
        for neighbour, _entry in found:
            self._services.quiet.run(
                "Thumbnail", partial(self._picture, neighbour),
                then=partial(self._panel.show_picture, neighbour.study_uid),
            )  # fmt: skip
        self.count()

    def _picture(self, neighbour: Neighbour, _report: Report) -> object:
        study = self._services.library.study(neighbour.study_uid)
        return thumbnail_image(read_thumbnail(study.display_set(neighbour.display_set_uid)), PICTURE_PX)

    def _known(self, study_uid: str, uid: str) -> NDArray[np.float32] | None:
        known = self._services.library.embedded.known(study_uid, _sha256())
        return next((e.vector for e in known if e.display_set_uid == uid), None)

    def _counted(self, _report: Report) -> tuple[int, int]:
        self._gallery = self._services.library.embedded.gallery(_sha256(), self._gallery)
        return len(self._gallery), len(self._services.library.embedded.missing(_sha256()))

    def _show_count(self, counts: tuple[int, int]) -> None:
        self._panel.show_busy("")
        self._panel.show_library(*counts)

    def _say(self, error: Exception) -> None:
        self._panel.show_busy("")
        self._services.messages.show(error)
        self.count()


def _sha256() -> str:
    return catalogue.card(MODEL).weights_sha256


def _case(neighbour: Neighbour, entry: StudyEntry | None) -> Case:
    words = f"{entry.date}  {entry.description}".strip() if entry else "no longer in the library"
    name = entry.patient.name if entry else ""
    return Case(neighbour.study_uid, neighbour.display_set_uid, name, words, neighbour.cosine)
