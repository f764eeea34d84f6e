"""The tokenizer's own training, and every study through it, kept on disk."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.imaging.files import write_atomic
from inference.models.prima import latents_of
from inference.models.prima_patches import Patches
from inference.networks.prima import Prima, PrimaConfig
from inference.networks.vqvae import VQVAE
from inference.weights import sha256_of
from training.fit import Losses, Run, Stage, fit, seed_of
from training.prima_batches import LatentSeries, LatentStudy, Names
from training.prima_cases import Prepared, Shelf
from training.recipe import Recipe


def train_tokenizer(recipe: Recipe, shelf: Shelf, run: Run, device: torch.device) -> VQVAE:
    """Learn to rebuild patches from their codes."""
    torch.manual_seed(seed_of(recipe.seed, "tokenizer", -1))
    network: VQVAE = VQVAE(recipe.config.tokenizer).to(device)
    for module in network.modules():
        if isinstance(module, nn.Conv3d):  # twice as fast with the channels last
            module.weight.data = module.weight.data.contiguous(memory_format=torch.channels_last_3d)
    pool = sample_patches(shelf, recipe)

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, step))
        x = varied(pool[rng.integers(0, len(pool), recipe.tokenizer.batch)], recipe.config, rng).to(device)
        made = network(x.contiguous(memory_format=torch.channels_last_3d))
        return {"rebuild": (made.image.float() - x).abs().mean(), "commit": made.commitment}

    fit(Stage("tokenizer", network, losses, recipe.tokenizer), run)
    return network.eval()


def sample_patches(shelf: Shelf, recipe: Recipe) -> NDArray[np.uint8]:
    """(n, 4, 32, 32) some patches of each training study."""
    rng = np.random.default_rng(recipe.seed)
    found = []
    for study in shelf.read("train", recipe.tokenizer_studies):
        most = min(recipe.patches_per_study, len(study.voxels))
        found.append(study.voxels[rng.choice(len(study.voxels), most, replace=False)])
    return np.concatenate(found)


def varied(patches: NDArray[np.uint8], c: PrimaConfig, rng: np.random.Generator) -> Tensor:
    """(b, 1, 8, 32, 32) patches in other lights and mirrored; axes permuted where the patient's count."""
    x = torch.from_numpy(patches).float() / 255
    gamma = torch.from_numpy(rng.uniform(0.7, 1.4, (len(x), 1, 1, 1))).float()
    x = (x**gamma).repeat_interleave(2, 1)[:, None]
    x = x.flip([axis for axis in (2, 3, 4) if rng.random() < 0.5])
    return x.permute(0, 1, *(2 + rng.permutation(3))) if c.grid.patient_axes else x


def encode_studies(
    tokenizer: VQVAE, recipe: Recipe, shelf: Shelf, run: Run, device: torch.device
) -> dict[str, list[LatentStudy]]:
    """Every study through the tokenizer, kept on disk under the tokenizer's own hash."""
    network = Prima(recipe.config).to(device)
    network.tokenizer.load_state_dict(tokenizer.state_dict())
    network.eval()
    folder = run.folder / f"latents-{sha256_of(run.path('tokenizer'))[:12]}"
    found: dict[str, list[LatentStudy]] = {}
    for split in shelf.sizes:
        found[split] = []
        for n, study in enumerate(shelf.read(split)):
            path = folder / f"{split}-{n:05d}.npz"
            rng = np.random.default_rng((recipe.seed, n)) if split == "train" else None
            if not path.exists():
                with torch.autocast(device.type, torch.bfloat16, enabled=run.half and split == "train"):
                    _write_latents(path, encoded(network, study, rng, device))
            found[split].append(_latent_study(study, path))
            if n % 200 == 0:
                run.note("encode", split=split, studies=float(n))
    return found


def spread_of(studies: Sequence[LatentStudy]) -> tuple[float, float]:
    """Mean and standard deviation of latents, to bring them to the scale of the position code."""
    some = torch.cat([s.latents.float() for study in studies[:100] for s in study.series])
    return float(some.mean()), float(some.std())


def fitted(recipe: Recipe, names: Names, studies: Sequence[LatentStudy]) -> Recipe:
    """The recipe with what only the data tell: number of answers, spread of latents."""
    mean, scale = spread_of(studies)
    config = replace(
        recipe.config,
        diagnoses=len(names.diagnoses),
        referrals=len(names.referrals),
        priorities=len(names.priorities),
        latent_mean=mean,
        latent_scale=scale,
    )
    return replace(recipe, config=config)


def encoded(
    network: Prima, study: Prepared, rng: np.random.Generator | None, device: torch.device
) -> NDArray[np.float16]:
    """(n, 256) latents of a study; with `rng` each series in another light, as scanners differ."""
    found = []
    ends = np.cumsum(study.counts)
    for start, end, orientation in zip(ends - study.counts, ends, study.orientations, strict=True):
        voxels = study.voxels[start:end]
        if rng is not None:
            gamma, gain = rng.uniform(0.8, 1.25), rng.uniform(0.88, 1.14)
            curve = np.clip((np.arange(256) / 255.0) ** gamma * gain * 255, 0, 255).astype(np.uint8)
            voxels = curve[voxels]
        patches = Patches(
            voxels, np.zeros((0, 3), np.int64), (0, 0, 0), np.eye(4), study.position[start:end],
            int(orientation), (0.0, 0.0, 0.0),
        )  # fmt: skip
        found.append(latents_of(network, patches, device).cpu())
    return torch.cat(found).half().numpy()


def _write_latents(path: Path, latents: NDArray[np.float16]) -> None:
    buffer = io.BytesIO()
    np.save(buffer, latents)
    write_atomic(path, buffer.getvalue())


def _latent_study(study: Prepared, path: Path) -> LatentStudy:
    latents = torch.from_numpy(np.load(path, allow_pickle=False))
    marks = torch.from_numpy(study.marks)
    ends = np.cumsum(study.counts)
    return LatentStudy(
        study.answers,
        tuple(
            LatentSeries(
                name, latents[start:end], study.position[start:end], int(orientation), marks[start:end]
            )
            for name, start, end, orientation in zip(
                study.answers.names, ends - study.counts, ends, study.orientations, strict=True
            )
        ),
    )
