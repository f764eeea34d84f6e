"""The tokenizer's own training, and every study through it, kept on disk."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from inference.imaging.files import write_atomic
from inference.models.prima_patches import Patches
from inference.models.prima_tokens import latents_of
from inference.networks.prima import Prima
from inference.networks.vqvae import VQVAE
from inference.weights import sha256_of
from training.fit import Losses, Run, Stage, fit, seed_of
from training.prima_batches import LatentSeries, LatentStudy, Names
from training.prima_cases import Prepared, Shelf
from training.prima_teaching import TaughtTokenizer, pool_of, varied
from training.recipe import Recipe


def train_tokenizer(recipe: Recipe, shelf: Shelf, run: Run, device: torch.device) -> VQVAE:
    """Learn to rebuild patches from their codes and, where lesions are known, to show them."""
    torch.manual_seed(seed_of(recipe.seed, "tokenizer", -1))
    tokenizer: VQVAE = VQVAE(recipe.config.tokenizer)
    pool = pool_of(
        shelf.read("train", recipe.tokenizer_studies),
        recipe.patches_per_study,
        np.random.default_rng(recipe.seed),
    )
    turned = recipe.config.grid.patient_axes
    marked = pool.chance.any() and recipe.teaching and not turned
    network = TaughtTokenizer(tokenizer, pool.cells.shape[1] if marked else 0).to(device)
    for module in network.modules():
        if isinstance(module, nn.Conv3d):  # twice as fast with the channels last
            module.weight.data = module.weight.data.contiguous(memory_format=torch.channels_last_3d)

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, step))
        rows = pool.drawn(recipe.tokenizer.batch, rng)
        x, cells = varied(pool.voxels[rows], pool.cells[rows], rng, turned=turned)
        x = x.to(device).contiguous(memory_format=torch.channels_last_3d)
        names, places = (torch.from_numpy(a[rows]).to(device) for a in (pool.names, pool.places))
        return network.losses(x, cells.to(device), (names, places), recipe.teaching)

    fit(Stage("tokenizer", network, losses, recipe.tokenizer), run)
    return network.folded()


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
