"""The stages of T3D in which all of it learns: reports and sub-volumes, then organs and findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import (
    avg_pool3d,
    binary_cross_entropy_with_logits,
    cross_entropy,
    one_hot,
    softplus,
)

from inference.networks.t3d import T3D
from inference.networks.t3d_config import READ
from inference.networks.t3d_interactor import Report
from training.fit import Losses, Run, Stage, fit, seed_of
from training.t3d_batches import HALF, Pairs, Reading, Restoring, drawn_pairs, drawn_restoring
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
_HIDDEN = 0.5  # how much a place counts that does not show a finding, against one that does
_LEAST = 30.0  # places; a finding that hardly shows in a batch must not rule it
_SMOOTH = 30.0  # voxels; a class that is in neither is right


def train_stage(
    name: str,
    network: T3D,
    cases: Sequence[TrainCase],
    recipe: T3DRecipe,
    run: Run,
    stop_after: int | None = None,
) -> None:
    """ "pretraining", "organs" or "refining", from where the last call stopped."""
    schedule, weights = {
        "pretraining": (recipe.pretraining, recipe.pretraining_weights),
        "organs": (recipe.organs, recipe.organs_weights),
        "refining": (recipe.refining, recipe.refining_weights),
    }[name]

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, seed_of(recipe.seed, name, step)))
        restores = weights.restore > 0 and step % recipe.restore_every == 0
        fine = 0 if restores and recipe.restore_every > 1 else recipe.draw.outlined
        parts = pair_losses(network, drawn_pairs(cases, network.config, recipe.draw, rng), fine, weights)
        if restores:
            restoring = drawn_restoring(cases, network.config, recipe.draw, recipe.hiding, rng)
            parts |= {"restore": weights.restore * restore_loss(network, restoring)}
        return parts

    fit(Stage(name, network, losses, schedule), run, stop_after=stop_after)


def pair_losses(network: T3D, pairs: Pairs, fine: int, w: Weights) -> dict[str, Tensor]:
    """What two sub-volumes of each patient teach; the first `fine` of all are outlined at the finest."""
    pyramid = network.pyramid(pairs.grey)
    report = read(network, pairs.reading)
    parts: dict[str, Tensor] = {}
    with watched(network.interactor.cross_attn.weights) as seen:
        looked = network.looked(pyramid, report)
    if w.contrast:
        parts["contrast"] = w.contrast * contrast_loss(looked, network.temperature)
    if w.ground:
        parts["ground"] = w.ground * ground_loss(seen[0], pairs, len(network.silence))
    if w.findings or w.masks:
        halfway = network.halfway(pyramid, network.unread(len(pairs.grey)))
        parts |= _found(network, halfway, pairs, w)
        if fine and w.masks:
            parts["masks"] = w.masks * _finest(network, halfway[:fine], pairs)
    return parts


def _found(network: T3D, halfway: Tensor, pairs: Pairs, w: Weights) -> dict[str, Tensor]:
    """Whether and where each finding shows in a sub-volume, and its classes half as fine.

    Most of what a mask costs is its finest level: what lies below it is taught here, on many sub-volumes.
    """
    outlines = network.outlines(halfway)
    marks = network.marks(pairs.grey, halfway, outlines)
    logits = network.findings(network.told(marks, outlines))
    coarse = avg_pool3d(shares_of(pairs.labels, network.config.classes), HALF)
    return {
        "findings": w.findings * findings_loss(logits, pairs.shows),
        "marks": w.findings * marks_loss(marks, pairs.marks),
        "outlines": w.masks * masks_loss(outlines, coarse),
    }


def _finest(network: T3D, halfway: Tensor, pairs: Pairs) -> Tensor:
    """How wrong the masks of the first few sub-volumes are."""
    visual, n = network.visual, len(halfway)
    finest = visual.out(visual.decoder1(halfway, visual.encoder1(pairs.grey[:n])))
    return masks_loss(finest, shares_of(pairs.labels[:n], network.config.classes))


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


def marks_loss(logits: Tensor, marks: NDArray[np.uint32]) -> Tensor:
    """Where each finding lies, (b, findings, d, h, w) against bits.

    Focal, after Lin et al. 2017 (arXiv 1708.02002): what is already right counts little, so that what seems
    to be a finding and is none counts. By finding, for each place that shows it: some are a few voxels, some
    a whole organ.
    """
    bits_of = torch.arange(logits.shape[1])[:, None, None, None]
    truth = ((torch.from_numpy(marks.astype(np.int64))[:, None] >> bits_of) & 1).float()
    logits = logits.float()
    believed = logits.sigmoid()
    missed = softplus(-logits) * truth * (1 - believed) ** 2
    false = softplus(logits) * (1 - truth) * believed**2
    shown = truth.sum((0, 2, 3, 4)).clamp(min=_LEAST)
    return ((missed + _HIDDEN * false).sum((0, 2, 3, 4)) / shown).mean()


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
    return restored_loss(network.restored(r.corrupted, read(network, r.reading)), r)


def restored_loss(made: Tensor, r: Restoring) -> Tensor:
    """The same of what was restored."""
    away = (made.float() - r.grey).abs()
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
