"""Encoder and heads together, guided by what the phantoms know of every clip; the guides are thrown away."""

from __future__ import annotations

from functools import partial
from types import TracebackType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import softplus

from inference.networks.cardiac_config import CardiacConfig, Grid
from inference.networks.cardiac_mvit import LEAST_SPREAD, Cardiac, Fusion, MViT
from training.cardiac_cases import CELL, Clips
from training.cardiac_patches import look_at
from training.cardiac_recipes import CardiacRecipe
from training.cardiac_stages import Truth, taken
from training.fit import Losses, Run, Stage, fit, seed_of

LEAST_AREA = 0.005  # of a picture, below which a cavity's ejection fades out
MARKS = 3  # LV cavity, LV muscle, RV cavity
TURN_DEG, ASIDE = 14.0, 0.14  # how far clips are turned, and put aside in halves of the picture
GUIDED = (0, 2)  # blocks after which tokens tell what they show


class Pupil(nn.Module):
    """The network of the product and the guides that stay behind."""

    def __init__(self, config: CardiacConfig) -> None:
        super().__init__()
        self.cardiac = Cardiac(config)
        self.guides = Guides(config)


def train_seeing(recipe: CardiacRecipe, clips: Clips, run: Run, device: torch.device) -> Pupil:
    """An encoder that tells chambers apart, before it has read a report or seen a label."""
    torch.manual_seed(seed_of(recipe.seed, "seeing", -1))
    pupil = Pupil(recipe.config)
    look_at(pupil.cardiac.video_encoder, clips, recipe.seed)
    pupil.to(device).cardiac.fusion.requires_grad_(False)
    fit(Stage("seeing", pupil, _Lesson(recipe, pupil, clips).seen, recipe.seeing), run)
    return pupil


def train_tuned(recipe: CardiacRecipe, pupil: Pupil, fusion: Fusion, clips: Clips, run: Run) -> Cardiac:
    """Encoder and heads together, from where both stand, on random clips of random studies."""
    pupil.cardiac.fusion.load_state_dict(fusion.state_dict())
    pupil.requires_grad_(True)
    lesson = _Lesson(recipe, pupil, clips)
    for stage, schedule in (("tuning", recipe.tuning), ("polish", recipe.polish)):
        fit(Stage(stage, pupil, partial(lesson.losses, stage), schedule), run)
    return pupil.cardiac.eval()


