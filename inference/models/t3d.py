"""T3D reads a CT of chest or abdomen: findings, masks, words and regions, and a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.card import Card
from inference.errors import NotApplicableError
from inference.imaging.study import DisplaySet, Study
from inference.imaging.volume import Volume
from inference.model import Inputs, UnitModel
from inference.models.t3d_draft import KnownReport, draft, nearest_reports, reports_from_json
from inference.models.t3d_grid import BLOCK, blocks_place
from inference.models.t3d_pointing import looked
from inference.models.t3d_reading import CTReading, DraftSentence, Nearest, WordMaps, segment_map
from inference.models.t3d_series import HINT, choose, why_none
from inference.models.t3d_targets import BESIDE, CLASSES, ORGAN_OF
from inference.models.t3d_tensors import original_grid, tensors_of, tiling_in, working_grid
from inference.models.t3d_tiles import lattice_place, restoration_errors, sliding_masks
from inference.models.t3d_volume import Original, labels_on, original_of, read_thinned
from inference.models.t3d_words import PAD, Vocabulary, Words, padded
from inference.networks.t3d import T3D
from inference.networks.t3d_config import READ, T3DConfig, config_from_json
from inference.place import Place
from inference.progress import Report as Progress
from inference.progress import share, silent
from inference.weights import load_weights

SHARPNESS = 5.0  # of the maximum over sub-volumes: what one of them shows, the study has
_LEAST_ORGAN_ML = 40.0  # of an organ that a draft may call normal
_CHUNK = 4  # sub-volumes in the network at a time


class T3DModel(UnitModel):
    """Its units are sub-volumes, their elements supervoxels of 8 x 8 x 8 voxels of the working grid.

    A hidden supervoxel is smeared: its means stay, what stands out from them goes.
    """

    attributed: ClassVar[tuple[str, ...]] = ("windows",)
    together: ClassVar[bool] = True
    network: T3D
    unit_readout = unit_specials = join_readout = join_specials = 0  # nothing follows attention here

    def __init__(self, card: Card, network: T3D, words: Words, reports: Sequence[KnownReport] = ()) -> None:
        super().__init__(card, network)
        self.words = words
        self.reports = tuple(reports)

    @property
    def config(self) -> T3DConfig:
        """Shape of the network."""
        return self.network.config

    def prepare(self, study: Study, report: Progress = silent) -> Inputs:
        """Read the CT volume that covers most; NotApplicableError where there is none."""
        choice = choose(study)
        if choice.display_set is None:
            why = f"not eligible: {why_none(choice, study)}."
            raise NotApplicableError(why, hint=HINT, excluded=choice.excluded)
        found = choice.display_set
        thin, notes = read_thinned(found, self.config.spacing_mm, share(report, 0.0, 0.85))
        report(0.85, "Bringing the volume to the working grid")
        tensors = self.tensors_of(thin, original_of(found))
        places = self.places_of(tensors, _place_of(found))
        return Inputs(study.uid, tensors, places, choice.excluded, notes)

    def tensors_of(self, volume: Volume, original: Original | None = None) -> dict[str, Tensor]:
        """What the network sees of a volume in HU, and what puts its answer back into the patient."""
        return tensors_of(volume, self.config, original)

    def scores(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(batch, findings) logits: the strongest of the sub-volumes."""
        windows = tensors["windows"].to(self.device)
        encodings = self.encodings(windows.flatten(0, 1)).view(*windows.shape[:2], -1)
        return pooled_findings(self.network, encodings)

    def encodings(self, windows: Tensor) -> Tensor:
        """(n, 1, slices, rows, columns) -> (n, encoding)."""
        rows = range(0, len(windows), _CHUNK)
        pieces = [self.network.encoded(windows[n : n + _CHUNK]) for n in rows]
        return torch.cat(pieces)

    def parts(self, inputs: Inputs) -> Mapping[str, Tensor]:
        """(1, n, 1, slices, rows, columns) number of the supervoxel; -1 beyond the volume."""
        first = 0
        labels = []
        for place in inputs.places:
            grid = torch.full(place.shape, -1, dtype=torch.int64)
            grid[tuple(torch.from_numpy(place.index).T)] = torch.arange(first, first + len(place))
            labels.append(_widened(grid))
            first += len(place)
        return {"windows": torch.stack(labels)[None, :, None]}

    def baseline(self, inputs: Inputs) -> Mapping[str, Tensor]:
        """The smeared volume."""
        return {"windows": inputs.tensors["background"]}

    def encode(self, inputs: Inputs, unit: int, keep: Tensor | None = None) -> Tensor:
        """(masks, encoding) of one sub-volume; supervoxels that are not kept are smeared."""
        window = inputs.tensors["windows"][0, unit].to(self.device)
        if keep is None:
            return self.encodings(window[None])
        smeared = inputs.tensors["background"][0, unit].to(self.device)
        place = inputs.places[unit]
        index = tuple(torch.from_numpy(place.index).T.to(keep.device))
        pieces = []
        for start in range(0, len(keep), 2 * _CHUNK):
            rows = keep[start : start + 2 * _CHUNK]
            shown = torch.ones(len(rows), *place.shape, dtype=torch.bool, device=keep.device)
            shown[(slice(None), *index)] = rows
            mixed = torch.where(_widened(shown)[:, None], window, smeared)
            pieces.append(self.encodings(mixed))
        return torch.cat(pieces)

    def join(self, inputs: Inputs, encodings: Tensor, present: Tensor | None = None) -> Tensor:  # noqa: ARG002 - the interface of every model
        """(rows, findings) from encodings (rows, units, encoding)."""
        return pooled_findings(self.network, encodings, present)

    def read(self, inputs: Inputs, report: Progress = silent) -> CTReading:
        """Masks on the scanner's grid, a draft, and where restoration from the surroundings fails."""
        tiling, working = tiling_in(inputs.tensors, self.config.crop), working_grid(inputs.tensors)
        windows = inputs.tensors["windows"][0]
        with torch.inference_mode():
            logits = sliding_masks(self.network, windows, tiling, share(report, 0.0, 0.4))
            labels = labels_on(logits, working, original_grid(inputs.tensors), share(report, 0.4, 0.6))
            errors = restoration_errors(self.network, windows, tiling, share(report, 0.6, 0.9))
        place = inputs.places[0]
        segments = segment_map(labels, CLASSES, place.frame_of_reference_uid, place.series_uid)
        report(0.9, "Looking for the nearest sentences")
        held = {s.name.lower(): segments.volumes_ml[s.number] for s in segments.segments}
        said, nearest = _drafted(self, inputs, held)
        error_place = lattice_place(tiling, working, place)
        return CTReading(
            inputs.study_uid, place.display_set_uid, self.card.key, segments, said, nearest,
            errors[tuple(error_place.index.T)], error_place, self.card.caveat, inputs.warnings,
        )  # fmt: skip

    def word_maps(self, inputs: Inputs, text: str, report: Progress = silent) -> WordMaps:
        """Where each word of `text` is looked at from; NotApplicableError where there is no word."""
        tokens = self.words.tokens(text)[: self.config.text.longest - 2]
        if not tokens:
            raise NotApplicableError("There are no words to look for.", hint="Type or paste a sentence.")
        if READ[0] not in self.config.levels:
            raise NotApplicableError(
                "This size of T3D reads reports too coarsely to point at regions.",
                hint="Use the bundled model.",
            )
        tiling = tiling_in(inputs.tensors, self.config.crop)
        ids = torch.tensor(padded([[token.id for token in tokens]], self.config.text.longest))
        with torch.inference_mode():
            seen = self.network.read(ids.to(self.device))
            maps = looked(self.network, inputs.tensors["windows"][0], tiling, seen, report)
        place = lattice_place(tiling, working_grid(inputs.tensors), inputs.places[0])
        spans = tuple((token.start, token.end) for token in tokens)
        return WordMaps(inputs.study_uid, text, spans, maps[:, *place.index.T], place)

    def image_embedding(self, inputs: Inputs) -> Tensor:
        """(embedding,) of a study; it needs no report."""
        with torch.inference_mode():
            encodings = self.encodings(inputs.tensors["windows"][0].to(self.device))
            return self.network.image_embedding(encodings[None])[0].cpu()

    def text_embeddings(self, texts: Sequence[str]) -> Tensor:
        """(n, embedding) of reports or sentences."""
        longest = self.config.text.longest
        rows = padded([[token.id for token in self.words.tokens(text)] for text in texts], longest)
        with torch.inference_mode():
            batches = torch.split(torch.tensor(rows, device=self.device), 32)
            made = [self.network.text_embedding(self.network.read(_trimmed(ids))) for ids in batches]
            return torch.cat(made).cpu()

    def places_of(self, tensors: Mapping[str, Tensor], like: Place) -> tuple[Place, ...]:
        """The supervoxels of every sub-volume; `like` names the series."""
        tiling, working = tiling_in(tensors, self.config.crop), working_grid(tensors)
        return tuple(blocks_place(tiling, start, working, like) for start in tiling.starts)


