"""RadCLIP from nothing to a folder that the product loads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import normalize

from inference.imaging.files import write_atomic
from inference.networks.radclip import RadCLIP
from inference.networks.radclip_text import WordList
from training.checkpoint import load_checkpoint
from training.fit import LOG, Run, seed_of
from training.radclip_card import Verdict, publish
from training.radclip_cases import Pictures, Volumes, pictures, volumes
from training.radclip_measures import (
    Figure,
    PictureMeasures,
    calibration,
    calibration_error,
    measure_pictures,
    measure_volumes,
    top_slice_hits,
)
from training.radclip_probe import ProbeMeasures, cross_validated
from training.radclip_recipe import RadCLIPRecipe, recipe_to_json
from training.radclip_stages import (
    caption_vectors,
    embedded,
    embedded_slices,
    learn_mean,
    logit_scale,
    pooled_by,
    train_adapter,
    train_towers,
    train_words,
    tune_vision,
)
from training.radclip_words import word_list


@dataclass(frozen=True)
class RadCLIPOrder:
    """What to train, where to keep its state, and the model's folder."""

    recipe: RadCLIPRecipe
    folder: Path
    out: Path

    @property
    def run(self) -> Run:
        """Where the state of the run is kept."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return Run(self.folder, self.recipe.seed, save_every=100, log_every=20)

    @property
    def words(self) -> WordList:
        """The words that are taught."""
        return word_list(self.recipe.config.positions)

    def pictures(self, split: str) -> Pictures:
        """The pictures of a split."""
        return pictures(split, self.recipe.patients, self.recipe.config, self.recipe.seed)

    def volumes(self, split: str) -> Volumes:
        """The volumes of a split."""
        return volumes(split, self.recipe.volumes, self.recipe.config, self.recipe.seed)


def fresh(recipe: RadCLIPRecipe) -> RadCLIP:
    """A network with the recipe's own first weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(recipe.seed, "first weights", 0))
        network = RadCLIP(recipe.config)
    network.clip.logit_scale.data.fill_(logit_scale())
    return network


def base_of(order: RadCLIPOrder) -> RadCLIP:
    """Both towers after the base stage: what the published stage starts from."""
    torch.set_num_threads(order.recipe.threads)
    write_atomic(order.folder / "recipe.json", json.dumps(recipe_to_json(order.recipe), indent=1).encode())
    network = fresh(order.recipe)
    if _is_done(order, "base", network):
        return network
    train_words(network, order.words, order.recipe, order.run)
    LOG.info("making pictures")
    train_towers(network, order.words, order.pictures("train"), order.recipe, order.run)
    return network


def tuned(order: RadCLIPOrder) -> RadCLIP:
    """The vision tower tuned to the frozen words."""
    torch.set_num_threads(order.recipe.threads)
    network = fresh(order.recipe)
    if _is_done(order, "vision", network):
        return network
    network = base_of(order)
    tune_vision(network, order.words, order.pictures("train"), order.recipe, order.run)
    return network


def _is_done(order: RadCLIPOrder, stage: str, network: RadCLIP) -> bool:
    """Fill the network where a stage was learnt to its end; pictures need not be made for it then."""
    at = load_checkpoint(order.run.path(stage), network)
    network.eval().requires_grad_(False)
    return at is not None and at.done


@dataclass(frozen=True, eq=False)
class Taught:
    """A finished network, and the volumes that taught its adapter as embeddings of their slices."""

    network: RadCLIP
    features: Tensor
    cases: Volumes


def whole(order: RadCLIPOrder) -> Taught:
    """With the adapter that pools slices."""
    network = tuned(order)
    LOG.info("making volumes")
    cases = order.volumes("train")
    features = embedded_slices(network, cases)
    words = caption_vectors(network, order.words)
    train_adapter(network, features, cases, words, order.recipe, order.run)
    return Taught(network, features, cases)


@dataclass(frozen=True)
class Measures:
    """Held-out figures of a finished run, as lines to print and as the card keeps them."""

    pictures: PictureMeasures
    volumes: tuple[Figure, ...]
    probe: ProbeMeasures
    calibration_error: float

    def summary(self) -> str:
        """What to print at the end."""
        lines = self.pictures.lines("held-out pictures") + [str(figure) for figure in self.volumes]
        return "\n".join([*lines, str(self.probe), f"calibration error: {self.calibration_error:.4f}"])


def train(order: RadCLIPOrder) -> Measures:
    """Every stage that is not done yet, then the figures on held-out patients, then the model."""
    taught = whole(order)
    network = taught.network
    LOG.info("measuring")
    words = caption_vectors(network, order.words)
    validation, test = order.pictures("validation"), order.pictures("test")
    platt = calibration((embedded(network, validation.pixels) @ words.T).numpy(), validation.kind)
    features = embedded(network, test.pixels)
    seen = measure_pictures(features, words, test, order.recipe.seed)
    deep = poolings(order, taught)
    error = calibration_error((features @ words.T).numpy(), test.kind, platt)
    probe = cross_validated(features, test.kind, test.patient.tolist(), order.recipe.seed)
    retrievals = {"Text to picture": seen.by_text, "Picture to picture": seen.by_picture}
    verdict = Verdict((seen.top1, seen.top5, *deep), retrievals, platt, error)
    publish(network, order.words, verdict, order.recipe, order.out)
    return Measures(seen, deep, probe, error)


def poolings(order: RadCLIPOrder, taught: Taught) -> tuple[Figure, ...]:
    """Attention against mean and maximum on the same slices, and against a trained mean; the top slice."""
    network, seed = taught.network, order.recipe.seed
    words = caption_vectors(network, order.words)
    rival = learn_mean(taught.features, taught.cases, words, order.recipe, order.run)
    held = order.volumes("test")
    features = embedded_slices(network, held)
    ways: dict[str, Tensor] = {
        "learned attention": pooled_by(network, features),
        "mean of the slices": normalize(features.mean(1), dim=-1),
        "maximum over the slices": normalize(features.amax(1), dim=-1),
        "mean with a learned layer": rival(features.mean(1)),
    }
    found = []
    for name, pooled in ways.items():
        figure = measure_volumes(pooled, words, held, seed)
        found.append(Figure(f"{figure.name}, {name}", figure.value, figure.chance, figure.cases))
    return (*found, top_slice_hits(network, features, held, seed))
