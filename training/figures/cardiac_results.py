"""What a cardiac model says of studies it has never seen: the ground of all its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

import resources
from inference.card import read_card
from inference.errors import WeightsError
from inference.models.cardiac import load
from inference.networks.cardiac_config import CardiacConfig
from inference.networks.cardiac_mvit import Cardiac, Fusion
from training.cardiac_cases import Clips, prepared
from training.cardiac_measures import LOW_EF, Answers, answers_of
from training.cardiac_recipes import RECIPES
from training.cardiac_stages import Embedded, Towers, embedded, zero_shot
from training.checkpoint import load_checkpoint
from training.figures.learning import Stage, stages_of
from training.figures.runs import no_run, recipe_of
from training.phantoms.heart import GROUPS
from training.phantoms.heart_reports import PROMPTS
from training.prima_report import vocabulary_of

Array = NDArray[np.float64]
_LABELS = {"hcm": "HCM", "dcm": "DCM", "lvh": "LVH", "rv_dilation": "RV dilation"}


@dataclass(frozen=True, eq=False)
class Studies:
    """Who the held-out studies are of, one entry per study."""

    groups: tuple[str, ...]
    sites: tuple[str, ...]
    sexes: tuple[str, ...]
    ages: NDArray[np.int64]

    @classmethod
    def of(cls, clips: Clips) -> Studies:
        """The same without the pictures."""
        return cls(clips.groups, clips.sites, clips.sexes, clips.ages)


@dataclass(frozen=True, eq=False)
class CardiacResults:
    """Held-out studies through one model.

    validation, test   answers beside the truth; calibration is fitted on the first alone
    data               the test studies as the encoder sees them
    few_labels         by share of the labels: absolute errors of LVEF of heads on the untuned encoder
    by_prompt          by condition: truth and score, likeness to one sentence less another
    """

    validation: Answers
    test: Answers
    data: Embedded
    studies: Studies
    few_labels: Mapping[str, Array]
    by_prompt: Mapping[str, tuple[NDArray[np.bool_], Array]]
    stages: tuple[Stage, ...]


def label_of(name: str) -> str:
    """A group or condition as a figure names it."""
    return _LABELS.get(name, name)


def read_results(run: Path, model: Path | None = None) -> CardiacResults:
    """The held-out studies of a run through its model; nothing is learnt, and the run stays as it is."""
    recipe = recipe_of(run, "cardiac")
    if recipe["name"] not in RECIPES:
        raise no_run(run, "cardiac")
    folder = model or (run / "model" if (run / "model" / "card.json").exists() else _bundled())
    network = load(read_card(folder), folder, torch.device("cpu")).network
    clips = prepared(replace(RECIPES[recipe["name"]](), sizes=recipe["sizes"]), run / "cases")
    data = {split: embedded(network, clips[split]) for split in ("validation", "test")}
    validation, test = (answers_of(network.fusion, network.config, found) for found in data.values())
    before = _untuned(run, network.config, clips)
    told = embedded(before.cardiac, clips["test"]) if before else None
    return CardiacResults(
        validation=validation,
        test=test,
        data=data["test"],
        studies=Studies.of(clips["test"]),
        few_labels=_few_labels(run, network.config, recipe, told) if told else {},
        by_prompt=_by_prompt(before, told, clips["train"]) if before and told else {},
        stages=stages_of(run),
    )


def _bundled() -> Path:
    folder = resources.path("models/cardiac")
    if not (folder / "card.json").exists():
        raise WeightsError(
            "There is no trained cardiac model.", hint="Train it with `python -m training cardiac standard`."
        )
    return folder


def _untuned(run: Path, config: CardiacConfig, clips: Mapping[str, Clips]) -> Towers | None:
    """Encoder and text as they were before any label; None where the run has not kept them."""
    towers = Towers(Cardiac(config), len(vocabulary_of(clips["train"].reports)))
    return towers.eval() if load_checkpoint(run / "contrast.safetensors", towers) else None


def _few_labels(
    run: Path, config: CardiacConfig, recipe: Mapping[str, Any], told: Embedded
) -> dict[str, Array]:
    names = {f"{100 * share:g} %": f"heads-share-{share:g}" for share in recipe["label_shares"]}
    found = {}
    for label, name in {**names, "100 %": f"heads-{config.pooling}"}.items():
        fusion = Fusion(config)
        if load_checkpoint(run / f"{name}.safetensors", fusion):
            answers = answers_of(fusion, config, told)
            found[label] = np.abs(answers.measures[:, 0] - answers.truth[:, 0])
    return found


def _by_prompt(towers: Towers, told: Embedded, train: Clips) -> dict[str, tuple[NDArray[np.bool_], Array]]:
    vocabulary = vocabulary_of(train.reports)
    found = {}
    for name, pair in PROMPTS.items():
        likeness = zero_shot(towers, told, vocabulary, pair).double().numpy()
        truth = (
            told.conditions[:, GROUPS.index(name)].bool() if name in GROUPS else told.measures[:, 0] < LOW_EF
        ).numpy()
        if truth.any() and not truth.all():
            found[name] = (truth, likeness[:, 0] - likeness[:, 1])
    return found
