"""The stages of the cardiac family: clips beside their reports, then heads on a frozen encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.networks.cardiac_config import CardiacConfig
from inference.networks.cardiac_mvit import Cardiac, Fusion
from training.cardiac_cases import Clips
from training.cardiac_recipes import CardiacRecipe
from training.cardiac_text import TextTower, same_reports, sampled
from training.fit import Losses, Run, Stage, fit, seed_of
from training.losses import contrast, masked_bce, pos_weights
from training.prima_report import report_ids, vocabulary_of

ENCODE_AT_ONCE = 128


@dataclass(frozen=True, eq=False)
class Embedded:
    """Clips of one split as the encoder sees them: a study is a row, padded to the longest.

    vectors (n, units, projection), views (n, units), present (n, units) bool, poor (n, units) bool
    measures (n, measures) in units, conditions (n, groups)
    """

    vectors: Tensor
    views: Tensor
    present: Tensor
    poor: Tensor
    measures: Tensor
    conditions: Tensor

    def rows(self, keep: Tensor) -> Embedded:
        """Some studies."""
        return Embedded(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))


class Towers(nn.Module):
    """Both halves of the contrast."""

    def __init__(self, cardiac: Cardiac, words: int) -> None:
        super().__init__()
        self.cardiac = cardiac
        self.cardiac.fusion.requires_grad_(False)  # learns later, on an encoder that stands still
        self.text = TextTower(words, cardiac.config.projection)
        self.log_scale = nn.Parameter(torch.tensor(2.3))


def fitted(config: CardiacConfig, clips: Clips) -> CardiacConfig:
    """The config with what only the data tell: mean and spread of each measure."""
    centre, scale = clips.measures.mean(0), clips.measures.std(0)
    return replace(config, centre=tuple(centre.round(3).tolist()), scale=tuple(scale.round(3).tolist()))


def train_contrast(
    recipe: CardiacRecipe, cardiac: Cardiac, clips: Clips, run: Run
) -> tuple[Towers, tuple[str, ...]]:
    """Random clips beside sentences of their reports, and the vocabulary."""
    vocabulary = vocabulary_of(clips.reports)
    torch.manual_seed(seed_of(recipe.seed, "contrast", -1))
    device = next(cardiac.parameters()).device
    towers = Towers(cardiac, len(vocabulary)).to(device)
    of_study = [clips.of(n) for n in range(len(clips))]

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, step, 3))
        studies = rng.permutation(len(clips))[: recipe.contrast.batch]
        rows = np.concatenate([_some(of_study[n], recipe.clips, rng) for n in studies])
        reports = [clips.reports[n] for n in studies]
        texts = towers.text(report_ids([sampled(r, rng) for r in reports], vocabulary).to(device))
        pictures = towers.cardiac.encode_clips(varied(clips.pixels(rows), rng).to(device))
        whose = torch.from_numpy(np.searchsorted(np.sort(studies), clips.study[rows]))
        whose = torch.from_numpy(np.argsort(studies, kind="stable"))[whose]
        same = same_reports(reports)[whose][:, whose].to(device)
        return {"clip": contrast(pictures, texts[whose.to(device)], towers.log_scale, same)}

    fit(Stage("contrast", towers, losses, recipe.contrast), run)
    return towers.eval(), vocabulary


def varied(clips: Tensor, rng: np.random.Generator) -> Tensor:
    """Clips in another light and from a little aside. Never mirrored: left and right are anatomy."""
    n = len(clips)
    gamma = torch.from_numpy(rng.uniform(0.8, 1.25, (n, 1, 1, 1))).float()
    gain = torch.from_numpy(rng.uniform(0.9, 1.1, (n, 1, 1, 1))).float()
    lit = (clips + 0.5).clamp(min=0) ** gamma * gain - 0.5
    shifts = rng.integers(-3, 4, (n, 2))
    return torch.stack(
        [torch.roll(c, (int(r), int(s)), (1, 2)) for c, (r, s) in zip(lit, shifts, strict=True)]
    )


@torch.no_grad()
def embedded(network: Cardiac, clips: Clips) -> Embedded:
    """Every clip through the encoder once."""
    device = next(network.parameters()).device
    network.eval()
    rows = np.arange(len(clips.study))
    pieces = np.array_split(rows, max(1, -(-len(rows) // ENCODE_AT_ONCE)))
    flat = torch.cat([network.encode_clips(clips.pixels(part).to(device)).cpu() for part in pieces])
    units = int(np.bincount(clips.study, minlength=len(clips)).max())
    place = np.concatenate([np.arange(len(clips.of(n))) for n in range(len(clips))])
    where = (torch.from_numpy(clips.study), torch.from_numpy(place))
    vectors = torch.zeros(len(clips), units, flat.shape[1])
    views = torch.zeros(len(clips), units, dtype=torch.int64)
    present, poor = (torch.zeros(len(clips), units, dtype=torch.bool) for _ in range(2))
    vectors[where], views[where] = flat, torch.from_numpy(clips.views)
    present[where], poor[where] = True, torch.from_numpy(clips.poor)
    measures, conditions = (torch.from_numpy(a).float() for a in (clips.measures, clips.conditions))
    return Embedded(vectors, views, present, poor, measures, conditions)


def train_heads(config: CardiacConfig, data: Embedded, recipe: CardiacRecipe, run: Run, name: str) -> Fusion:
    """Gates, measures with their spread, and conditions; all of it is in the optimiser."""
    torch.manual_seed(seed_of(recipe.seed, "heads", -1))
    fusion = Fusion(config)
    truth = Truth(config, data, data.vectors.device)

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, step, 4))
        rows = torch.from_numpy(rng.integers(0, len(data.vectors), recipe.heads.batch))
        present = thinned(data.present[rows], recipe.unit_drop, rng)
        return truth.losses(fusion(data.vectors[rows], data.views[rows], present), rows)

    fit(Stage(f"heads-{name}", fusion, losses, recipe.heads), run)
    return fusion.eval()


class Truth:
    """What the answers are held to: measures in units of their spread, conditions."""

    def __init__(self, config: CardiacConfig, clips: Clips | Embedded, device: torch.device) -> None:
        measures, conditions = (
            torch.as_tensor(values).float().to(device) for values in (clips.measures, clips.conditions)
        )
        centre, scale = (torch.tensor(values, device=device) for values in (config.centre, config.scale))
        self._wanted, self._conditions = (measures - centre) / scale, conditions
        self._weights = pos_weights(conditions, torch.ones_like(conditions)).sqrt()

    def losses(self, found: tuple[Tensor, Tensor], rows: Tensor) -> Losses:
        """The parts of the loss for the answers and spreads of some studies."""
        answers, spread = found
        count = self._wanted.shape[1]
        truth = self._conditions[rows]
        return {
            "measures": surprise(answers[:, :count], spread, self._wanted[rows]),
            "conditions": masked_bce(answers[:, count:], truth, torch.ones_like(truth), self._weights),
        }


def surprise(answers: Tensor, spread: Tensor, wanted: Tensor) -> Tensor:
    """Mean negative logarithm of the likelihood under Laplace's law: the spread learns how sure to be."""
    return ((answers - wanted).abs() / spread + spread.log()).mean()


