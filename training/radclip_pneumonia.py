"""Real radiographs: a linear probe on the vision tower, and the tower tuned, on PneumoniaMNIST.

The splits are the official ones; everything is chosen on the validation split, and the test split is looked
at once. The published figure beside it is that of ResNet-18 at 28 pixels, trained on all of the split.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, interpolate

from inference.errors import FileError
from inference.imaging.files import write_atomic
from inference.networks.radclip import RadCLIP
from training.checkpoint import Progress, load_checkpoint, save_checkpoint
from training.evaluate import Interval, auroc, auroc_interval, best_threshold, decisions
from training.fit import Run, rate_at, seed_of
from training.radclip import RadCLIPOrder, tuned
from training.radclip_cases import varied
from training.radclip_probe import fitted
from training.recipe import Schedule

PUBLISHED_AUROC = 0.944  # ResNet-18 (28 px), MedMNIST v2
OFFICIAL_TRAIN = 4708
_RIDGES = (1e-1, 1e-2, 1e-3, 1e-4)
_HINT = "Give the file pneumoniamnist.npz of MedMNIST v2: --data FILE."


@dataclass(frozen=True)
class PneumoniaRecipe:
    """One run on real radiographs; `backbone` is the tower's rate as a share of the head's."""

    schedule: Schedule
    backbone: float = 0.3
    check_every: int = 50
    average: float = 0.95  # of the weights, over steps
    views: int = 4  # slightly varied pictures of one radiograph whose scores are averaged
    smoothing: float = 0.05
    seed: int = 0


@dataclass(frozen=True)
class PneumoniaOrder:
    """What to do, with which file, and where to keep it."""

    recipe: PneumoniaRecipe
    data: Path
    folder: Path


@dataclass(frozen=True, eq=False)
class Radiographs:
    """Pictures (n, 28, 28) 0..1 and whether each shows pneumonia (n,)."""

    pixels: Tensor
    truth: NDArray[np.bool_]

    def squared(self, image: int) -> Tensor:
        """(n, image, image, 3) as the tower sees them."""
        size = (image, image)
        large = interpolate(self.pixels[:, None], size, mode="bicubic", align_corners=False).clamp(0, 1)
        return large[:, 0, :, :, None].expand(-1, -1, -1, 3)


@dataclass(frozen=True)
class PneumoniaMeasures:
    """Held-out figures, and what was chosen by validation."""

    probe: Interval
    tuned: Interval
    accuracy: float
    validation: Mapping[str, float]
    trained: int
    tested: int

    def summary(self) -> str:
        """What to print, beside what was published."""
        short = (
            "" if self.trained == OFFICIAL_TRAIN else f" (this copy; the official split has {OFFICIAL_TRAIN})"
        )
        chosen = ", ".join(f"{name} {value:.4f}" for name, value in self.validation.items())
        return "\n".join(
            (
                f"PneumoniaMNIST, {self.trained} to learn{short}, {self.tested} to test",
                f"chosen by validation AUROC: {chosen}",
                f"linear probe, test AUROC: {self.probe}",
                f"fine-tuned,   test AUROC: {self.tuned}, accuracy {self.accuracy:.3f}",
                f"ResNet-18 (28 px), published: {PUBLISHED_AUROC:.3f}; chance 0.500",
            )
        )


class Classifier(nn.Module):
    """The vision tower with one line of weights."""

    def __init__(self, network: RadCLIP) -> None:
        super().__init__()
        self.network = network
        self.norm = nn.LayerNorm(network.config.vision.width)
        self.head = nn.Linear(network.config.vision.width, 1)

    def forward(self, pixels: Tensor) -> Tensor:
        """(n, image, image, 3) -> (n,) logits."""
        out: Tensor = self.head(self.norm(self.network.features(pixels)))[:, 0]
        return out


def pneumonia_recipe(seed: int = 0) -> PneumoniaRecipe:
    """About two minutes of one CPU core."""
    schedule = Schedule(steps=200, batch=64, learning_rate=1e-3, weight_decay=0.05, warmup=20)
    return PneumoniaRecipe(schedule, seed=seed)


def read_radiographs(path: Path) -> dict[str, Radiographs]:
    """The official splits: train, val, test. Nothing is unpickled."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {
                split: _radiographs(file[f"{split}_images"], file[f"{split}_labels"])
                for split in ("train", "val", "test")
            }
    except (OSError, ValueError, KeyError) as error:
        raise FileError(f"{path} is not PneumoniaMNIST: {error}.", hint=_HINT) from error


