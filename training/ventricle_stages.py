"""The one stage of the left-ventricle segmenter: overlap and cross-entropy on varied crops."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from inference.networks.lv_unet import LVUNet
from training.fit import Losses, Run, Stage, fit, seed_of
from training.ventricle_batches import Pool, drawn
from training.ventricle_recipe import VentricleRecipe

STAGE = "ventricle"
_SMOOTH = 20.0  # pixels; an empty crop that stays empty is right


def train_network(
    recipe: VentricleRecipe, pool: Pool, run: Run, device: torch.device, *, stop_after: int | None = None
) -> LVUNet:
    """Learn from where the last call stopped; `stop_after` ends this call early."""
    torch.manual_seed(seed_of(recipe.seed, STAGE, -1))
    network = LVUNet(recipe.config).to(device)

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, step))
        grey, truth = drawn(pool, recipe.schedule.batch, recipe.config, recipe.variation, rng)
        grey = grey.to(device).contiguous(memory_format=torch.channels_last)  # a fifth faster on a CPU
        return segmentation_loss(network(grey), truth.to(device))

    fit(Stage(STAGE, network, losses, recipe.schedule), run, stop_after=stop_after)
    network.eval()
    return network


def segmentation_loss(logits: Tensor, truth: Tensor) -> Losses:
    """Mean cross-entropy, and one less the overlap (Dice) of each picture; both (n, 1, h, w)."""
    made = torch.sigmoid(logits)
    both = (made * truth).sum((1, 2, 3))
    dice = (2 * both + _SMOOTH) / ((made + truth).sum((1, 2, 3)) + _SMOOTH)
    return {"entropy": 4 * binary_cross_entropy_with_logits(logits, truth), "overlap": (1 - dice).mean()}
