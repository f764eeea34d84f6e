"""The stages of T3D: reports and sub-volumes, organs and findings, then retrieval on what was read out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import (
    adaptive_max_pool3d,
    avg_pool3d,
    binary_cross_entropy_with_logits,
    cross_entropy,
    one_hot,
)

from inference.networks.t3d import READ, T3D, Report
from training.fit import Losses, Run, Stage, fit, seed_of
from training.t3d_batches import Pairs, Reading, Restoring, drawn_pairs, drawn_restoring
from training.t3d_cases import TrainCase
from training.t3d_recipe import T3DRecipe, Weights

_IMPORTANCE = (
    0.3,
    0.7,
    1.5,
    2.5,
    1.0,
    2.5,
    2.5,
    2.5,
    1.5,
    2.5,
    2.0,
)  # of a voxel by class: the rarer the more
_RARE = 4.0  # how much a place that shows a finding counts against one that does not
_SMOOTH = 30.0  # voxels; a class that is in neither is right


class Pupil(nn.Module):
    """The network of the product, and a guide that stays behind: classes at half the resolution.

    Most of what a mask costs is its finest level; the guide teaches everything below it on many sub-volumes.
    """

    def __init__(self, network: T3D) -> None:
        super().__init__()
        self.network = network
        self.guide = nn.Conv3d(network.config.feature_size, network.config.classes, 1)


def train_stage(
    name: str,
    network: T3D,
    cases: Sequence[TrainCase],
    recipe: T3DRecipe,
    run: Run,
    stop_after: int | None = None,
) -> None:
    """ "pretraining" or "organs", from where the last call stopped."""
    weights = recipe.pretraining_weights if name == "pretraining" else recipe.organs_weights
    schedule = recipe.pretraining if name == "pretraining" else recipe.organs
    torch.manual_seed(seed_of(recipe.seed, name, -1))
    pupil = Pupil(network)

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, seed_of(recipe.seed, name, step)))
        parts = pair_losses(pupil, drawn_pairs(cases, network.config, recipe.draw, rng), recipe, weights)
        if weights.restore and step % recipe.restore_every == 0:
            restoring = drawn_restoring(cases, network.config, recipe.draw, recipe.hiding, rng)
            parts |= {"restore": weights.restore * restore_loss(network, restoring)}
        return parts

    fit(Stage(name, pupil, losses, schedule), run, stop_after=stop_after)


def pair_losses(pupil: Pupil, pairs: Pairs, recipe: T3DRecipe, w: Weights) -> dict[str, Tensor]:
    """What two sub-volumes of each patient teach."""
    network = pupil.network
    pyramid = network.pyramid(pairs.grey)
    report = read(network, pairs.reading)
    parts: dict[str, Tensor] = {}
    with watched(network.interactor.cross_attn.weights) as seen:
        looked = network.looked(pyramid, report)
    if w.contrast:
        parts["contrast"] = w.contrast * contrast_loss(looked, network.temperature)
    if w.ground:
        parts["ground"] = w.ground * ground_loss(seen[0], pairs, len(network.silence))
    if w.findings:
        logits = network.findings(network.encoded(pyramid))
        parts["findings"] = w.findings * findings_loss(logits, pairs.shows)
        parts["places"] = w.findings * places_loss(network.placed(pyramid), pairs.codes)
    if w.masks:
        parts |= _outlines(pupil, pyramid, pairs, recipe.draw.outlined, w.masks)
    return parts


def _outlines(
    pupil: Pupil, pyramid: Sequence[Tensor], pairs: Pairs, fine: int, weight: float
) -> dict[str, Tensor]:
    """Classes of all sub-volumes at half the resolution, and of the first few at the whole."""
    network = pupil.network
    halfway = network.halfway(pyramid, network.unread(len(pairs.grey)))
    coarse = avg_pool3d(shares_of(pairs.labels, network.config.classes), 2)
    visual = network.visual
    finest = visual.out(visual.decoder1(halfway[:fine], visual.encoder1(pairs.grey[:fine])))
    whole = shares_of(pairs.labels[:fine], network.config.classes)
    return {
        "masks": weight * masks_loss(finest, whole),
        "halfway": weight * masks_loss(pupil.guide(halfway), coarse),
    }


def read(network: T3D, reading: Reading) -> Report:
    """Reports, with silence where none is given."""
    report = network.read(reading.ids)
    real = report.real.clone()
    real[:, len(network.silence) :] &= reading.given[:, None]
    return Report(report.words, real)


def contrast_loss(z: Tensor, temperature: Tensor) -> Tensor:
    """Rows 2 n and 2 n + 1 belong together; both of every other patient do not."""
    logits = (z @ z.T).float() * temperature.exp().clamp(max=50)
    logits = logits.masked_fill(torch.eye(len(z), dtype=torch.bool), -torch.inf)
    partner = torch.arange(len(z)) ^ 1
    return cross_entropy(logits, partner)


def ground_loss(weights: Tensor, pairs: Pairs, silence: int) -> Tensor:
    """Places of the finest level look at words about what lies there, else at silence."""
    codes = torch.from_numpy(pairs.codes.reshape(len(pairs.codes), -1).astype(np.int64))  # (b, blocks)
    attention = weights[:, :, : codes.shape[1]].mean(1).float()  # (b, blocks, silence + words)
    topics = torch.from_numpy(pairs.reading.topics)
    about = (codes[:, :, None] >> topics[:, None, :]) & 1  # (b, blocks, words)
    about = about.bool() & (topics != 31)[:, None, :] & pairs.reading.given[:, None, None]
    told = about.any(-1)
    quiet = torch.zeros_like(attention, dtype=torch.bool)
    quiet[:, :, :silence] = True
    wanted = torch.where(told[..., None], torch.cat((quiet[:, :, :silence] & False, about), -1), quiet)
    surprise = -((attention * wanted).sum(-1) + 1e-4).log()
    importance = torch.where(told, 1.0, 0.15)
    return (surprise * importance).sum() / importance.sum()


def findings_loss(logits: Tensor, shows: Tensor) -> Tensor:
    """Cross-entropy where one can say whether a finding shows."""
    known = torch.isfinite(shows)
    return binary_cross_entropy_with_logits(logits.float()[known], shows[known])


def places_loss(levels: Sequence[Tensor], codes: NDArray[np.uint32]) -> Tensor:
    """Each place of each read level by itself: which findings lie in its part of the picture."""
    bits_of = torch.arange(levels[0].shape[1])[:, None, None, None]
    shown = (
        (torch.from_numpy(codes.astype(np.int64))[:, None] >> bits_of) & 1
    ).float()  # (b, findings, *grid)
    weight = shown.new_tensor(_RARE)
    errors = []
    for logits in levels:
        here = adaptive_max_pool3d(shown, logits.shape[2:])
        errors.append(binary_cross_entropy_with_logits(logits.float(), here, pos_weight=weight))
    return torch.stack(errors).mean()


def shares_of(labels: Tensor, classes: int) -> Tensor:
    """(b, d, h, w) labels -> (b, classes, d, h, w): one for the class of a voxel, nothing for the others."""
    return one_hot(labels, classes).movedim(-1, 1).float()


def masks_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Overlap (Dice) of every class but the background, and cross-entropy; `truth` holds shares."""
    logits = logits.float()
    made = logits.softmax(1)
    both = (made * truth).sum((0, 2, 3, 4))
    dice = (2 * both + _SMOOTH) / ((made + truth).sum((0, 2, 3, 4)) + _SMOOTH)
    importance = logits.new_tensor(_IMPORTANCE)[: logits.shape[1]]
    surprise = -(logits.log_softmax(1) * truth).sum((0, 2, 3, 4)) * importance
    return 1 - dice[1:].mean() + surprise.sum() / (truth.sum((0, 2, 3, 4)) * importance).sum()


def restore_loss(network: T3D, r: Restoring) -> Tensor:
    """Mean distance in what was hidden, and a little of that everywhere."""
    made = network.restored(r.corrupted, read(network, r.reading)).float()
    away = (made - r.grey).abs()
    hidden = (away * r.hidden).sum() / r.hidden.sum().clamp(min=1)
    return 4 * hidden + away.mean()


@contextmanager
def watched(tap: nn.Module) -> Iterator[list[Tensor]]:
    """What passes a tap inside the block, gradients and all."""
    seen: list[Tensor] = []
    handle = tap.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    try:
        yield seen
    finally:
        handle.remove()


def block_codes_level() -> int:
    """The level of the pyramid whose places are as large as a block."""
    return READ[0]


def bits(codes: NDArray[np.uint32], bit: int) -> NDArray[np.bool_]:
    """Where one bit is set."""
    found: NDArray[np.bool_] = ((codes >> np.uint32(bit)) & 1).astype(bool)
    return found