def _radiographs(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Radiographs:
    if images.ndim != 3 or len(images) != len(labels):
        raise ValueError("pictures and labels do not agree")
    return Radiographs(torch.from_numpy(images).float() / 255, labels.reshape(-1) == 1)


def train_pneumonia(asked: PneumoniaOrder, order: RadCLIPOrder) -> PneumoniaMeasures:
    """Probe and tune the tower of a run; the test split is looked at when everything is chosen."""
    network = tuned(order)
    splits = read_radiographs(asked.data)
    asked.folder.mkdir(parents=True, exist_ok=True)
    probe, probed = probe_scores(network, splits)
    model, best = fine_tuned(network, splits, asked)
    test = splits["test"]
    scores = averaged_scores(model, test, asked.recipe)
    threshold = best_threshold(splits["val"].truth, averaged_scores(model, splits["val"], asked.recipe))
    measures = PneumoniaMeasures(
        probe=auroc_interval(test.truth, probe),
        tuned=auroc_interval(test.truth, scores),
        accuracy=decisions(test.truth, scores, threshold).accuracy,
        validation={"probe": probed, "fine-tuned": best},
        trained=len(splits["train"].truth),
        tested=len(test.truth),
    )
    write_atomic(asked.folder / "held_out.json", json.dumps(asdict(measures), indent=1).encode())
    return measures


def probe_scores(network: RadCLIP, splits: Mapping[str, Radiographs]) -> tuple[NDArray[np.float64], float]:
    """Scores of the test split by the probe whose ridge does best on validation, and how well it does."""
    image = network.config.image
    features = {name: _features(network, some.squared(image)) for name, some in splits.items()}
    best: tuple[float, NDArray[np.float64]] | None = None
    for ridge in _RIDGES:
        probe = fitted(features["train"], splits["train"].truth.astype(int), ridge=ridge, balanced=True)
        area = auroc(splits["val"].truth, probe.chances(features["val"])[:, 1])
        if best is None or area > best[0]:
            best = area, probe.chances(features["test"])[:, 1]
    assert best is not None
    return best[1], best[0]


@torch.no_grad()
def _features(network: RadCLIP, pixels: Tensor) -> Tensor:
    return torch.cat([network.features(some) for some in torch.split(pixels, 128)])


def fine_tuned(
    network: RadCLIP, splits: Mapping[str, Radiographs], asked: PneumoniaOrder
) -> tuple[Classifier, float]:
    """The averaged weights of the step that does best on validation, and how well they do."""
    recipe = asked.recipe
    torch.manual_seed(seed_of(recipe.seed, "pneumonia", -1))
    model = Classifier(copy.deepcopy(network)).train()
    model.network.requires_grad_(False)
    model.network.clip.vision_model.requires_grad_(True)
    mean = copy.deepcopy(model).eval()
    path = asked.folder / "best.safetensors"
    done = load_checkpoint(path, mean)
    if done is not None and done.done:
        return mean.eval(), auroc(splits["val"].truth, averaged_scores(mean, splits["val"], recipe))
    best = _learned(model, mean, splits, (recipe, path, Run(asked.folder, recipe.seed)))
    load_checkpoint(path, mean)
    save_checkpoint(path, mean, None, Progress(1, 1))
    return mean.eval(), best


def _learned(
    model: Classifier,
    mean: Classifier,
    splits: Mapping[str, Radiographs],
    kept: tuple[PneumoniaRecipe, Path, Run],
) -> float:
    recipe, path, run = kept
    pixels = splits["train"].squared(model.network.config.image)
    optimiser = _optimiser(model, recipe)
    best = 0.0
    for step in range(recipe.schedule.steps):
        loss = _step(model, optimiser, (pixels, splits["train"].truth), recipe, step)
        _follow(mean, model, min(recipe.average, (1 + step) / (10 + step)))
        if (step + 1) % recipe.check_every == 0:
            area = auroc(splits["val"].truth, averaged_scores(mean, splits["val"], recipe))
            run.note("pneumonia", step=step + 1, loss=loss, validation=area)
            if area > best:
                best = area
                save_checkpoint(path, mean, None, Progress(0, 1))
    return best


def _optimiser(model: Classifier, recipe: PneumoniaRecipe) -> torch.optim.Optimizer:
    groups = (
        {"params": [*model.norm.parameters(), *model.head.parameters()], "share": 1.0},
        {"params": list(model.network.clip.vision_model.parameters()), "share": recipe.backbone},
    )
    return torch.optim.AdamW(groups, lr=0.0, weight_decay=recipe.schedule.weight_decay, betas=(0.9, 0.98))


def _step(
    model: Classifier,
    optimiser: torch.optim.Optimizer,
    cases: tuple[Tensor, NDArray[np.bool_]],
    recipe: PneumoniaRecipe,
    step: int,
) -> float:
    """One batch, half of it with pneumonia."""
    rng = np.random.default_rng((recipe.seed, 5, step))
    half = recipe.schedule.batch // 2
    rows = np.concatenate([rng.choice(np.flatnonzero(cases[1] == kind), half) for kind in (False, True)])
    generator = torch.Generator().manual_seed(seed_of(recipe.seed, "pneumonia", step))
    truth = torch.from_numpy(cases[1][rows]).float() * (1 - 2 * recipe.smoothing) + recipe.smoothing
    for group in optimiser.param_groups:
        group["lr"] = rate_at(recipe.schedule, step) * group["share"]
    loss = binary_cross_entropy_with_logits(model(varied(cases[0][rows], generator)), truth)
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]  # torch does not annotate it
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    return float(loss.detach())


@torch.no_grad()
def _follow(mean: nn.Module, model: nn.Module, keep: float) -> None:
    """Move the averaged weights towards those of this step."""
    for slow, fast in zip(mean.parameters(), model.parameters(), strict=True):
        slow.lerp_(fast, 1 - keep)


@torch.no_grad()
def averaged_scores(model: Classifier, cases: Radiographs, recipe: PneumoniaRecipe) -> NDArray[np.float64]:
    """(n,) mean logit over the radiograph and slightly varied copies of it."""
    pixels = cases.squared(model.network.config.image)
    generator = torch.Generator().manual_seed(recipe.seed)
    total = _logits(model, pixels)
    for _ in range(recipe.views - 1):
        total = total + _logits(model, varied(pixels, generator))
    found: NDArray[np.float64] = (total / recipe.views).double().numpy()
    return found


def _logits(model: Classifier, pixels: Tensor) -> Tensor:
    return torch.cat([model(some) for some in torch.split(pixels, 128)])
