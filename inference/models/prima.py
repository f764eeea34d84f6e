"""Prima reads a brain MRI study: every usable series, whatever it is called and however it was cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor

from inference.card import Card
from inference.errors import NotApplicableError, ReviewError
from inference.imaging.read import read_volume
from inference.imaging.study import DisplaySet, Study
from inference.imaging.volume import Volume
from inference.model import Inputs, UnitModel
from inference.models.prima_patches import Patches, patches_of
from inference.models.prima_series import reason_against, reason_against_content, why_none
from inference.models.prima_tokens import StudyTokens, collate, tokens_of
from inference.networks.prima import Prima
from inference.networks.prima_config import LATENT, PrimaConfig, config_from_json
from inference.place import Place
from inference.prediction import Exclusion
from inference.progress import Report, share, silent
from inference.weights import load_weights


@dataclass(frozen=True, eq=False)
class Source:
    """One volume that goes into the network, and what to call it."""

    volume: Volume
    description: str
    display_set_uid: str = ""
    series_uid: str = ""
    title: str = ""
    frame_of_reference_uid: str = ""


@dataclass(frozen=True, eq=False)
class Unit:
    """One series as the network sees it."""

    source: Source
    patches: Patches
    tokens: Tensor  # (n, 289)

    @property
    def place(self) -> Place:
        """Where the tokens lie."""
        source = self.source
        return Place(
            display_set_uid=source.display_set_uid,
            series_uid=source.series_uid,
            title=source.title or source.description,
            frame_of_reference_uid=source.frame_of_reference_uid,
            shape=self.patches.shape,
            index=self.patches.index,
            affine_lps=self.patches.affine_lps,
        )


class PrimaModel(UnitModel):
    """The series of a study are its units, volume tokens their elements."""

    attributed: ClassVar[tuple[str, ...]] = ("tokens",)
    network: Prima

    def __init__(self, card: Card, network: Prima) -> None:
        super().__init__(card, network)
        self.config: PrimaConfig = network.config
        self.unit_readout = self.config.inner_registers
        self.unit_specials = self.config.inner_registers + 1
        self.join_readout = self.config.outer_registers
        self.join_specials = self.config.outer_registers + 1

    def prepare(self, study: Study, report: Report = silent) -> Inputs:
        """Read every usable series; NotApplicableError where none is left."""
        excluded: list[Exclusion] = []
        units: list[Unit] = []
        warnings: list[str] = []
        chosen = self._chosen(study, excluded)
        for n, display_set in enumerate(chosen):
            stretch = share(report, n / len(chosen), (n + 1) / len(chosen))
            stretch(0.0, f"Reading {display_set.title}")
            unit = self._unit_of(display_set, study, excluded, stretch)
            if unit is not None:
                units.append(unit)
                warnings += [f"{display_set.title}: {text}" for text in unit.source.volume.warnings]
        if not units:
            raise _not_eligible(why_none([e.reason for e in excluded], study), tuple(excluded))
        return self._inputs(study.uid, study.description, units, tuple(excluded), tuple(warnings))

    def prepare_volumes(self, study_uid: str, description: str, sources: Sequence[Source]) -> Inputs:
        """The same from volumes in memory, such as those of phantoms."""
        units = [self._unit(source) for source in sources]
        if not units:
            raise _not_eligible("there is no series")
        return self._inputs(study_uid, description, units, (), ())

    def scores(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(batch, targets) logits."""
        answers: Tensor = self.network(tensors)
        return answers

    def parts(self, inputs: Inputs) -> Mapping[str, Tensor]:
        """Every token is a part of its own."""
        mask = inputs.tensors["token_mask"]
        labels = torch.full(mask.shape, -1, dtype=torch.int64)
        labels[mask] = torch.arange(int(mask.sum()))
        return {"tokens": labels}

    def baseline(self, inputs: Inputs) -> Mapping[str, Tensor]:
        """Position without content: the average latent, position and orientation kept."""
        tokens = inputs.tensors["tokens"]
        return {"tokens": torch.cat((torch.zeros_like(tokens[..., :LATENT]), tokens[..., LATENT:]), -1)}

    def encode(self, inputs: Inputs, unit: int, keep: Tensor | None = None) -> Tensor:
        """(masks, series_width); a dropped token is gone, its position with it."""
        mask = inputs.tensors["token_mask"][0, unit]
        tokens = inputs.tensors["tokens"][0, unit][mask].to(self.device)  # (n, 289)
        if keep is None:
            keep = mask.new_ones(1, len(tokens))
        picked, present = _picked(tokens, keep.to(self.device))
        names = inputs.tensors["names"][0, unit].to(self.device)
        return self.network.encode_series(picked, present, names.expand(len(keep), -1))

    def join(self, inputs: Inputs, encodings: Tensor, present: Tensor | None = None) -> Tensor:
        """(rows, targets); a unit that is not present is masked out of the study encoder."""
        rows = len(encodings)
        if present is None:
            present = inputs.tensors["series_mask"].expand(rows, -1)
        description = inputs.tensors["description"].to(self.device).expand(rows, -1)
        study = self.network.encode_study(encodings, present.to(self.device), description)
        answers: Tensor = self.network.heads(study)
        return answers

    def _chosen(self, study: Study, excluded: list[Exclusion]) -> list[DisplaySet]:
        """Display sets against which no header speaks, at most as many as the model takes."""
        chosen: list[DisplaySet] = []
        for display_set in study.display_sets:
            reason = reason_against(display_set, study.series_of(display_set), study)
            if not reason and len(chosen) == self.config.grid.max_series:
                reason = f"the model reads {self.config.grid.max_series} series at most"
            if reason:
                excluded.append(Exclusion(display_set.uid, display_set.title, reason))
            else:
                chosen.append(display_set)
        return chosen

    def _unit_of(
        self, display_set: DisplaySet, study: Study, excluded: list[Exclusion], report: Report
    ) -> Unit | None:
        """One display set as a unit, or an entry in `excluded` that says why not."""
        series = study.series_of(display_set)
        try:
            volume = read_volume(display_set, share(report, 0.0, 0.7))
            source = Source(
                volume=volume,
                description=series.description or series.protocol,
                display_set_uid=display_set.uid,
                series_uid=series.uid,
                title=display_set.title,
                frame_of_reference_uid=display_set.frame_of_reference_uid,
            )
            report(0.7, f"Encoding {display_set.title}")
            return self._unit(source)
        except ReviewError as error:
            reason = str(error).removeprefix("not eligible: ")
            excluded.append(Exclusion(display_set.uid, display_set.title, reason))
            return None

    def _unit(self, source: Source) -> Unit:
        patches = patches_of(source.volume, self.config.grid)
        if reason := reason_against_content(patches):
            raise _not_eligible(reason)
        return Unit(source, patches, tokens_of(self.network, patches, self.device))

    def _inputs(
        self,
        study_uid: str,
        description: str,
        units: Sequence[Unit],
        excluded: tuple[Exclusion, ...],
        warnings: tuple[str, ...],
    ) -> Inputs:
        names = [unit.source.description for unit in units]
        tensors = collate([StudyTokens([u.tokens for u in units], names, description)])
        return Inputs(
            study_uid=study_uid,
            tensors={name: value.to(self.device) for name, value in tensors.items()},
            places=tuple(unit.place for unit in units),
            excluded=excluded,
            warnings=warnings,
        )


def _picked(tokens: Tensor, keep: Tensor) -> tuple[Tensor, Tensor]:
    """(n, d), (masks, n) -> kept tokens (masks, longest, d) and which of them are real."""
    counts = keep.sum(1)
    longest = int(counts.max()) if len(counts) else 0
    order = torch.argsort((~keep).int(), dim=1, stable=True)[:, :longest]
    present = torch.arange(longest, device=keep.device) < counts[:, None]
    return tokens[order], present


def _not_eligible(why: str, excluded: tuple[Exclusion, ...] = ()) -> NotApplicableError:
    return NotApplicableError(
        f"not eligible: {why}.",
        hint="This model reads brain MRI studies with at least one axial, coronal or sagittal series.",
        excluded=excluded,
    )


def load(card: Card, folder: Path, device: torch.device) -> PrimaModel:
    """The trained model in `folder`; WeightsError where its weights are not those of the card."""
    network = Prima(config_from_json(card.config))
    load_weights(network, folder, card)
    return PrimaModel(card, network.eval().requires_grad_(False).to(device))
