"""Masks, words and regions of a CT: asked for once a model has read it, laid over its pictures."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.object_content import LaidObject, LayerRow
from app.panels.words import NOWHERE, WordsPanel
from app.theme import caption_font
from app.viewer.hanging import Hanging
from app.viewer.layers.value_map import ValueMapLayer
from app.workbench.objects import Objects
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.imaging.objects.parametric_maps import ValueMap
from inference.imaging.objects.references import Binding, References
from inference.imaging.study import Study
from inference.imaging.volume import Volume
from inference.models.t3d_reading import CTReading, WordMaps
from inference.place import Place
from inference.prediction import Prediction

FAMILIES = ("t3d", "monai")
SHOWN_FROM = 0.35  # of a word's strongest place: what is weaker stays transparent


class Segmenting(QObject):
    """Keeps what was read in the open studies; the chosen viewport says whose words are shown."""

    changed = Signal()

    def __init__(
        self, services: Services, hanging: Hanging, showing: Showing, *, objects: Objects, panel: WordsPanel
    ) -> None:
        super().__init__()
        self._services, self._hanging, self._objects, self._panel = services, hanging, objects, panel
        self._workspace = services.workspace
        self._readings: dict[str, CTReading] = {}  # by study uid
        self._maps: WordMaps | None = None
        self._layer: ValueMapLayer | None = None
        self._asked: set[tuple[str, str]] = set()
        self._awaited: dict[tuple[str, str], str] = {}  # titles of models that are still outlining
        self._workspace.predictions_changed.connect(self._ask)
        self._workspace.current_changed.connect(self._forget)
        showing.hung.connect(self._dress)
        panel.text_chosen.connect(self._look_up)
        panel.word_hovered.connect(self._point)
        panel.word_chosen.connect(self._go_to)
        panel.errors_toggled.connect(self._show_errors)

    @property
    def reading(self) -> CTReading | None:
        """What was read in the open study."""
        current = self._workspace.sitting.current
        return self._readings.get(current.uid) if current else None

    @property
    def awaited(self) -> tuple[str, ...]:
        """The models that are still outlining the open study."""
        current = self._workspace.sitting.current
        return tuple(title for (uid, _), title in self._awaited.items() if current and uid == current.uid)

    def _ask(self, predictions: tuple[Prediction, ...]) -> None:
        """Masks are not kept with an answer: they are made again, from what the runner still has."""
        for prediction in predictions:
            study = self._study(prediction.study_uid)
            asked = (prediction.study_uid, prediction.created)
            if study is None or asked in self._asked or not _has_read(prediction):
                continue
            self._asked.add(asked)
            self._awaited[asked] = prediction.card.title
            job = self._services.runner.call(
                f"{prediction.card.title} outlines organs",
                "app.reading:read_volume_of",
                study,
                prediction.card.key,
                then=self._take,
                otherwise=self._services.messages.show,
            )
            job.ended.connect(partial(self._awaited.pop, asked, None))

    def _take(self, reading: CTReading) -> None:
        study = self._study(reading.study_uid)
        if study is None:
            return  # closed meanwhile
        self._readings[reading.study_uid] = reading
        self._objects.lay(laid_masks(reading, study))
        self._dress()
        self._panel.show_reading(self.reading)
        if reading is self.reading and reading.draft:
            self._look_up(reading.draft_text)
        self.changed.emit()

    def _look_up(self, text: str) -> None:
        reading = self.reading
        study = self._study(reading.study_uid) if reading else None
        self._maps = None
        if reading is None or study is None or not text.strip():
            return
        self._services.runner.call(
            "Looking up the words",
            "app.reading:look_for_words",
            study,
            reading.model_key,
            text,
            then=self._take_maps,
            otherwise=self._services.messages.show,
        )

    def _take_maps(self, maps: WordMaps) -> None:
        if self.reading is not None and maps.study_uid == self.reading.study_uid:
            self._maps = maps
            self._panel.show_maps(maps)

    def _point(self, word: int) -> None:
        """Lay the places that a word is looked at from over the pictures."""
        if self._maps is None or word == NOWHERE:
            if not self._panel.errors.isChecked():
                self._lay(None)
            return
        values = percent_of_strongest(self._maps.place.dense(self._maps.maps[word]))
        title = f"“{self._maps.word(word)}”"
        self._lay(self._map(title, "% of the strongest", values, self._maps.place))

    def _go_to(self, word: int) -> None:
        if self._maps is not None:
            best = int(np.argmax(self._maps.maps[word]))
            self._hanging.go_to(self._hanging.active, self._maps.place.centres_lps_mm[best])

    def _show_errors(self, shown: bool) -> None:
        reading = self.reading
        if not shown or reading is None or reading.errors is None or reading.errors_place is None:
            self._lay(None)
            return
        values = reading.errors_place.dense(reading.errors)
        values = np.where(values >= np.nanpercentile(values, 85), values, np.nan)
        self._lay(self._map("Restoration error", "0 to 1", values, reading.errors_place))

    def _map(self, title: str, quantity: str, values: np.ndarray, place: Place) -> ValueMapLayer:
        frame = References((place.series_uid,), (), place.frame_of_reference_uid)
        made = ValueMap(title, f"{title}, {quantity}", Volume(values, place.affine_lps), frame)
        return ValueMapLayer(made, place.series_uid, caption_font())

    def _lay(self, layer: ValueMapLayer | None) -> None:
        old, self._layer = self._layer, layer
        for view in self._hanging.slice_views():
            kept = [one for one in view.layers if one is not old]
            view.layers[:] = [*kept, layer] if layer is not None else kept
            view.update()

    def _dress(self, _slot: int = 0) -> None:
        """The map of the moment in new views. (Its masks are laid objects: they stand in 3-D as these do.)"""
        for slices in self._hanging.slice_views():
            if self._layer is not None and self._layer not in slices.layers:
                slices.layers.append(self._layer)

    def _forget(self, _study: Study | None) -> None:
        self._asked.clear()
        self._awaited.clear()
        self._readings.clear()
        self._maps = None
        self._lay(None)
        self._panel.show_reading(None)
        self.changed.emit()

    def _study(self, uid: str) -> Study | None:
        return next((s for s in self._workspace.sitting.studies if s.uid == uid), None)


def percent_of_strongest(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shares of attention in per cent of the strongest; NaN where they are weak, so that nothing is drawn."""
    strongest = float(np.nanmax(values))
    if not strongest > 0:
        return np.full_like(values, np.nan)
    return np.where(values >= SHOWN_FROM * strongest, 100 * values / strongest, np.nan).astype(np.float32)


def laid_masks(reading: CTReading, study: Study) -> LaidObject:
    """The masks of a reading as something that is laid over its pictures, each segment in mL."""
    held = reading.volumes_ml
    rows = tuple(
        LayerRow(s.number, s.name, s.rgb, held[s.number], "model") for s in reading.segments.segments
    )
    target = study.display_set(reading.display_set_uid)
    return LaidObject(
        f"{reading.study_uid}|{reading.model_key}|masks",
        reading.segments.title,
        f"masks by a model, {reading.caveat}",
        Binding((target,)),
        tuple(row for row in rows if row.volume_ml),
        (reading.segments,),
        warnings=reading.warnings,
    )


def _has_read(prediction: Prediction) -> bool:
    """An answer of a model that outlines, about a study that it could read."""
    return prediction.card.family in FAMILIES and any(f.score is not None for f in prediction.findings)
