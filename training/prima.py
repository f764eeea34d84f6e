"""Prima from nothing to a folder that the product loads: phantoms or real studies in, a model out."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from inference.device import best_device
from inference.errors import ReviewError
from inference.imaging.files import write_atomic
from inference.networks.prima import Prima
from inference.networks.prima_config import mean_pooling
from training.cases import SPLITS, read_cases
from training.fit import LOG, Run
from training.prima_batches import LatentStudy, Names, names_of
from training.prima_card import publish
from training.prima_cases import Shelf, prepare_phantoms, prepare_table
from training.prima_measures import Measures, measured
from training.prima_stages import train_contrast, train_heads, train_series
from training.prima_tokens import encode_studies, fitted, train_tokenizer
from training.recipe import Recipe, recipe_to_json


@dataclass(frozen=True)
class Order:
    """What to train, on what (`table` None: phantoms), where to keep it, and the model's folder."""

    recipe: Recipe
    folder: Path
    out: Path
    table: Path | None = None


def train(order: Order) -> Measures:
    """Run every stage that is not done yet, measure on the held-out studies and write the model."""
    recipe = order.recipe
    torch.set_num_threads(recipe.threads)
    device = best_device()
    order.folder.mkdir(parents=True, exist_ok=True)
    run = Run(order.folder, recipe.seed, recipe.save_every, half=recipe.half)
    shelf = prepare(order)
    tokenizer = train_tokenizer(recipe, shelf, run, device)
    studies = encode_studies(tokenizer, recipe, shelf, run, device)
    if not all(studies[split] for split in SPLITS):
        raise ReviewError(
            "Training needs studies in each of train, validation and test.",
            hint="Add rows to the table, or name the split of each.",
        )
    names = names_of([s.answers for split in SPLITS for s in studies[split]])
    recipe = fitted(recipe, names, studies["train"])
    network = _learnt(recipe, names, studies, run, device)
    network.tokenizer.load_state_dict(tokenizer.state_dict())
    rival = _rival(recipe, names, studies, run, device) if recipe.ablation else None
    measures = measured(network, names, studies, rival=rival, seed=recipe.seed)
    publish(network, names, measures, replace(order, recipe=recipe), sizes=_sizes(studies))
    return measures


def prepare(order: Order, share: tuple[int, int] = (0, 1)) -> Shelf:
    """Make or read the studies and cut them into patches. Several processes may do this side by side."""
    recipe, grid = order.recipe, order.recipe.config.grid
    folder = order.folder / "cases"
    text = json.dumps(recipe_to_json(recipe), indent=1)
    write_atomic(order.folder / "recipe.json", text.encode())
    if order.table is None:
        shelf = Shelf(folder, recipe.sizes)
        prepare_phantoms(
            shelf, grid, recipe.pixel_mm, diseases=recipe.diseases, share=share, report=_log("prepare")
        )
        return shelf
    table = read_cases(order.table, seed=recipe.seed, report=_log("table"))
    for refusal in table.refused:
        LOG.warning("line %d, %s: %s", refusal.line, refusal.study, refusal.reason)
    shelf = Shelf(folder, {split: len(table.split(split)) for split in SPLITS})
    for text in prepare_table(shelf, table.cases, grid, _log("prepare")):
        LOG.warning("%s", text)
    return shelf


def _learnt(
    recipe: Recipe, names: Names, studies: dict[str, list[LatentStudy]], run: Run, device: torch.device
) -> Prima:
    network = train_series(recipe, names, studies["train"], run, device)
    network = train_contrast(recipe, names, network, studies["train"], run)
    return train_heads(recipe, names, network, studies["train"], run)


def _rival(
    recipe: Recipe, names: Names, studies: dict[str, list[LatentStudy]], run: Run, device: torch.device
) -> Prima:
    """The same run with means in the place of attention."""
    return _learnt(replace(recipe, config=mean_pooling(recipe.config)), names, studies, run, device)


def _sizes(studies: dict[str, list[LatentStudy]]) -> dict[str, int]:
    return {split: len(found) for split, found in studies.items()}


class _log:  # noqa: N801 - reads as the function that it is
    """A report that writes a line now and then."""

    def __init__(self, what: str, every: float = 0.05) -> None:
        self._what, self._every, self._next = what, every, 0.0

    def __call__(self, fraction: float, note: str = "") -> None:
        if fraction >= self._next:
            LOG.info("%s  %3.0f %%  %s", self._what, 100 * fraction, note)
            self._next = fraction + self._every
