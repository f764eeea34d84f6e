"""The stages of RadCLIP: words, both towers, the vision tower alone, the adapter on cached embeddings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import log_softmax, normalize

from inference.networks.radclip import RadCLIP
from inference.networks.radclip_text import Tokenizer
from training.fit import Losses, Run, Stage, fit, seed_of
from training.phantoms.radclip import KINDS
from training.radclip_cases import Pictures, Volumes, balanced, varied
from training.radclip_recipe import TEMPERATURE, RadCLIPRecipe
from training.radclip_words import view_wording, views, wording

_AT_ONCE = 128
VIEW_OF = np.array([views().index(kind.view) for kind in KINDS])


@dataclass(frozen=True, eq=False)
class Captions:
    """Texts of a batch, and which pictures each of them describes (pictures, texts)."""

    ids: Tensor
    describes: Tensor


def captions_for(
    kind: NDArray[np.int64], tokenizer: Tokenizer, view_only: float, rng: np.random.Generator
) -> Captions:
    """A caption for each picture; one that names no finding describes every picture of that region."""
    short = rng.random(len(kind)) < view_only
    texts = [
        (view_wording if brief else wording)(KINDS[k], rng) for k, brief in zip(kind, short, strict=True)
    ]
    same_kind = kind[:, None] == kind[None]
    same_view = VIEW_OF[kind][:, None] == VIEW_OF[kind][None]
    return Captions(tokenizer.ids(texts), torch.from_numpy(np.where(short[None], same_view, same_kind)))


def label_aware(images: Tensor, texts: Tensor, describes: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """Symmetric InfoNCE of unit vectors in which no caption that is true of a picture is its negative.

    describes  (images, texts) bool; the target of a row is shared among what is true
    """
    logits = images.float() @ texts.float().T / temperature
    found = []
    for scores, true in ((logits, describes), (logits.T, describes.T)):
        target = true.float() / true.sum(1, keepdim=True)
        found.append(-(target * log_softmax(scores, 1)).sum(1).mean())
    return (found[0] + found[1]) / 2


def train_words(network: RadCLIP, tokenizer: Tokenizer, recipe: RadCLIPRecipe, run: Run) -> None:
    """The text tower alone, as a general one comes trained: two wordings of one caption find each other."""
    network.requires_grad_(False)
    for module in (network.clip.text_model, network.clip.text_projection):
        module.requires_grad_(True)

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, 3, step))
        kind = rng.integers(0, len(KINDS), recipe.words.batch)
        one = captions_for(kind, tokenizer, 0.0, rng)
        other = captions_for(kind, tokenizer, recipe.view_only, rng)
        return {
            "contrast": label_aware(
                network.encode_text(one.ids), network.encode_text(other.ids), other.describes
            )
        }

    fit(Stage("words", network, losses, recipe.words), run)


def train_towers(
    network: RadCLIP, tokenizer: Tokenizer, cases: Pictures, recipe: RadCLIPRecipe, run: Run
) -> None:
    """The base stage: pictures and captions find each other, both towers learning."""
    _learn_pairs("base", network, tokenizer, cases, recipe, run)


def tune_vision(
    network: RadCLIP, tokenizer: Tokenizer, cases: Pictures, recipe: RadCLIPRecipe, run: Run
) -> None:
    """The published stage: the words are frozen, the vision tower and its projection are tuned."""
    _learn_pairs("vision", network, tokenizer, cases, recipe, run)


def open_for(stage: str, network: RadCLIP) -> None:
    """Let learn what a stage teaches, and nothing else."""
    network.requires_grad_(False)
    clip = network.clip
    learning: Sequence[nn.Module] = (clip.vision_model, clip.visual_projection)
    if stage == "base":
        learning = (*learning, clip.text_model, clip.text_projection)
    for module in learning:
        module.requires_grad_(True)


def _learn_pairs(
    stage: str, network: RadCLIP, tokenizer: Tokenizer, cases: Pictures, recipe: RadCLIPRecipe, run: Run
) -> None:
    schedule = recipe.base if stage == "base" else recipe.vision
    open_for(stage, network)

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, len(stage), step))
        generator = torch.Generator().manual_seed(seed_of(recipe.seed, stage, step))
        rows = balanced(cases.kind, schedule.batch, rng)
        said = captions_for(cases.kind[rows], tokenizer, recipe.view_only, rng)
        images = network.encode_slices(varied(cases.tensor(rows), generator))
        return {"contrast": label_aware(images, network.encode_text(said.ids), said.describes)}

    fit(Stage(stage, network, losses, schedule), run)
    network.eval().requires_grad_(False)


@torch.no_grad()
def embedded(network: RadCLIP, pixels: NDArray[np.uint8]) -> Tensor:
    """(n, d) unit vectors of pictures (n, image, image, 3)."""
    network.eval()
    parts = [
        network.encode_slices(torch.from_numpy(pixels[n : n + _AT_ONCE]).float() / 255)
        for n in range(0, len(pixels), _AT_ONCE)
    ]
    return torch.cat(parts)


def embedded_slices(network: RadCLIP, cases: Volumes) -> Tensor:
    """(n, slices, d) unit vectors: computed once, the adapter learns from them."""
    n, slices = cases.pixels.shape[:2]
    flat = cases.pixels.reshape(n * slices, *cases.pixels.shape[2:])
    return embedded(network, flat).view(n, slices, -1)


@torch.no_grad()
def caption_vectors(network: RadCLIP, tokenizer: Tokenizer) -> Tensor:
    """(kinds, d) unit vectors of the captions of all kinds, in their plain wording."""
    return network.encode_text(tokenizer.ids([kind.caption for kind in KINDS]))


def train_adapter(
    network: RadCLIP, features: Tensor, cases: Volumes, words: Tensor, recipe: RadCLIPRecipe, run: Run
) -> None:
    """The third stage: the adapter learns to join slices; some of those that show nothing are left out."""
    if network.adapter is None:
        raise ValueError("a mean or a maximum has nothing to learn")
    network.requires_grad_(False)
    network.adapter.requires_grad_(True)
    lesion = torch.from_numpy(cases.lesion)
    where = torch.arange(features.shape[1])

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, 77, step))
        rows = balanced(cases.kind, recipe.slices.batch, rng)
        drop = torch.from_numpy(rng.random((len(rows), len(where))) < rng.uniform(0, 0.5, (len(rows), 1)))
        mask = lesion[rows] | ~drop
        mask[:, 0] |= ~mask.any(1)
        pooled = network.adapter(features[rows], where.expand(len(rows), -1), mask)  # type: ignore[misc]  # not None: checked above
        kind = cases.kind[rows]
        describes = torch.from_numpy(kind[:, None] == kind[None])
        return {"contrast": label_aware(normalize(pooled, dim=-1), words[kind], describes)}

    fit(Stage("slices", network, losses, recipe.slices), run)
    network.eval().requires_grad_(False)


class LearnedMean(nn.Module):
    """The rival of the adapter: a line of weights on the mean of the slices, trained just as long."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.line = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width))

    def forward(self, mean: Tensor) -> Tensor:
        """(n, d) -> (n, d) unit vectors."""
        return normalize(self.line(mean), dim=-1)


