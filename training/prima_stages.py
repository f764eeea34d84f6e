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
from torch.nn.functional import binary_cross_entropy_with_logits

from inference.imaging.files import write_atomic
from inference.models.prima import latents_of
from inference.models.prima_patches import Patches
from inference.networks.prima import Prima, PrimaConfig, gathered, sequence
from inference.networks.text import clean_name, names_tensor
from inference.networks.vqvae import VQVAE
from inference.weights import sha256_of
from training.fit import Losses, Run, Stage, fit, seed_of
from training.losses import contrast, masked_bce, pos_weights, priority_loss, tell_patients_apart
from training.prima_batches import (
    LatentSeries,
    LatentStudy,
    Names,
    Truth,
    alike_rows,
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

RARE = -5.0  # logit of a token's marks before anything is learnt


class Towers(nn.Module):
    """Everything that learns in the contrast: the model, the reports' tower and what the losses add."""

    def __init__(self, prima: Prima, words: int, shares: Tensor) -> None:
        super().__init__()
        c = prima.config
        self.prima = prima
        self.prima.tokenizer.requires_grad_(False)
        self.reports = ReportTower(c, words)
        self.series = nn.Linear(c.series_width, c.clip_width)
        self.series_answers = nn.Linear(c.series_width, len(shares))
        self.series_answers.bias.data = log_odds(shares)
        self.log_scale = nn.Parameter(torch.tensor(1 / 0.07).log())
        self.log_temperature = nn.Parameter(torch.tensor(0.1).log())

    def losses(
        self,
        batch: Sequence[LatentStudy],
        truth: Truth,
        reports: Tensor,
        same: Tensor,
        terms: tuple[Recipe, Names, Tensor],
    ) -> Losses:
        """The parts of the loss of whole studies, from tokens to reports."""
        recipe, names, weights = terms
        device, prima = weights.device, self.prima
        tensors = {k: v.to(device) for k, v in tensors_of(batch, prima.config).items()}
        series, there = prima.series_vectors(tensors), tensors["series_mask"]
        study = prima.encode_study(series, there, tensors["description"])
        whose = torch.arange(len(batch), device=device)[:, None].expand(there.shape)[there]
        unit = nn.functional.normalize(self.series(series[there]), dim=-1)
        each = self.series_answers(series[there])
        alone = masked_bce(each, truth.binary[whose], truth.binary_known[whose], weights)
        return {
            "clip": contrast(prima.project(study), reports, self.log_scale, same),
            "apart": recipe.discrimination * tell_patients_apart(unit, whose, self.log_temperature),
            "labels": recipe.supervised * supervised(prima.heads(study), truth, names, weights),
            "series": recipe.deep * alone,
        }


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


class SeriesReader(nn.Module):
    """The series encoder with answers of its own: the short way to what one series, one token shows."""

    def __init__(self, prima: Prima, shares: Tensor, marks: int) -> None:
        super().__init__()
        self.inner = prima.inner
        self.name_encoder = prima.name_encoder
        self.answers = nn.Linear(prima.config.series_width, len(shares))
        self.answers.bias.data = log_odds(shares)
        self.marks = nn.Linear(prima.config.inner.width, marks)
        self.marks.bias.data.fill_(RARE)

    def forward(self, tensors: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """(b, answers) and (b, n, marks) of studies with one series each.

        Marks are read before the last block, so that the registers can still gather what they say.
        """
        inner, mask = self.inner, tensors["token_mask"][:, 0]
        name = self.name_encoder(tensors["names"][:, 0])
        x, present = sequence(inner, name, tensors["tokens"][:, 0], mask)
        for block in inner.transformer.blocks[:-1]:
            x = block(x, present)
        marks = self.marks(x[:, -mask.shape[1] :])
        vector = inner.out(inner.norm(gathered(inner, x, present, slice(-1, None))).flatten(1))
        return self.answers(vector), marks


def marks_loss(scores: Tensor, batch: Sequence[LatentStudy]) -> Tensor:
    """Cross-entropy of what each token shows, summed over labels; 0 where nobody marked anything."""
    found = [study.series[0].marks for study in batch]
    if not found[0].shape[1]:
        return scores.new_zeros(())
    truth = torch.cat(found).float().to(scores.device)
    flat = torch.cat([scores[n, : len(marks)] for n, marks in enumerate(found)]).float()
    return binary_cross_entropy_with_logits(flat, truth, pos_weight=truth.new_tensor(3.0)) * truth.shape[1]


def train_series(
    recipe: Recipe, names: Names, studies: Sequence[LatentStudy], run: Run, device: torch.device
) -> Prima:
    """The series encoder by itself: from each series alone, what its study has. Small batches, many steps."""
    stage_name = f"series-{recipe.config.pooling}"
    torch.manual_seed(seed_of(recipe.seed, stage_name, -1))
    prima = Prima(recipe.config)
    shares = shares_of(studies, names)
    with torch.no_grad():
        for head in prima.heads.heads if recipe.config.shared_trunk else ():
            next(reversed(list(head.parameters())))[: len(shares)] = log_odds(shares)
    prima = prima.to(device)
    reader = SeriesReader(prima, shares, studies[0].series[0].marks.shape[1]).to(device)
    singles = [LatentStudy(s.answers, (one,)) for s in studies for one in s.series]
    lengths = np.array([len(s.series[0].latents) for s in singles])
    weights = weights_of(studies, names).to(device)

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, step))
        rows = alike_rows(lengths, recipe.series.batch, recipe.seed, step)
        batch = [thinned(singles[n], recipe, rng) for n in rows]
        tensors = {k: v.to(device) for k, v in tensors_of(batch, recipe.config).items()}
        truth = moved(truth_of([s.answers for s in batch], names), device)
        answers, marks = reader(tensors)
        told = masked_bce(answers, truth.binary, truth.binary_known, weights)
        return {"series": told, "marks": recipe.marks * marks_loss(marks, batch)}

    fit(Stage(stage_name, reader, losses, recipe.series), run)
    return prima


