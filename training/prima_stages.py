"""The stages of Prima: tokenizer, encoding, contrast with reports, heads. Each goes on where it stopped."""

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
from training.losses import contrast, masked_bce, pos_weights, priority_loss, tell_patients_apart
from training.prima_batches import (
    LatentSeries,
    LatentStudy,
    Names,
    Truth,
    chunks,
    drawn,
    same_content,
    tensors_of,
    thinned,
    truth_of,
)
from training.prima_cases import Prepared, Shelf
from training.prima_report import ReportTower, report_ids, shuffled, vocabulary_of
from training.recipe import Recipe


class Towers(nn.Module):
    """Everything that learns in the contrast: the model, the reports' tower and what the losses add."""

    def __init__(self, c: PrimaConfig, words: int) -> None:
        super().__init__()
        self.prima = Prima(c)
        self.prima.tokenizer.requires_grad_(False)
        self.reports = ReportTower(c, words)
        self.series = nn.Linear(c.series_width, c.clip_width)
        self.log_scale = nn.Parameter(torch.tensor(1 / 0.07).log())
        self.log_temperature = nn.Parameter(torch.tensor(0.1).log())


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
                    _write_latents(path, _encoded(network, study, rng, device))
            found[split].append(_latent_study(study, path))
            if n % 200 == 0:
                run.note("encode", split=split, studies=float(n))
    return found


def spread_of(studies: Sequence[LatentStudy]) -> tuple[float, float]:
    """Mean and standard deviation of latents, to bring them to the scale of the position code."""
    some = torch.cat([s.latents.float() for study in studies[:100] for s in study.series])
    return float(some.mean()), float(some.std())


def train_contrast(
    recipe: Recipe, names: Names, studies: Sequence[LatentStudy], run: Run, device: torch.device
) -> Prima:
    """Studies beside their reports, with the labels as a second voice."""
    vocabulary = vocabulary_of([s.answers.report for s in studies])
    stage_name = f"contrast-{recipe.config.pooling}"
    torch.manual_seed(seed_of(recipe.seed, stage_name, -1))
    towers = Towers(recipe.config, len(vocabulary)).to(device)
    weights = weights_of(studies, names).to(device)

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, step))
        batch = [thinned(s, recipe, rng) for s in drawn(studies, recipe.contrast.batch, recipe.seed, step)]
        reports = [shuffled(s.answers.report, rng) for s in batch]
        ids = report_ids(reports, vocabulary).to(device)
        return contrast_losses(towers, batch, names, ids, recipe=recipe, weights=weights)

    fit(Stage(stage_name, towers, losses, recipe.contrast), run)
    return towers.prima.eval()


def contrast_losses(
    towers: Towers,
    batch: Sequence[LatentStudy],
    names: Names,
    ids: Tensor,
    *,
    recipe: Recipe,
    weights: Tensor,
) -> Losses:
    """The parts of the contrast's loss on one batch."""
    device = weights.device
    prima = towers.prima
    tensors = {k: v.to(device) for k, v in tensors_of(batch, prima.config).items()}
    truth = moved(truth_of([s.answers for s in batch], names), device)
    series = prima.series_vectors(tensors)
    there = tensors["series_mask"]
    study = prima.encode_study(series, there, tensors["description"])
    same = same_content([s.answers for s in batch], truth).to(device)
    unit = nn.functional.normalize(towers.series(series[there]), dim=-1)
    whose = torch.arange(len(batch), device=device)[:, None].expand(there.shape)[there]
    apart = tell_patients_apart(unit, whose, towers.log_temperature)
    labels = supervised(prima.heads(study), truth, names, weights)
    return {
        "clip": contrast(prima.project(study), towers.reports(ids), towers.log_scale, same),
        "apart": recipe.discrimination * apart,
        "labels": recipe.supervised * labels,
    }


def train_heads(
    recipe: Recipe, names: Names, prima: Prima, studies: Sequence[LatentStudy], run: Run
) -> Prima:
    """The heads alone, on embeddings of whole studies; everything else stands still."""
    device = next(prima.parameters()).device
    embeddings = embed_all(prima, studies)
    truth = moved(truth_of([s.answers for s in studies], names), device)
    weights = weights_of(studies, names).to(device)

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, step))
        rows = torch.from_numpy(rng.integers(0, len(studies), recipe.heads.batch)).to(device)
        noise = 1 + 0.05 * torch.randn_like(embeddings[rows])
        scores = prima.heads(embeddings[rows] * noise)
        return {"labels": supervised(scores, picked(truth, rows), names, weights)}

    fit(Stage(f"heads-{recipe.config.pooling}", prima.heads, losses, recipe.heads), run)
    return prima.eval()


def supervised(scores: Tensor, truth: Truth, names: Names, weights: Tensor) -> Tensor:
    """Loss of all answers against what is known."""
    loss = masked_bce(scores[:, : names.binary], truth.binary, truth.binary_known, weights)
    if names.priorities:
        loss = loss + 0.2 * priority_loss(scores[:, names.binary :], truth.priority, truth.priority_known)
    return loss


def weights_of(studies: Sequence[LatentStudy], names: Names) -> Tensor:
    """Weight of the positives of each yes-or-no answer."""
    truth = truth_of([s.answers for s in studies], names)
    return pos_weights(truth.binary, truth.binary_known).sqrt()


@torch.no_grad()
def embed_all(prima: Prima, studies: Sequence[LatentStudy]) -> Tensor:
    """(n, study_width) embeddings of whole studies, in full precision, nothing left out."""
    device = next(prima.parameters()).device
    prima.eval()
    rows = []
    for some in chunks(studies, 8):
        tensors = {k: v.to(device) for k, v in tensors_of(some, prima.config).items()}
        rows.append(prima.embed(tensors))
    return torch.cat(rows)


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


def moved(truth: Truth, device: torch.device) -> Truth:
    """The same on another device."""
    return Truth(
        *(t.to(device) for t in (truth.binary, truth.binary_known, truth.priority, truth.priority_known))
    )


def picked(truth: Truth, rows: Tensor) -> Truth:
    """Some rows of it."""
    return Truth(
        truth.binary[rows], truth.binary_known[rows], truth.priority[rows], truth.priority_known[rows]
    )


def _encoded(
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
    ends = np.cumsum(study.counts)
    return LatentStudy(
        study.answers,
        tuple(
            LatentSeries(name, latents[start:end], study.position[start:end], int(orientation))
            for name, start, end, orientation in zip(
                study.answers.names, ends - study.counts, ends, study.orientations, strict=True
            )
        ),
    )
