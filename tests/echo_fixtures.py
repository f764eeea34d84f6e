"""Echo models and loops for tests: random weights, phantoms in memory and on disk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from inference.card import Card
from inference.imaging.ultrasound import Region, UltrasoundFacts
from inference.imaging.volume import Cine
from inference.models.echo import EchoModel
from inference.models.echo_physiology import echo_targets
from inference.networks.echo_config import EchoConfig, Scaling, bundled, config_to_json
from inference.networks.echo_vit import EchoViT

SCALING = Scaling(
    (0.0, 18.0, 5.0, 10.0, 1.0, 2.0, 1.2, 1000.0, 0.5),
    (22.0, 111.0, 75.0, 71.0, 25.0, 10.0, 5.5, 5576.0, 19.7),
    (False,) * 7 + (True, True),
)


def tiny(**changes: object) -> EchoConfig:
    """A network that answers at once."""
    config = replace(
        bundled(),
        image=32,
        patch=8,
        width=32,
        depth=2,
        mlp=64,
        frames=4,
        head_widths=(16, 8),
        scaling=SCALING,
    )
    return replace(config, **changes)


def network(seed: int = 0, **changes: object) -> EchoViT:
    """Random weights, the same for the same seed."""
    torch.manual_seed(seed)
    return EchoViT(tiny(**changes)).eval()


def model(seed: int = 0, **changes: object) -> EchoModel:
    """A model with random weights, and a card with the nine targets."""
    found = network(seed, **changes)
    texts = dict.fromkeys(
        ("version", "modality", "body_part", "intended_use", "not_for", "weights_origin", "trained_on",
         "recipe", "licence", "population"), "x"
    )  # fmt: skip
    widths = {str(n): [0.1] * 9 for n in range(1, 5)}
    card = Card(
        **texts, key="untrained", title="Echo, untrained", family="echo", size="bundled", sources=(),
        known_failures=(), targets=echo_targets(), metrics=(),
        config={**config_to_json(found.config), "half_widths": widths},
    )  # fmt: skip
    return EchoModel(card, found.requires_grad_(False))


def tensors(views: int = 4, frames: int = 4, seed: int = 1, batch: int = 2) -> dict[str, torch.Tensor]:
    """A batch of random studies with all views."""
    g = torch.Generator().manual_seed(seed)
    return {
        "frames": torch.rand(batch, views, frames, 32, 32, generator=g),
        "frame_mask": torch.ones(batch, views, frames, dtype=torch.bool),
        "view": torch.arange(views).expand(batch, -1),
        "context": torch.zeros(batch, 4),
    }


def beating_disc(
    count: int = 30, per_beat: int = 12, size: tuple[int, int] = (160, 200), colour: bool = False
) -> Cine:
    """Speckle in a round sector with a dark disc that grows and shrinks."""
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]]
    sector = np.hypot(rows - size[0] / 2, columns - size[1] / 2) < 0.45 * size[0]
    frames = np.zeros((count, *size), np.uint8)
    for n in range(count):
        radius = 0.2 * size[0] * (1 + 0.4 * np.cos(2 * np.pi * n / per_beat))
        disc = np.hypot(rows - size[0] / 2, columns - size[1] / 2) < radius
        frames[n] = sector * np.where(disc, 12, 120) * rng.uniform(0.6, 1.2, size)
    grey = np.repeat(frames[..., None], 3, -1) if colour else frames
    return Cine(grey, np.arange(count) * 70.0, "Frame Time", (0.8, 0.8))


def facts(**changes: object) -> UltrasoundFacts:
    """A header with a tissue region of 0.8 mm pixels over the whole picture."""
    region = Region(1, 1, (0, 0, 160, 200), (0.8, 0.8))
    return replace(UltrasoundFacts((region,)), **changes)
