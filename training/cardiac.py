"""The cardiac family from nothing to a folder that the product loads: phantoms in, a model out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from inference.device import best_device
from inference.imaging.files import write_atomic
from inference.networks.cardiac_config import CardiacConfig, without_attention
from inference.networks.cardiac_mvit import Cardiac, Fusion
from training.cardiac_card import publish
from training.cardiac_cases import Clips, prepared
from training.cardiac_embeddings import write_embeddings
from training.cardiac_measures import (
    LOW_EF,
    Answers,
    CardiacMeasures,
    answers_of,
    attending,
    condition_figures,
    errors_by,
    gain_over,
    lvef_error,
    measure_figures,
    reach_of,
    site_strata,
)
from training.cardiac_recipes import CardiacRecipe
from training.cardiac_stages import (
    Embedded,
    Towers,
    embedded,
    fitted,
    labelled,
    train_contrast,
    train_heads,
    zero_shot,
)
from training.cardiac_tuning import train_seeing, train_tuned
from training.evaluate import Interval, auroc_interval
from training.fit import LOG, Run
from training.phantoms.heart import GROUPS
from training.phantoms.heart_reports import PROMPTS


@dataclass(frozen=True)
class CardiacOrder:
    """What to train, where to keep it, and the model's folder."""

    recipe: CardiacRecipe
    folder: Path
    out: Path


def train(order: CardiacOrder) -> CardiacMeasures:
    """Run every stage that is not done yet, measure on the held-out studies and write the model."""
    torch.set_num_threads(order.recipe.threads)
    device = best_device()
    order.folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(order.recipe), indent=1)
    write_atomic(order.folder / "recipe.json", text.encode())
    run = Run(order.folder, order.recipe.seed, order.recipe.save_every, log_every=10)
    clips = prepared(order.recipe, order.folder / "cases", _logged)
    recipe = replace(order.recipe, config=fitted(order.recipe.config, clips["train"]))
    pupil = train_seeing(recipe, clips["train"], run, device)
    towers, vocabulary = train_contrast(recipe, pupil.cardiac, clips["train"], run)
    before = _frozen(recipe, towers, vocabulary, clips, run)
    tuned = train_tuned(recipe, pupil, before.fusion, clips["train"], run)
    data = {split: embedded(tuned, found) for split, found in clips.items()}
    fusion = train_heads(recipe.config, data["train"], recipe, run, f"tuned-{recipe.config.pooling}")
    measures = _measured(recipe, fusion, data, clips["test"], run)
    measures = replace(measures, few_labels=before.few_labels, zero_shot=before.zero_shot)
    network = _finished(recipe.config, tuned, fusion, data["validation"])
    publish(network, measures, recipe, order.out, {split: len(found) for split, found in clips.items()})
    write_atomic(order.folder / "measures.txt", (measures.summary() + "\n").encode())
    write_embeddings(data["test"], clips["test"], order.folder, recipe.seed)
    return measures


@dataclass(frozen=True, eq=False)
class _Frozen:
    """What the encoder can do that has seen reports alone."""

    fusion: Fusion
    few_labels: Mapping[str, float]
    zero_shot: Mapping[str, Interval]


def _frozen(
    recipe: CardiacRecipe, towers: Towers, vocabulary: tuple[str, ...], clips: Mapping[str, Clips], run: Run
) -> _Frozen:
    data = {split: embedded(towers.cardiac, clips[split]) for split in ("train", "test")}
    fusion = train_heads(recipe.config, data["train"], recipe, run, recipe.config.pooling)
    shares = _few_labels(recipe, data, run)
    shares["100 %"] = lvef_error(answers_of(fusion, recipe.config, data["test"]))
    return _Frozen(fusion, shares, _by_prompt(towers, data["test"], vocabulary))


def _measured(
    recipe: CardiacRecipe, fusion: Fusion, data: Mapping[str, Embedded], clips: Clips, run: Run
) -> CardiacMeasures:
    config = recipe.config
    validation, test = (answers_of(fusion, config, data[split]) for split in ("validation", "test"))
    rivals = _rivals(recipe, data, run) if recipe.ablation else {}
    bands = [f"age {10 * (age // 20) * 2} to {10 * (age // 20) * 2 + 19}" for age in clips.ages.tolist()]
    strata = (clips.sites, clips.sexes, bands, clips.groups)
    return CardiacMeasures(
        measures=measure_figures(validation, test, config.centre),
        conditions=condition_figures(validation, test),
        attending=attending(test, data["test"]),
        cases=len(test.truth),
        gains={name: gain_over(test, theirs) for name, theirs in rivals.items()},
        rivals={name: lvef_error(theirs) for name, theirs in rivals.items()},
        few_labels={},
        zero_shot={},
        sites=site_strata(test, clips.sites),
        strata_errors={k: v for names in strata for k, v in errors_by(test, names).items()},
    )


def _rivals(recipe: CardiacRecipe, data: Mapping[str, Embedded], run: Run) -> dict[str, Answers]:
    """The same heads without gates, on the same embeddings."""
    found = {}
    for pooling in ("uniform", "mean"):
        config = without_attention(recipe.config, "uniform" if pooling == "uniform" else "mean")
        fusion = train_heads(config, data["train"], recipe, run, f"tuned-{pooling}")
        found[f"{pooling} attention" if pooling == "uniform" else "mean pooling"] = answers_of(
            fusion, config, data["test"]
        )
    return found


def _few_labels(recipe: CardiacRecipe, data: Mapping[str, Embedded], run: Run) -> dict[str, float]:
    found = {}
    for share in recipe.label_shares:
        rows = torch.from_numpy(labelled(len(data["train"].vectors), share, recipe.seed))
        fusion = train_heads(recipe.config, data["train"].rows(rows), recipe, run, f"share-{share:g}")
        found[f"{100 * share:g} %"] = lvef_error(answers_of(fusion, recipe.config, data["test"]))
    return found


def _by_prompt(towers: Towers, data: Embedded, vocabulary: tuple[str, ...]) -> dict[str, Interval]:
    """AUROC of each condition, and of a low ejection fraction, by likeness to one sentence less another."""
    found = {}
    for name, (yes, no) in PROMPTS.items():
        likeness: Tensor = zero_shot(towers, data, vocabulary, (yes, no))
        score = (likeness[:, 0] - likeness[:, 1]).double().numpy()
        truth = (
            data.conditions[:, GROUPS.index(name)].bool().numpy()
            if name in GROUPS
            else (data.measures[:, 0] < LOW_EF).numpy()
        )
        if truth.any() and not truth.all():
            found[name] = auroc_interval(truth, score)
    return found


def _finished(config: CardiacConfig, tuned: Cardiac, fusion: Fusion, validation: Embedded) -> Cardiac:
    """Encoder, projection and heads in one network that knows how far its intervals reach."""
    reach = reach_of(answers_of(fusion, config, validation))
    network = Cardiac(replace(config, reach=reach))
    state = tuned.cpu().state_dict() | {f"fusion.{k}": v for k, v in fusion.state_dict().items()}
    network.load_state_dict(state, strict=True)
    return network.eval()


def _logged(fraction: float, note: str = "") -> None:
    LOG.info("prepare  %3.0f %%  %s", 100 * min(1.0, float(np.round(fraction, 2))), note)
