"""Echo reads the standard views of an echocardiogram and answers with nine haemodynamic values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import torch
from torch import Tensor

from inference.card import Card
from inference.errors import NotApplicableError, ReviewError
from inference.imaging.naming import named_by_reader
from inference.imaging.read import read_cine
from inference.imaging.study import DisplaySet, Study
from inference.imaging.ultrasound import ultrasound_facts
from inference.kept import Kept
from inference.model import Inputs, UnitModel
from inference.models.echo_choice import View, candidates, exclusion, one_per_view, texts_of
from inference.models.echo_loop import ViewFrames, context_tensor, rate_of, view_frames
from inference.models.echo_physiology import CO, hypertension, inconsistencies
from inference.models.echo_tiles import labels_of, shown_tiles
from inference.models.echo_views import TITLES, VIEWS, view_from_texts
from inference.networks.echo_config import EchoConfig, config_from_json
from inference.networks.echo_vit import EchoViT, in_units
from inference.prediction import CONCLUSION, Exclusion
from inference.progress import Report, share, silent
from inference.weights import load_weights

FRAMES_AT_ONCE = 32  # in the network, whichever view they are of
SURE = 0.9  # chance from which on the picture alone names the view of a loop without a label


class EchoModel(UnitModel):
    """Views are the units; the tiles of their frames that hold any of the sector are the elements.

    The margins around the sector are black and belong to no element: a frame shows them while any of its
    tiles is shown.
    """

    attributed: ClassVar[tuple[str, ...]] = ("frames",)
    attention: ClassVar[Literal["sequence", "frames", "pooled"]] = "frames"
    moves: ClassVar[bool] = True
    network: EchoViT
    unit_readout = 0  # every tile is read, the class token is not
    unit_specials = 1
    join_readout = 0
    join_specials = 0

    def __init__(self, card: Card, network: EchoViT) -> None:
        super().__init__(card, network)
        self.config: EchoConfig = network.config
        self._kept = Kept()

    def prepare(self, study: Study, report: Report = silent) -> Inputs:
        """Find the views, read one beat of each; NotApplicableError says what is missing."""
        excluded: list[Exclusion] = []
        found: list[View] = []
        loops = candidates(study, excluded)
        for n, display_set in enumerate(loops):
            stretch = share(report, n / len(loops), (n + 1) / len(loops))
            view = self._view(display_set, study, excluded, stretch)
            if view is not None:
                found.append(view)
        chosen = one_per_view(found, excluded, study)
        if not chosen:
            raise _not_eligible(excluded)
        return self.prepare_views(study.uid, chosen, tuple(excluded))

    def prepare_views(
        self, study_uid: str, views: Sequence[View], excluded: tuple[Exclusion, ...] = ()
    ) -> Inputs:
        """The same from loops in memory, such as those of phantoms; at most one per view."""
        rate = rate_of({view.name: view.frames for view in views})
        surfaces = [s for view in views if (s := view.facts.surface_m2) is not None]
        surface = surfaces[0] if surfaces else float("nan")
        tensors = {
            "frames": torch.stack([view.frames.pixels for view in views])[None],
            "frame_mask": torch.stack([view.frames.mask for view in views])[None],
            "view": torch.tensor([[VIEWS.index(view.name) for view in views]]),
            "context": context_tensor(np.array([rate], np.float32), np.array([surface], np.float32)),
        }
        missing = [TITLES[name] for name in VIEWS if name not in {view.name for view in views}]
        notes = [text for view in views for text in view.warnings]
        if missing:
            notes.append(f"Missing: {', '.join(missing)}. The values rest on the other views.")
        if not surfaces:
            notes.append("Height or weight is missing: the cardiac index is told without body surface.")
        if not np.isfinite(rate):
            notes.append("The heart rate is not known: cardiac output and index are told without it.")
        return Inputs(
            study_uid=study_uid,
            tensors={name: value.to(self.device) for name, value in tensors.items()},
            places=tuple(view.place(self.config) for view in views),
            excluded=excluded,
            warnings=tuple(notes),
        )

    def scores(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(batch, targets) in the targets' units."""
        return in_units(self._normalised(tensors), self.config.scaling)

    def intervals(self, inputs: Inputs) -> tuple[tuple[float, float] | None, ...] | None:
        """95 % intervals, as wide as the errors on validation patients with as many views."""
        widths = self.card.config.get("half_widths", {}).get(str(len(inputs.places)))
        if widths is None:
            return None
        middle = self._normalised(inputs.tensors)
        half = torch.tensor(widths, device=middle.device)
        low, high = (in_units(middle + side * half, self.config.scaling)[0].tolist() for side in (-1, 1))
        return tuple(zip((max(0.0, v) for v in low), high, strict=True))

    def remarks(self, inputs: Inputs, scores: Sequence[float]) -> tuple[str, ...]:
        """The class of pulmonary hypertension, and where the values contradict each other."""
        values = {target.name: score for target, score in zip(self.card.targets, scores, strict=True)}
        value, known = inputs.tensors["context"][0, 2:4].tolist()
        surface = value * 0.2 + 1.88 if known and values.get(CO) else None
        return (f"{CONCLUSION}{hypertension(values)}.", *inconsistencies(values, surface))

    def parts(self, inputs: Inputs) -> Mapping[str, Tensor]:
        """Every tile of every frame is a part of its own; the margins of the sector are none."""
        frames, mask = inputs.tensors["frames"], inputs.tensors["frame_mask"].cpu()
        labels = torch.full(frames.shape, -1, dtype=torch.int64)
        first = 0
        for unit, place in enumerate(inputs.places):
            labels[0, unit, mask[0, unit]] = labels_of(place, first, self.config)
            first += len(place)
        return {"frames": labels}

    def baseline(self, inputs: Inputs) -> Mapping[str, Tensor]:
        """Each loop's mean over its sector: black would be blind to blood, which is black itself."""
        frames = inputs.tensors["frames"]
        sector = frames.amax(2, keepdim=True) > 0.02  # (1, v, 1, h, w)
        total = (frames * sector).sum((2, 3, 4), keepdim=True)
        count = (sector * inputs.tensors["frame_mask"][..., None, None]).sum((2, 3, 4), keepdim=True)
        return {"frames": torch.where(sector, total / count.clamp(min=1), 0.0).expand_as(frames).clone()}

    def encode(self, inputs: Inputs, unit: int, keep: Tensor | None = None) -> Tensor:
        """(masks, width); a dropped tile is gone, and so is a frame without tiles."""
        mask = inputs.tensors["frame_mask"][0, unit].to(self.device)
        view = inputs.tensors["view"][:, unit].to(self.device)
        if keep is None:
            features = self._features(inputs.tensors)[:, unit][:, mask]
            return self.network.pool_frames(features, mask[mask][None], view)
        shown = shown_tiles(inputs.places[unit], keep.to(self.device))  # (rows, t, tiles)
        some, view = shown.any(-1), view.expand(len(keep))
        if bool((shown.all(-1) == some).all()):  # whole frames alone: nothing has to be encoded again
            features = self._features(inputs.tensors)[:, unit][:, mask].expand(len(keep), -1, -1)
            return self.network.pool_frames(features, some, view)
        real = inputs.tensors["frames"][0, unit].to(self.device)[mask]  # masks speak of frames that exist
        pictures = real.expand(len(keep), -1, -1, -1)
        return self.network.encode_view(pictures, torch.ones_like(some), view, shown)

    def observed(self, inputs: Inputs, unit: int) -> Tensor:
        """(1, width) of one view, computed afresh."""
        mask = inputs.tensors["frame_mask"][0, unit]
        real = inputs.tensors["frames"][:, unit][:, mask].to(self.device)
        return self.network.encode_view(real, mask[mask][None], inputs.tensors["view"][:, unit])

    def join(self, inputs: Inputs, encodings: Tensor, present: Tensor | None = None) -> Tensor:
        """(rows, targets) in units; a view that is not present is left out of the fusion."""
        rows = len(encodings)
        mask = inputs.tensors["frame_mask"].any(-1).to(self.device)
        present = mask.expand(rows, -1) if present is None else present.to(self.device)
        which = inputs.tensors["view"].to(self.device).expand(rows, -1)
        context = inputs.tensors["context"].to(self.device).expand(rows, -1)
        return in_units(self.network.join(encodings, present, which, context), self.config.scaling)

    def _normalised(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(batch, targets) between 0 and 1, from features that are kept where no gradient is wanted."""
        if torch.is_grad_enabled():
            return self.network.normalised(tensors)
        mask, which = tensors["frame_mask"], tensors["view"]
        features = self._features(tensors).flatten(0, 1)
        views = self.network.pool_frames(features, mask.flatten(0, 1), which.flatten())
        return self.network.join(views.view(*mask.shape[:2], -1), mask.any(-1), which, tensors["context"])

    def _features(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(batch, views, frames, width), zero for frames that do not exist; kept for the last studies."""
        frames, mask = tensors["frames"], tensors["frame_mask"]
        return self._kept.of(self.network, frames, lambda: _by_chunks(self.network, frames, mask))

    def _view(
        self, display_set: DisplaySet, study: Study, excluded: list[Exclusion], report: Report
    ) -> View | None:
        """One loop as a view, or an entry in `excluded` that says why not."""
        report(0.0, f"Reading {display_set.title}")
        facts = ultrasound_facts(display_set)
        texts = texts_of(display_set, study, facts)
        try:
            cine = read_cine(display_set, share(report, 0.0, 0.6))
            report(0.6, f"Finding tissue and beat in {display_set.title}")
            frames, guess = view_frames(cine, facts, self.config), None
            label = display_set.view or view_from_texts(texts)
            if not label:
                label, guess = self._guessed(frames)
        except ReviewError as error:
            excluded.append(exclusion(display_set, str(error).removeprefix("not eligible: ")))
            return None
        said = named_by_reader(display_set, TITLES[label]) if display_set.view else ""
        return View(label, frames, facts, display_set.uid, display_set.series_uid, guess, said)

    @torch.no_grad()
    def _guessed(self, frames: ViewFrames) -> tuple[str, float]:
        """The view that a loop without a label most looks like, if it beats and looks like one."""
        hint = "Say which view the loop shows, such as A4C."
        if not frames.beat.found_by:
            raise NotApplicableError(
                "not eligible: no label names the view, and no heart beat shows in the loop", hint=hint
            )
        chances = self.network.view_chances(frames.pixels[frames.mask].to(self.device))
        best = int(chances.argmax())
        if float(chances[best]) < SURE:
            raise NotApplicableError(
                "not eligible: no label names the view, and the picture does not tell it",
                hint=hint,
            )
        return VIEWS[best], float(chances[best])


def _by_chunks(network: EchoViT, frames: Tensor, mask: Tensor) -> Tensor:
    """(batch, views, frames, width) with little memory; frames that do not exist cost nothing."""
    found = torch.cat([network.encode_frames(some) for some in torch.split(frames[mask], FRAMES_AT_ONCE)])
    whole = found.new_zeros(*mask.shape, found.shape[-1])
    return whole.masked_scatter(mask[..., None], found)


def _not_eligible(excluded: Sequence[Exclusion]) -> NotApplicableError:
    reasons = list(dict.fromkeys(e.reason for e in excluded))
    why = "; ".join(reasons[:3]) if reasons else "the study holds no loop"
    return NotApplicableError(
        f"not eligible: no grey-scale loop of a standard view ({why}).",
        hint="This model reads apical four- and two-chamber and parasternal short- and long-axis loops.",
        excluded=tuple(excluded),
    )


def load(card: Card, folder: Path, device: torch.device) -> EchoModel:
    """The trained model in `folder`; WeightsError where its weights are not those of the card."""
    network = EchoViT(config_from_json(card.config))
    load_weights(network, folder, card)
    return EchoModel(card, network.eval().requires_grad_(False).to(device))
