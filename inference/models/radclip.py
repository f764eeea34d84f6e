"""RadCLIP matches pictures and volumes with words: X-ray, CT and MR, any label that can be typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor

from inference.card import Card
from inference.errors import NotApplicableError, ReviewError
from inference.imaging.study import DisplaySet, Kind, Study
from inference.model import Inputs, UnitModel
from inference.models.radclip_grey import Wish
from inference.models.radclip_labels import checked, target_of
from inference.models.radclip_slices import Slices, read_slices, reason_against
from inference.networks.radclip import RadCLIP
from inference.networks.radclip_config import RadCLIPConfig, config_from_json
from inference.networks.radclip_text import Tokenizer, read_word_list
from inference.prediction import Exclusion
from inference.progress import Report, share, silent
from inference.weights import load_weights

_AT_ONCE = 64  # labels, or slices, in the towers at a time
MARGIN = "cosine margin"  # over the other captions that were taught


class RadCLIPModel(UnitModel):
    """Slices are the units, their patches the elements; the targets are labels.

    words      (labels, d) unit vectors of the card's targets
    reference  (labels, d) what each label is scored against: null, or the mean of the other taught captions
    """

    attributed: ClassVar[tuple[str, ...]] = ("slices",)
    network: RadCLIP
    unit_readout = 1
    unit_specials = 1
    join_readout = 1
    join_specials = 1

    def __init__(self, card: Card, network: RadCLIP, tokenizer: Tokenizer) -> None:
        super().__init__(card, network)
        self.config: RadCLIPConfig = network.config
        self.tokenizer = tokenizer
        self.words = self.embed_texts([target.title for target in card.targets])
        self.reference = torch.zeros_like(self.words)

    @property
    def wish(self) -> Wish:
        """What slices have to look like."""
        c = self.config
        return Wish(c.image, c.patch, c.slices, c.windows)

    def with_labels(self, labels: Sequence[str], *, contrast: bool = False) -> RadCLIPModel:
        """The same network asked for other labels; its card has one target for each.

        With `contrast` a label's score is its cosine over the mean of the other captions that were taught:
        what speaks for it and not for them, free of what all pictures have in common with all words.
        """
        targets = tuple(target_of(self.card, label) for label in checked(labels))
        if contrast and len(self.words) > 1:
            targets = tuple(replace(target, unit=MARGIN, calibration=None) for target in targets)
        other = RadCLIPModel(replace(self.card, targets=targets), self.network, self.tokenizer)
        if contrast and len(self.words) > 1:
            other.reference = torch.stack([self._others(target.name) for target in targets])
        return other

    def _others(self, name: str) -> Tensor:
        """(d,) mean of the taught captions but one."""
        kept = [n for n, target in enumerate(self.card.targets) if target.name != name]
        return self.words[kept].mean(0)

    @torch.no_grad()
    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        """(n, d) unit vectors."""
        if not texts:
            return torch.zeros(0, self.config.projection, device=self.device)
        ids = self.tokenizer.ids(texts).to(self.device)
        return torch.cat([self.network.encode_text(some) for some in torch.split(ids, _AT_ONCE)])

    @torch.no_grad()
    def embed(self, inputs: Inputs) -> tuple[Tensor, Tensor]:
        """(d,) unit vector of what was prepared, and (slices,) the share that each slice has in it."""
        each = self.embed_slices(inputs)
        tensors = {name: value.to(self.device) for name, value in inputs.tensors.items()}
        pooled = self.network.pool(each[None], tensors["where"], tensors["mask"], tensors["still"])
        shares = self.network.shares(each[None], tensors["where"], tensors["mask"])
        return pooled[0], shares[0]

    @torch.no_grad()
    def embed_slices(self, inputs: Inputs) -> Tensor:
        """(slices, d) unit vectors of the slices on their own."""
        slices = inputs.tensors["slices"][0].to(self.device)
        return torch.cat([self.network.encode_slices(some) for some in torch.split(slices, _AT_ONCE)])

    def prepare(self, study: Study, report: Report = silent) -> Inputs:
        """The display set with the most slices that can be read; NotApplicableError where there is none."""
        excluded: list[Exclusion] = []
        readable = []
        for display_set in study.display_sets:
            if reason := reason_against(display_set):
                excluded.append(Exclusion(display_set.uid, display_set.title, reason))
            else:
                readable.append(display_set)
        readable.sort(key=_worth, reverse=True)
        for n, display_set in enumerate(readable):
            try:
                made = self.prepare_set(study, display_set, share(report, n / len(readable), 1.0))
            except ReviewError as error:
                excluded.append(Exclusion(display_set.uid, display_set.title, _reason(error)))
                continue
            others = [Exclusion(d.uid, d.title, "another series has more slices") for d in readable[n + 1 :]]
            return replace(made, excluded=(*excluded, *others))
        raise _not_eligible(excluded)

    def prepare_set(self, study: Study, display_set: DisplaySet, report: Report = silent) -> Inputs:
        """One display set of the study."""
        if reason := reason_against(display_set):
            raise _not_eligible([Exclusion(display_set.uid, display_set.title, reason)])
        report(0.0, f"Reading {display_set.title}")
        series = study.series_of(display_set)
        text = " ".join((series.body_part, series.description, series.protocol, study.description))
        slices = read_slices(display_set, self.wish, text, report)
        return self.prepare_slices(study.uid, slices, still=len(display_set.frame_index) == 1)

    def prepare_slices(self, study_uid: str, slices: Slices, *, still: bool) -> Inputs:
        """The same from slices in memory, such as those of phantoms."""
        count = len(slices.pixels)
        tensors = {
            "slices": torch.from_numpy(slices.pixels)[None],
            "mask": torch.ones(1, count, dtype=torch.bool),
            "where": torch.from_numpy(slices.where)[None],
            "index": torch.from_numpy(slices.index)[None],
            "still": torch.tensor([still]),
        }
        return Inputs(
            study_uid=study_uid,
            tensors={name: value.to(self.device) for name, value in tensors.items()},
            places=slices.places,
            warnings=slices.warnings,
        )

    def scores(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(batch, labels) cosines; with contrast, each less that of its reference."""
        embedding: Tensor = self.network(tensors)
        return self._scored(embedding)

    def parts(self, inputs: Inputs) -> Mapping[str, Tensor]:
        """Every patch of every slice is a part of its own."""
        c, n = self.config, len(inputs.places)
        patch = torch.arange(c.tiles**2).view(c.tiles, c.tiles)
        patch = patch.repeat_interleave(c.patch, 0).repeat_interleave(c.patch, 1)
        return {"slices": (torch.arange(n)[:, None, None] * c.tiles**2 + patch)[None]}

    def encode(self, inputs: Inputs, unit: int, keep: Tensor | None = None) -> Tensor:
        """(masks, d); a dropped patch is gone, its position with it."""
        pixels = inputs.tensors["slices"][:, unit].to(self.device)
        if keep is None:
            return self.network.encode_slices(pixels)
        return self.network.encode_slices(pixels.expand(len(keep), -1, -1, -1), keep.to(self.device))

    def join(self, inputs: Inputs, encodings: Tensor, present: Tensor | None = None) -> Tensor:
        """(rows, labels); a slice that is not present is not pooled."""
        rows = len(encodings)
        tensors = {name: inputs.tensors[name].to(self.device) for name in ("where", "mask", "still")}
        present = tensors["mask"].expand(rows, -1) if present is None else present.to(self.device)
        pooled = self.network.pool(
            encodings, tensors["where"].expand(rows, -1), present, tensors["still"].expand(rows)
        )
        return self._scored(pooled)

    def _scored(self, embedding: Tensor) -> Tensor:
        return embedding @ (self.words - self.reference).T


def _worth(display_set: DisplaySet) -> tuple[bool, int]:
    return display_set.kind is Kind.VOLUME, len(display_set.frame_index)


def _reason(error: ReviewError) -> str:
    return str(error).removeprefix("not eligible: ").rstrip(".")


def _not_eligible(excluded: Sequence[Exclusion]) -> NotApplicableError:
    reasons = list(dict.fromkeys(e.reason for e in excluded))
    why = "; ".join(reasons[:3]) if reasons else "the study holds no pictures"
    return NotApplicableError(
        f"not eligible: no picture can be matched ({why}).",
        hint="RadCLIP reads X-ray, CT and MR pictures and volumes in grey.",
        excluded=tuple(excluded),
    )


def load(card: Card, folder: Path, device: torch.device) -> RadCLIPModel:
    """The trained model in `folder`; WeightsError where its weights are not those of the card."""
    config = config_from_json(card.config)
    network = RadCLIP(config)
    load_weights(network, folder, card)
    words = read_word_list(folder, config.positions, str(card.config["words_sha256"]))
    return RadCLIPModel(card, network.eval().requires_grad_(False).to(device), words)
