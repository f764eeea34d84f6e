"""The left-ventricle segmenter from a folder of labelled pictures to a model that the product loads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from inference.device import best_device
from inference.imaging.files import write_atomic
from inference.models.ventricle import VentricleModel
from inference.models.ventricle_untrained import untrained
from training.fit import LOG, Run
from training.ventricle_batches import pool_of
from training.ventricle_card import publish
from training.ventricle_cases import Labelled, by_patient, read_labelled
from training.ventricle_measures import Measures, measured_on
from training.ventricle_recipe import VentricleRecipe, recipe_to_json
from training.ventricle_stages import train_network


@dataclass(frozen=True)
class VentricleOrder:
    """What to train, from which pictures, where to keep it, and the model's folder."""

    recipe: VentricleRecipe
    data: Path
    folder: Path
    out: Path


def train(order: VentricleOrder) -> Measures:
    """Learn from where the last call stopped, measure on the held-out patients, write weights and card."""
    recipe = order.recipe
    torch.set_num_threads(recipe.threads)
    cases = _few(read_labelled(order.data), recipe.patients)
    write_atomic(order.folder / "recipe.json", json.dumps(recipe_to_json(recipe), indent=1).encode())
    run = Run(order.folder, recipe.seed, recipe.save_every)
    pool = pool_of([case for case in cases if case.split == "train"])
    network = train_network(recipe, pool, run, best_device())
    LOG.info("measuring")
    model = VentricleModel(untrained(recipe.config).card, network.requires_grad_(False))
    measures = measured_on(model, [case for case in cases if case.split == "test"], recipe.seed)
    rows = [asdict(row) for row in measures.patients]
    write_atomic(order.folder / "held_out.json", json.dumps(rows, indent=1).encode())
    publish(network, measures, recipe, order.out, cases)
    return measures


def _few(cases: Sequence[Labelled], patients: int | None) -> list[Labelled]:
    """The first `patients` of each split."""
    kept: list[Labelled] = []
    for split in ("train", "test"):
        own = by_patient([case for case in cases if case.split == split])
        for name in list(own)[:patients]:
            kept += own[name]
    return kept