def learn_mean(
    features: Tensor, cases: Volumes, words: Tensor, recipe: RadCLIPRecipe, run: Run
) -> LearnedMean:
    """Trained like the adapter, on the same volumes."""
    torch.manual_seed(seed_of(recipe.seed, "mean", -1))
    rival = LearnedMean(features.shape[2])
    means = features.mean(1)

    def losses(step: int) -> Losses:
        rows = balanced(cases.kind, recipe.slices.batch, np.random.default_rng((recipe.seed, 78, step)))
        kind = cases.kind[rows]
        describes = torch.from_numpy(kind[:, None] == kind[None])
        return {"contrast": label_aware(rival(means[rows]), words[kind], describes)}

    fit(Stage("mean", rival, losses, recipe.slices), run)
    return rival.eval().requires_grad_(False)


def pooled_by(network: RadCLIP, features: Tensor) -> Tensor:
    """(n, d) unit vectors of volumes from their slices (n, slices, d)."""
    n, slices = features.shape[:2]
    where = torch.arange(slices).expand(n, -1)
    with torch.no_grad():
        return network.pool(
            features, where, torch.ones(n, slices, dtype=torch.bool), torch.zeros(n, dtype=torch.bool)
        )


def logit_scale() -> float:
    """What `transformers` keeps of the fixed temperature."""
    return math.log(1 / TEMPERATURE)