def train_contrast(
    recipe: Recipe,
    names: Names,
    prima: Prima,
    studies: Sequence[LatentStudy],
    run: Run,
) -> Prima:
    """Studies beside their reports, with the labels as a second voice: first on the vectors that the series
    encoder has learnt to make, then everything together.
    """
    device = next(prima.parameters()).device
    vocabulary = vocabulary_of([s.answers.report for s in studies])
    torch.manual_seed(seed_of(recipe.seed, "contrast", -1))
    towers = Towers(prima, len(vocabulary), shares_of(studies, names)).to(device)
    weights = weights_of(studies, names).to(device)
    vectors = series_vectors(prima, studies)

    def seen(step: int, batch: int) -> tuple[list[int], Truth, Tensor, Tensor]:
        rng = np.random.default_rng((recipe.seed, step))
        rows = drawn(len(studies), batch, recipe.seed, step)
        answers = [studies[n].answers for n in rows]
        ids = report_ids([shuffled(a.report, rng) for a in answers], vocabulary).to(device)
        truth = moved(truth_of(answers, names), device)
        return rows, truth, ids, same_content(answers, truth).to(device)

    def study_losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, 1, step))
        rows, truth, ids, same = seen(step, recipe.contrast.batch)
        series, there = padded_vectors([vectors[n] for n in rows], recipe, rng)
        series, there = series.to(device), there.to(device)
        description = names_tensor([clean_name(studies[n].answers.description) for n in rows]).to(device)
        study = prima.encode_study(series, there, description)
        labels = supervised(prima.heads(study), truth, names, weights)
        clip = contrast(prima.project(study), towers.reports(ids), towers.log_scale, same)
        return {"clip": clip, "labels": recipe.supervised * labels}

    def joint_losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, 2, step))
        rows, truth, ids, same = seen(step, recipe.joint.batch)
        batch = [thinned(studies[n], recipe, rng) for n in rows]
        return towers.losses(batch, truth, towers.reports(ids), same, (recipe, names, weights))

    kind = recipe.config.pooling
    for part in (prima.inner, prima.name_encoder):
        part.requires_grad_(False)
    fit(Stage(f"contrast-{kind}", towers, study_losses, recipe.contrast), run)
    for part in (prima.inner, prima.name_encoder):
        part.requires_grad_(True)
    fit(Stage(f"joint-{kind}", towers, joint_losses, recipe.joint), run)
    return prima.eval()


def padded_vectors(
    studies: Sequence[Tensor], recipe: Recipe, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """(b, s, width) vectors of some series of each study, and which of them are real."""
    kept = []
    for vectors in studies:
        order = rng.permutation(len(vectors))
        if rng.random() < recipe.series_drop:
            order = order[: rng.integers(1, len(order) + 1)]
        kept.append(vectors[torch.from_numpy(order)])
    padded = nn.utils.rnn.pad_sequence(kept, batch_first=True)
    counts = torch.tensor([len(v) for v in kept])
    return padded, torch.arange(padded.shape[1]) < counts[:, None]


@torch.no_grad()
def series_vectors(prima: Prima, studies: Sequence[LatentStudy]) -> list[Tensor]:
    """(series, width) of each study, nothing left out."""
    device = next(prima.parameters()).device
    prima.eval()
    found = []
    for some in chunks(studies, 8):
        tensors = {k: v.to(device) for k, v in tensors_of(some, prima.config).items()}
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cpu"):
            vectors = prima.series_vectors(tensors).float().cpu()
        found += [v[there] for v, there in zip(vectors, tensors["series_mask"].cpu(), strict=True)]
    return found


def shares_of(studies: Sequence[LatentStudy], names: Names) -> Tensor:
    """How often each yes-or-no answer is yes."""
    truth = truth_of([s.answers for s in studies], names)
    return (truth.binary.sum(0) / truth.binary_known.sum(0).clamp(min=1)).clamp(0.02, 0.98)


def log_odds(shares: Tensor) -> Tensor:
    """The bias at which a layer answers with the base rates."""
    return (shares / (1 - shares)).log()


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