class _Lesson:
    """What one step looks at, and what it is held to."""

    def __init__(self, recipe: CardiacRecipe, pupil: Pupil, clips: Clips) -> None:
        self._recipe, self._clips = recipe, clips
        self._cardiac, self._guides = pupil.cardiac, pupil.guides
        self._device = next(pupil.parameters()).device
        self._truth = Truth(recipe.config, clips, self._device)
        self._of_study = [clips.of(n) for n in range(len(clips))]
        every = areas_of(clips.shown(np.arange(len(clips.study)))).to(self._device)
        self._area_centre, self._area_scale = every.mean(0), every.std(0) + 1e-3

    def seen(self, step: int) -> Losses:
        """What tokens and clips show, on clips of anybody."""
        rng = np.random.default_rng((self._recipe.seed, step, 9))
        rows = rng.integers(0, len(self._clips.study), self._recipe.seeing.batch)
        found = self._looked(rows, rng)[1]
        return {name: found[name] for name in ("tokens", "areas", "spoilt")}

    def losses(self, stage: str, step: int) -> Losses:
        """Answers of the studies, and with less weight those of each clip and token."""
        r = self._recipe
        batch, each, salt = {
            "tuning": (r.tuning.batch, r.tuned_clips, 6), "polish": (r.polish.batch, r.polished_clips, 12),
        }[stage]  # fmt: skip
        rng = np.random.default_rng((r.seed, step, salt))
        studies = rng.permutation(len(self._clips))[:batch]
        rows = [rng.permutation(self._of_study[n])[:each] for n in studies]
        vectors, found = self._looked(np.concatenate(rows), rng)
        return {**self._answers(vectors, rows, studies), **found}

    def _looked(self, rows: NDArray[np.int64], rng: np.random.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """Vectors of some clips, and how wrong the guides are about them."""
        pictures, marks = moved(self._clips.pixels(rows), self._clips.shown(rows), rng)
        marks = marks.to(self._device)
        with Taps(self._cardiac.video_encoder) as taps:
            vectors = self._cardiac.encode_clips(pictures.to(self._device))
        weights = self._recipe.guides
        told = self._told(vectors, marks, rows)
        return vectors, {
            "tokens": weights.tokens * self._guides.told_by_tokens(taps.found, marks),
            "areas": weights.areas * told.pop("areas"),
            **{name: weights.clips * value for name, value in told.items()},
        }

    def _answers(self, vectors: Tensor, rows: list[NDArray[np.int64]], studies: NDArray[np.int64]) -> Losses:
        flat = np.concatenate(rows)
        present = taken([len(some) for some in rows]).to(self._device)
        units = vectors.new_zeros(*present.shape, vectors.shape[-1])
        units = units.masked_scatter(present[..., None], vectors)
        views = torch.zeros_like(present, dtype=torch.int64)
        views[present] = torch.from_numpy(self._clips.views[flat]).to(self._device)
        return self._truth.losses(self._cardiac.fusion(units, views, present), torch.from_numpy(studies))

    def _told(self, vectors: Tensor, marks: Tensor, flat: NDArray[np.int64]) -> dict[str, Tensor]:
        areas, measures, spread, conditions, spoilt = self._guides.told_by_clips(vectors)
        study = torch.from_numpy(self._clips.study[flat])
        told = self._truth.losses((torch.cat((measures, conditions), 1), spread), study)
        wanted = (areas_of(marks) - self._area_centre) / self._area_scale
        poor = torch.from_numpy(self._clips.poor[flat]).float().to(self._device)
        return {
            "areas": nn.functional.smooth_l1_loss(areas, wanted, beta=0.3),
            "clip measures": told["measures"],
            "clip conditions": told["conditions"],
            "spoilt": nn.functional.binary_cross_entropy_with_logits(spoilt, poor),
        }


def areas_of(marks: Tensor) -> Tensor:
    """(n, 3 x frames + 1): each kind's share of the picture by frame, and the LV cavity's own ejection."""
    shares = marks.mean((3, 4))
    cavity = shares[:, 0]
    most, least = cavity.amax(1), cavity.amin(1)
    return torch.cat((shares.flatten(1), ((most - least) / (most + LEAST_AREA))[:, None]), 1)


def moved(clips: Tensor, marks: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Clips turned and put aside a little, their marks with them, in another light. Never mirrored."""
    n = len(clips)
    grids = _placing(n, rng)
    clips = _resampled(clips, grids, "reflection")
    marks = _resampled(marks.flatten(1, 2), grids, "zeros").view_as(marks)
    gamma, gain, noise = (
        torch.from_numpy(rng.uniform(low, high, (n, 1, 1, 1))).float()
        for low, high in ((0.8, 1.25), (0.9, 1.1), (0.0, 0.05))
    )
    lit = (clips + 0.5).clamp(min=0) ** gamma * gain - 0.5
    return lit + noise * torch.from_numpy(rng.standard_normal(lit.shape, np.float32)), marks


def _placing(n: int, rng: np.random.Generator) -> Tensor:
    """(n, 2, 3) turns and shifts in halves of the picture; every third clip stays where it is."""
    some = rng.random(n) < 2 / 3
    turn = np.where(some, np.radians(rng.uniform(-TURN_DEG, TURN_DEG, n)), 0.0)
    aside = np.where(some[:, None], rng.uniform(-ASIDE, ASIDE, (n, 2)), 0.0)
    c, s = np.cos(turn), np.sin(turn)
    rows = [np.stack([c, -s, aside[:, 0]], 1), np.stack([s, c, aside[:, 1]], 1)]
    return torch.from_numpy(np.stack(rows, 1)).float()


def _resampled(pictures: Tensor, placing: Tensor, beyond: str) -> Tensor:
    """(n, channels, rows, columns) between their pixels."""
    grid = nn.functional.affine_grid(placing, list(pictures.shape), align_corners=False)
    return nn.functional.grid_sample(pictures, grid, padding_mode=beyond, align_corners=False)


class Guides(nn.Module):
    """Heads that only training has: what each token shows, and what each clip alone says.

    tokens  share of LV cavity, LV muscle and RV cavity in every cell and frame under a token
    clip    the same over the whole picture frame by frame, the measures with their spread, the conditions,
            and whether the clip is spoilt
    """

    def __init__(self, c: CardiacConfig) -> None:
        super().__init__()
        widths = [c.encoder.width << sum(n <= at + 1 for n in c.encoder.widen) for at in GUIDED]
        grids = [_grid_after(c, at) for at in GUIDED]
        cells = c.encoder.size // CELL
        self.tokens = nn.ModuleList(
            nn.Linear(width, MARKS * (c.encoder.frames // t) * (cells // rows) * (cells // columns))
            for width, (t, rows, columns) in zip(widths, grids, strict=True)
        )
        self.counts = (MARKS * c.encoder.frames + 1, c.measures, c.measures, c.conditions, 1)
        self.clip = nn.Sequential(
            nn.Linear(c.projection, c.hidden * 2), nn.GELU(), nn.Linear(c.hidden * 2, sum(self.counts))
        )

    def told_by_tokens(self, tapped: list[tuple[Tensor, Grid]], marks: Tensor) -> Tensor:
        """Cross entropy of what the tokens say of `marks` (n, 3, frames, cells, cells)."""
        errors = []
        for head, (x, grid) in zip(self.tokens, tapped, strict=True):
            wanted = under_tokens(marks, grid)
            errors.append(nn.functional.binary_cross_entropy_with_logits(head(x[:, 1:]), wanted))
        return torch.stack(errors).mean()

    def told_by_clips(self, vectors: Tensor) -> tuple[Tensor, ...]:
        """Areas, measures, spread, conditions, spoilt."""
        areas, measures, spread, conditions, spoilt = self.clip(vectors * vectors.shape[-1] ** 0.5).split(
            self.counts, -1
        )
        return areas, measures, softplus(spread) + LEAST_SPREAD, conditions, spoilt[:, 0]


def under_tokens(marks: Tensor, grid: Grid) -> Tensor:
    """(n, 3, frames, cells, cells) -> (n, tokens, 3 x frames x cells x cells under each token)."""
    n, kinds, frames, rows, columns = marks.shape
    t, r, c = grid
    cut = marks.reshape(n, kinds, t, frames // t, r, rows // r, c, columns // c)
    return cut.permute(0, 2, 4, 6, 1, 3, 5, 7).reshape(n, t * r * c, -1)


class Taps:
    """What some blocks give, while inside the `with`."""

    def __init__(self, encoder: MViT) -> None:
        self._blocks = [encoder.blocks[n] for n in GUIDED]
        self.found: list[tuple[Tensor, Grid]] = []

    def __enter__(self) -> Taps:
        self._handles = [b.register_forward_hook(self._keep) for b in self._blocks]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for handle in self._handles:
            handle.remove()

    def _keep(self, _: nn.Module, __: object, out: tuple[Tensor, Grid]) -> None:
        self.found.append(out)


def _grid_after(c: CardiacConfig, at: int) -> Grid:
    t, rows, columns = c.encoder.grid
    halvings = sum(n <= at for n in c.encoder.widen)
    return t, rows >> halvings, columns >> halvings
