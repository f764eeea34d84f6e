"""Prima's stages after the tokenizer: series, contrast with reports, heads. Each goes on where it stopped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from inference.networks.prima import Prima
from inference.networks.text import clean_name, names_tensor
from training.fit import Losses, Run, Stage, fit, seed_of
from training.losses import contrast, masked_bce
from training.prima_batches import (
    LatentStudy,
    Names,
    Truth,
    alike_rows,
    chunks,
    drawn,
    moved,
    picked,
    same_content,
    tensors_of,
    thinned,
    truth_of,
)
from training.prima_report import report_ids, shuffled, vocabulary_of
from training.prima_towers import (
    SeriesReader,
    Towers,
    log_odds,
    marks_loss,
    shares_of,
    supervised,
    weights_of,
)
from training.recipe import Recipe


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
