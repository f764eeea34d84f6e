"""Cardiac reads cine MRI: long-axis loops and the short-axis stack, whatever they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.card import Card
from inference.errors import NotApplicableError
from inference.imaging.naming import named_by_reader
from inference.imaging.study import Study
from inference.kept import Kept
from inference.model import Inputs, UnitModel
from inference.models.cardiac_clips import (
    ClipGrid,
)
from inference.models.cardiac_loops import choose, why_none
from inference.models.cardiac_units import Unit, place_of, units_of
from inference.models.cardiac_views import TITLES, VIEWS
from inference.networks.cardiac_config import CardiacConfig, config_from_json
from inference.networks.cardiac_mvit import Cardiac
from inference.prediction import Exclusion
from inference.progress import Report, share, silent
from inference.weights import load_weights

CLIPS_AT_ONCE = 4  # in the network: a clip of the published size takes a hundred megabytes on its way
TWO_WAYS_APART = 10.0  # points between the ejection fraction and that of the volumes, from which it is said


@dataclass(frozen=True, eq=False)
class ViewAttention:
    """How much each clip counted: shares add up to one; entropy is 1 where all count alike."""

    titles: tuple[str, ...]
    shares: tuple[float, ...]
    entropy: float


class CardiacModel(UnitModel):
    """Clips are the units; blocks of space and time are their elements.

    The encoder starts with a convolution and pools its keys, so that no block can be taken out of a clip: a
    hidden block shows the clip's own mean over the beat instead, a heart that stands still there.
    """

    attributed: ClassVar[tuple[str, ...]] = ("clips",)
    attention: ClassVar[Literal["sequence", "frames", "pooled"]] = "pooled"
    moves: ClassVar[bool] = True
    network: Cardiac
    unit_readout = 1
    unit_specials = 1
    join_readout = 0
    join_specials = 0

    def __init__(self, card: Card, network: Cardiac) -> None:
        super().__init__(card, network)
        self.config: CardiacConfig = network.config
        self._kept = Kept()

    @property
    def grid(self) -> ClipGrid:
        """What every clip is brought to."""
        encoder = self.config.encoder
        return ClipGrid(encoder.frames, encoder.size, self.config.pixel_mm)

    def prepare(self, study: Study, report: Report = silent) -> Inputs:
        """Find the views, read their loops; NotApplicableError where there is none."""
        choice = choose(study)
        excluded = [Exclusion(d.uid, d.title, reason) for d, reason in choice.refused]
        units: list[Unit] = []
        loops = {s.display_set.uid: s.display_set for slices in choice.slices.values() for s in slices}
        warnings = [named_by_reader(loop, TITLES[loop.view]) for loop in loops.values() if loop.view]
        for n, (view, slices) in enumerate(choice.slices.items()):
            stretch = share(report, n / len(choice.slices), (n + 1) / len(choice.slices))
            units += units_of(view, slices, self.grid, (excluded, warnings), stretch)
        if not units:
            raise _not_eligible(why_none([e.reason for e in excluded], study), tuple(excluded))
        return self.prepare_units(study.uid, units, tuple(excluded), tuple(warnings))

    def prepare_units(
        self,
        study_uid: str,
        units: Sequence[Unit],
        excluded: tuple[Exclusion, ...] = (),
        warnings: tuple[str, ...] = (),
    ) -> Inputs:
        """The same from clips in memory, such as those of phantoms."""
        if not units:
            raise _not_eligible("there is no clip")
        tensors = {
            "clips": torch.stack([torch.from_numpy(unit.clip.frames) for unit in units])[None],
            "clip_mask": torch.ones(1, len(units), dtype=torch.bool),
            "views": torch.tensor([[VIEWS.index(unit.view) for unit in units]]),
        }
        missing = [TITLES[view] for view in VIEWS if view not in {unit.view for unit in units}]
        if missing:
            names = ", ".join(missing)
            warnings = (*warnings, f"Missing: {names}. The numbers rest on the other views.")
        return Inputs(
            study_uid=study_uid,
            tensors={name: value.to(self.device) for name, value in tensors.items()},
            places=tuple(place_of(unit, self.config.encoder) for unit in units),
            excluded=excluded,
            warnings=warnings,
        )

    def scores(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(batch, targets): measures in their units, conditions as logits."""
        present = tensors["clip_mask"]
        return self.network.fuse(self._vectors(tensors), tensors["views"], present)[0]

    def intervals(self, inputs: Inputs) -> tuple[tuple[float, float] | None, ...] | None:
        """95 % intervals of the measures, as far as they reached on validation studies."""
        if not self.config.reach:
            return None
        vectors, present = self._vectors(inputs.tensors), inputs.tensors["clip_mask"]
        scores, spread = self.network.fuse(vectors, inputs.tensors["views"], present)
        half = (spread[0] * torch.tensor(self.config.reach, device=spread.device)).tolist()
        middle = scores[0, : self.config.measures].tolist()
        units = [target.unit for target in self.card.targets]
        found = [
            (max(0.0, m - h), min(m + h, 100.0 if unit == "%" else np.inf))
            for m, h, unit in zip(middle, half, units, strict=False)
        ]
        return (*found, *[None] * self.config.conditions)

    def remarks(self, inputs: Inputs, scores: Sequence[float]) -> tuple[str, ...]:  # noqa: ARG002 - by contract
        """Where the ejection fraction contradicts the volumes that stand beside it."""
        found = {target.name: score for target, score in zip(self.card.targets, scores, strict=True)}
        if not {"lvef", "lvedv", "lvesv"} <= found.keys() or found["lvedv"] <= 0:
            return ()
        by_volumes = 100 * (1 - found["lvesv"] / found["lvedv"])
        if abs(by_volumes - found["lvef"]) < TWO_WAYS_APART:
            return ()
        said = f"{found['lvef']:.0f}"
        return (f"The volumes make an ejection fraction of {by_volumes:.0f} %, the model says {said} %.",)

    def parts(self, inputs: Inputs) -> Mapping[str, Tensor]:
        """Every block of the encoder's own grid is a part: some frames, some rows, some columns."""
        clips = inputs.tensors["clips"]
        t, r, c = self.config.encoder.patch_stride
        block = torch.arange(self._elements).view(self.config.encoder.grid)
        whole = block.repeat_interleave(t, 0).repeat_interleave(r, 1).repeat_interleave(c, 2)
        first = torch.arange(clips.shape[1]) * self._elements
        return {"clips": (first[:, None, None, None] + whole)[None]}

    def baseline(self, inputs: Inputs) -> Mapping[str, Tensor]:
        """Each clip's mean over the beat: a heart that stands still."""
        clips = inputs.tensors["clips"]
        return {"clips": clips.mean(2, keepdim=True).expand_as(clips).clone()}

    def encode(self, inputs: Inputs, unit: int, keep: Tensor | None = None) -> Tensor:
        """(masks, projection); a hidden block shows the clip's mean over the beat."""
        if keep is None or bool(keep.all()):  # nothing is hidden: encoded already
            return self._vectors(inputs.tensors)[:, unit].expand(1 if keep is None else len(keep), -1)
        clip = inputs.tensors["clips"][0, unit].to(self.device)
        t, r, c = self.config.encoder.patch_stride
        shown = keep.to(self.device).view(-1, *self.config.encoder.grid)
        shown = shown.repeat_interleave(t, 1).repeat_interleave(r, 2).repeat_interleave(c, 3)
        return self.network.encode_clips(torch.where(shown, clip, clip.mean(0)))

    def observed(self, inputs: Inputs, unit: int) -> Tensor:
        """(1, projection) of one clip, computed afresh."""
        return self.network.encode_clips(inputs.tensors["clips"][:, unit].to(self.device))

    def join(self, inputs: Inputs, encodings: Tensor, present: Tensor | None = None) -> Tensor:
        """(rows, targets); a clip that is not present has no share of the attention."""
        rows = len(encodings)
        if present is None:
            present = inputs.tensors["clip_mask"].expand(rows, -1)
        views = inputs.tensors["views"].to(self.device).expand(rows, -1)
        scores, _ = self.network.fuse(encodings, views, present.to(self.device))
        return scores

    @torch.no_grad()
    def view_attention(self, inputs: Inputs) -> ViewAttention:
        """The gates' shares, clip by clip: the same for every target, and no proof of what mattered."""
        present, views = inputs.tensors["clip_mask"], inputs.tensors["views"]
        vectors = self._vectors(inputs.tensors)
        shares = self.network.fusion.weights(vectors, views, present)[0].double().cpu().numpy()
        return ViewAttention(
            tuple(place.title for place in inputs.places), tuple(shares.tolist()), normalised_entropy(shares)
        )

    def _vectors(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(batch, units, projection), a few clips at a time; those of the last studies are kept."""
        clips, present = tensors["clips"], tensors["clip_mask"]
        if torch.is_grad_enabled():
            return self.network.vectors(clips, present)
        return self._kept.of(self.network, clips, lambda: _by_chunks(self.network, clips, present))

    @property
    def _elements(self) -> int:
        return int(np.prod(self.config.encoder.grid))


def _by_chunks(network: Cardiac, clips: Tensor, present: Tensor) -> Tensor:
    """(batch, units, projection) with little memory; clips that are not there stay zero."""
    pieces = [network.encode_clips(some) for some in torch.split(clips[present], CLIPS_AT_ONCE)]
    found = torch.cat(pieces)
    return found.new_zeros(*present.shape, found.shape[-1]).masked_scatter(present[..., None], found)


def normalised_entropy(shares: NDArray[np.float64]) -> float:
    """1 where all shares are equal, 0 where one has all; 1 for a lone clip."""
    if len(shares) < 2:
        return 1.0
    kept = shares[shares > 0]
    return float(-(kept * np.log(kept)).sum() / np.log(len(shares)))


def _not_eligible(why: str, excluded: tuple[Exclusion, ...] = ()) -> NotApplicableError:
    return NotApplicableError(
        f"not eligible: {why}.",
        hint="This model reads cine MRI of the heart: long-axis loops, the short-axis stack, or both.",
        excluded=excluded,
    )


def load(card: Card, folder: Path, device: torch.device) -> CardiacModel:
    """The trained model in `folder`; WeightsError where its weights are not those of the card."""
    network = Cardiac(config_from_json(card.config))
    load_weights(network, folder, card)
    return CardiacModel(card, network.eval().requires_grad_(False).to(device))