def thinned(present: Tensor, chance: float, rng: np.random.Generator) -> Tensor:
    """Clips left out at random; a study never loses all."""
    dropped = torch.from_numpy(rng.random(present.shape) < chance)
    kept = present & ~dropped
    return torch.where(kept.any(1, keepdim=True), kept, present)


def labelled(count: int, share: float, seed: int) -> NDArray[np.int64]:
    """The same first studies for every larger share."""
    order = np.random.default_rng((seed, 5)).permutation(count)
    return np.sort(order[: max(4, round(share * count))])


@torch.no_grad()
def zero_shot(towers: Towers, data: Embedded, vocabulary: Sequence[str], prompts: Sequence[str]) -> Tensor:
    """(studies, prompts) likeness of the mean of a study's clips with each prompt; no label was seen."""
    device = next(towers.parameters()).device
    texts = towers.text(report_ids(prompts, vocabulary).to(device)).cpu()
    shares = data.present / data.present.sum(1, keepdim=True)
    mean = nn.functional.normalize((data.vectors * shares[..., None]).sum(1), dim=-1)
    likeness: Tensor = mean @ texts.T
    return likeness


def taken(counts: Sequence[int]) -> Tensor:
    """(studies, longest) which places of a padded batch are taken."""
    return torch.arange(max(counts)) < torch.tensor(counts)[:, None]


def _some(rows: NDArray[np.int64], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return np.asarray(rng.choice(rows, count, replace=len(rows) < count))
