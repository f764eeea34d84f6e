"""The stage of T3D in which small things are learnt, voxel by voxel, on towers that stay as they are.

What the towers tell of a patient's classes is computed once; a step sees small boxes, half of them around
something small.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

from inference.models.t3d_grid import grey_of, tiling_of
from inference.networks.t3d import T3D
from inference.networks.t3d_config import T3DConfig
from training.fit import Losses, Run, Stage, fit, seed_of
from training.recipe import Schedule
from training.t3d_batches import HALF, Three, cut_out, varied_grey
from training.t3d_cases import TrainCase
from training.t3d_recipe import T3DRecipe

BOX: Three = (16, 32, 32)  # voxels that one example shows
_JITTER = 6  # voxels that what is sought lies beside the middle of its box
_CHUNK = 4
_SMOOTH = 10.0  # voxels; nothing where nothing is, is right
_LEAST = 30.0  # voxels; a finding that hardly shows in a batch must not rule it
_BYTE = 255.0
_LAST_OF_FOUR = 3
_USUAL = 300.0  # voxels of a small thing


@dataclass(frozen=True, eq=False)
class Told:
    """A patient: where sub-volumes begin, and shares (units, classes, d / 2, h / 2, w / 2) as bytes."""

    starts: tuple[Three, ...]
    shares: NDArray[np.uint8]


TellOf = Callable[[int], Told]
"""What the towers said of the patient of that number."""


@dataclass(frozen=True, eq=False)
class Boxes:
    """grey (b, 1, *BOX), shares (b, classes, *BOX / 2), and where each small thing lies (b, n, *BOX)."""

    grey: Tensor
    shares: Tensor
    truth: Tensor


@dataclass(frozen=True)
class Part:
    """One of the two stages: half of its boxes lie around small things, the rest around anything that has a
    label, or half of that rest anywhere at all."""

    name: str
    schedule: Schedule
    losses: Callable[[Tensor, Tensor], Losses]
    anywhere: bool


def train_focal(network: T3D, cases: Sequence[TrainCase], recipe: T3DRecipe, run: Run) -> None:
    """Where small things lie: first to find them, then to be as sure as is right, wherever one looks."""
    if network.focal is None:
        return

    @cache
    def told(number: int) -> Told:  # a stage that is done asks for nothing
        return told_by_towers(network, cases[number])

    _fit(Part("focal", recipe.focal, focal_losses, anywhere=False), network, cases, told, recipe, run)
    some, sharpening = cases[: recipe.sharpened], recipe.sharpening
    _fit(Part("sharpening", sharpening, sharp_losses, anywhere=True), network, some, told, recipe, run)


def _fit(
    part: Part, network: T3D, cases: Sequence[TrainCase], told: TellOf, recipe: T3DRecipe, run: Run
) -> None:
    focal = network.focal
    assert focal is not None
    network.eval().requires_grad_(False)
    focal.requires_grad_(True)

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, seed_of(recipe.seed, part.name, step)))
        count = part.schedule.batch
        boxes = drawn_boxes(cases, told, network.config, count, rng, anywhere=part.anywhere)
        return part.losses(focal(boxes.grey, boxes.shares), boxes.truth)

    fit(Stage(part.name, focal, losses, part.schedule), run)
    network.eval().requires_grad_(False)


def told_by_towers(network: T3D, case: TrainCase) -> Told:
    """What the towers say of every sub-volume of a patient."""
    c = network.config
    tiling = tiling_of(case.hu.shape, c.crop)
    windows = torch.from_numpy(tiling.crops(grey_of(case.hu, c.curve), 0.0))[:, None]
    pieces = []
    with torch.inference_mode():
        for n in range(0, len(windows), _CHUNK):
            x = windows[n : n + _CHUNK]
            halfway = network.halfway(network.pyramid(x), network.unread(len(x)))
            pieces.append((network.outlines(halfway).softmax(1) * _BYTE).round().byte())
    return Told(tiling.starts, torch.cat(pieces).numpy())


def drawn_boxes(
    cases: Sequence[TrainCase],
    told: TellOf,
    c: T3DConfig,
    count: int,
    rng: np.random.Generator,
    *,
    anywhere: bool = False,
) -> Boxes:
    """Half around small things, each of these as often as the others."""
    having = _having(cases, c.focal_findings)
    drawn = []
    for n in range(count):
        if n % 2 == 0 and having:
            bit = list(having)[int(rng.integers(len(having)))]
            number = having[bit][int(rng.integers(len(having[bit])))]
            places = cases[number].sights[bit]
        else:
            number = int(rng.integers(len(cases)))
            anchors = cases[number].anchors
            places = anchors[list(anchors)[int(rng.integers(len(anchors)))]]
        aim = places[int(rng.integers(len(places)))] + rng.integers(-_JITTER, _JITTER + 1, 3)
        if anywhere and n % 4 == _LAST_OF_FOUR:
            aim = rng.integers(0, cases[number].hu.shape)
        drawn.append(_box(cases[number], told(number), c, aim, rng))
    grey, shares, truth = (torch.from_numpy(np.stack(arrays)) for arrays in zip(*drawn, strict=True))
    return Boxes(grey, shares, truth)


def _having(cases: Sequence[TrainCase], bits: Sequence[int]) -> Mapping[int, Sequence[int]]:
    found = {bit: [n for n, case in enumerate(cases) if bit in case.sights] for bit in bits}
    return {bit: numbers for bit, numbers in found.items() if numbers}


def _box(
    case: TrainCase, told: Told, c: T3DConfig, aim: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.float32], ...]:
    """A box in one of the sub-volumes that hold `aim`, as near to the middle of the box as they let it."""
    starts, crop = np.array(told.starts), np.array(c.crop)
    holding = np.flatnonzero(((starts <= aim) & (aim < starts + crop)).all(1))
    unit = int(rng.choice(holding if len(holding) else len(starts)))
    low = np.clip(aim - starts[unit] - np.array(BOX) // 2, 0, crop - BOX) // HALF * HALF
    k, j, i = (int(n) for n in starts[unit] + low)
    hu = cut_out(case.hu, (k, j, i), BOX)
    marks = cut_out(case.marks, (k, j, i), BOX, outside=0).astype(np.uint16)
    half = tuple(slice(a // HALF, (a + b) // HALF) for a, b in zip(low.tolist(), BOX, strict=True))
    return (
        varied_grey(grey_of(hu, c.curve), rng)[None],
        told.shares[unit][:, *half].astype(np.float32) / np.float32(_BYTE),
        np.stack([(marks >> bit) & 1 for bit in c.focal_findings]).astype(np.float32),
    )


def focal_losses(logits: Tensor, truth: Tensor) -> dict[str, Tensor]:
    """Overlap (Dice) of each small thing over a batch, and focal cross-entropy (Lin et al. 2017)."""
    over = (0, 2, 3, 4)
    made, shown = logits.sigmoid(), truth.sum(over)
    dice = (2 * (made * truth).sum(over) + _SMOOTH) / (made.sum(over) + shown + _SMOOTH)
    missed = softplus(-logits) * truth * (1 - made) ** 2
    false = softplus(logits) * (1 - truth) * made**2
    return {
        "overlap": (1 - dice).mean(),
        "voxels": ((missed + false).sum(over) / shown.clamp(min=_LEAST)).mean(),
    }


def sharp_losses(logits: Tensor, truth: Tensor) -> dict[str, Tensor]:
    """Overlap (Dice), and plain cross-entropy, which alone makes a chance of what is said."""
    over = (0, 2, 3, 4)
    surprise = binary_cross_entropy_with_logits(logits, truth, reduction="none").sum(over)
    return {"overlap": focal_losses(logits, truth)["overlap"], "voxels": (surprise / _USUAL).mean()}
