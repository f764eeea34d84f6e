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
from inference.models.t3d_grid import BLOCK, lattice_numbers
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
_CHUNK = 4  # sub-volumes in the network at a time; PyTorch takes twice as long over each of single ones


class T3DModel(UnitModel):
    """Its one unit is the volume, whose elements are supervoxels of 8 x 8 x 8 voxels of the working grid.

    Sub-volumes overlap, and the strongest of them answers: what is hidden is hidden in all of them at once,
    or those that still show it would answer as before. A hidden supervoxel is smeared: its means stay, what
    stands out from them goes.
    """

    attributed: ClassVar[tuple[str, ...]] = ("windows",)
    together: ClassVar[bool] = True
    network: T3D
    unit_readout = unit_specials = join_readout = join_specials = 0  # nothing follows attention here

    def __init__(self, card: Card, network: T3D, words: Words, reports: Sequence[KnownReport] = ()) -> None:
        super().__init__(card, network)
        self.words = words
        self.reports = tuple(reports)
        self._smeared: tuple[Tensor, Tensor] | None = None

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
        """(n, 1, slices, rows, columns) -> (n, readout)."""
        rows = range(0, len(windows), _CHUNK)
        pieces = [self.network.encoded(windows[n : n + _CHUNK]) for n in rows]
        return torch.cat(pieces)

    def parts(self, inputs: Inputs) -> Mapping[str, Tensor]:
        """(1, n, 1, slices, rows, columns) number of the supervoxel; -1 beyond the volume."""
        return {"windows": _widened(self._supervoxels(inputs))[None, :, None]}

    def baseline(self, inputs: Inputs) -> Mapping[str, Tensor]:
        """The smeared volume."""
        return {"windows": inputs.tensors["background"]}

    def encode(self, inputs: Inputs, unit: int, keep: Tensor | None = None) -> Tensor:  # noqa: ARG002 - there is one
        """(masks, sub-volumes x readout); supervoxels that are not kept are smeared."""
        windows = inputs.tensors["windows"][0].to(self.device)
        if keep is None:
            return self.encodings(windows).view(1, -1)
        smeared = inputs.tensors["background"][0].to(self.device)
        shown = torch.cat((keep, torch.ones_like(keep[:, :1])), 1)  # beyond the volume, -1, nothing is hidden
        shown = shown[:, self._supervoxels(inputs).to(keep.device)].flatten(0, 1)
        part = torch.arange(len(windows), device=self.device).repeat(len(keep))
        pieces = []
        for rows in torch.split(torch.arange(len(part), device=self.device), _CHUNK):
            mixed = torch.where(_widened(shown[rows])[:, None], windows[part[rows]], smeared[part[rows]])
            pieces.append(self.network.encoded(mixed))
        return torch.cat(pieces).view(len(keep), -1)

    def join(self, inputs: Inputs, encodings: Tensor, present: Tensor | None = None) -> Tensor:
        """(rows, findings) from encodings (rows, 1, sub-volumes x readout); what is away is all smeared."""
        if present is not None and not present.all():
            encodings = torch.where(present[..., None], encodings, self._all_smeared(inputs))
        return pooled_findings(self.network, encodings.view(len(encodings), -1, self.config.readout))

    def _all_smeared(self, inputs: Inputs) -> Tensor:
        """(1, sub-volumes x readout) with every supervoxel hidden; kept for the next target of a study."""
        background = inputs.tensors["background"]
        if self._smeared is None or self._smeared[0] is not background:
            nothing = torch.zeros(1, len(inputs.places[0]), dtype=torch.bool, device=self.device)
            self._smeared = background, self.encode(inputs, 0, nothing)
        return self._smeared[1]

    def least_rows(self, inputs: Inputs) -> int:
        """As many masks as fill the network once."""
        return -(-_CHUNK // inputs.tensors["windows"].shape[1])

    def _supervoxels(self, inputs: Inputs) -> Tensor:
        """(n, slices, rows, columns) which element is where in each sub-volume; -1 beyond the volume."""
        return torch.from_numpy(lattice_numbers(tiling_in(inputs.tensors, self.config.crop)))

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
        return CTReading(
            inputs.study_uid, place.display_set_uid, self.card.key, segments, said, nearest,
            errors[tuple(place.index.T)], place, self.card.caveat, inputs.warnings,
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
        place = inputs.places[0]
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
        """All supervoxels of the volume; `like` names the series."""
        return (lattice_place(tiling_in(tensors, self.config.crop), working_grid(tensors), like),)


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