def pooled_findings(network: T3D, encodings: Tensor, present: Tensor | None = None) -> Tensor:
    """(rows, units, encoding) -> (rows, findings): a smooth maximum over the sub-volumes that are there."""
    logits = network.findings(encodings).float()
    if present is not None:
        logits = logits.masked_fill(~present[..., None], -1e4)
    return torch.logsumexp(SHARPNESS * logits, 1) / SHARPNESS


def _drafted(
    model: T3DModel, inputs: Inputs, volumes_ml: Mapping[str, float]
) -> tuple[tuple[DraftSentence, ...], tuple[Nearest, ...]]:
    image = model.image_embedding(inputs)

    def closeness(texts: Sequence[str]) -> NDArray[np.float64]:
        return (model.text_embeddings(texts) @ image).double().numpy()

    scores = model.scores(inputs.tensors)[0].tolist()
    found = [t.name for t, s in zip(model.card.targets, scores, strict=True) if s >= t.threshold]
    touched = {ORGAN_OF[name] for name in found}
    seen = [name for name, ml in volumes_ml.items() if ml >= _LEAST_ORGAN_ML]
    seen += [also for organ, also in BESIDE.items() if organ in seen]
    seen = [name for name in seen if name not in touched]
    said = draft(model.reports, found, seen, closeness)
    return said, nearest_reports(model.reports, closeness)


def _widened(blocks: Tensor) -> Tensor:
    """(..., k, j, i) of blocks -> of voxels."""
    for axis in (-3, -2, -1):
        blocks = blocks.repeat_interleave(BLOCK, axis)
    return blocks


def _trimmed(ids: Tensor) -> Tensor:
    """Ids without the columns that are padding in every row."""
    return ids[:, : int((ids != PAD).sum(1).max())]


def _place_of(display_set: DisplaySet) -> Place:
    """Where the volume came from; shape and elements are filled in for each sub-volume."""
    return Place(
        display_set.uid, display_set.series_uid, display_set.title, display_set.frame_of_reference_uid,
        (1, 1, 1), np.zeros((1, 3), np.int64), np.eye(4),
    )  # fmt: skip


def load(card: Card, folder: Path, device: torch.device) -> T3DModel:
    """The trained model in `folder`; WeightsError where its weights are not those of the card."""
    network = T3D(config_from_json(card.config))
    load_weights(network, folder, card)
    words = Vocabulary(tuple(card.config["words"]))
    reports = reports_from_json(card.config.get("reports", ()))
    return T3DModel(card, network.eval().requires_grad_(False).to(device), words, reports)
