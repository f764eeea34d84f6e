"""What can be asked of RadCLIP's training: runs, three experiments on a finished run, real pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import resources
from inference.networks.radclip import RadCLIP
from training.radclip import RadCLIPOrder, base_of, poolings, train, tuned, whole
from training.radclip_measures import PictureMeasures, measure_pictures
from training.radclip_pneumonia import PneumoniaOrder, pneumonia_recipe, train_pneumonia
from training.radclip_probe import cross_validated
from training.radclip_recipe import RECIPES
from training.radclip_stages import caption_vectors, embedded


def order_for(name: str, runs: Path, out: Path | None, seed: int) -> RadCLIPOrder:
    """The run that a name is about: its own, or the standard one for experiments."""
    recipe = replace(RECIPES[name if name in RECIPES else "standard"](), seed=seed)
    label = f"radclip-{recipe.name}" + (f"-{seed}" if seed else "")
    bundled = name == "standard" and seed == 0
    folder = out or (resources.path("models/radclip") if bundled else runs / label / "model")
    return RadCLIPOrder(recipe, runs / label, folder)


def run_recipe(name: str, order: RadCLIPOrder, data: Path) -> str:
    """Do it; what to print."""
    if name in RECIPES:
        return train(order).summary()
    if name in EXPERIMENTS:
        return "\n".join(EXPERIMENTS[name](order))
    asked = PneumoniaOrder(
        pneumonia_recipe(order.recipe.seed), data, order.folder.with_name("radclip-pneumonia")
    )
    return train_pneumonia(asked, order).summary()


def tuned_against_untuned(order: RadCLIPOrder) -> list[str]:
    """The towers before and after the published stage: captions and linear probe on the same pictures."""
    lines = []
    for name, network in (("untuned", base_of(order)), ("tuned", tuned(order))):
        found, test = _measured(order, network), order.pictures("test")
        features = embedded(network, test.pixels)
        probe = cross_validated(features, test.kind, test.patient.tolist(), order.recipe.seed)
        lines += [f"{name}: {found.top1}", f"{name}: {found.top5}", f"{name}: {probe}"]
    return lines


def attention_against_mean(order: RadCLIPOrder) -> list[str]:
    """Ways to pool the same slices, and whether the most attended slice shows the finding."""
    return [str(figure) for figure in poolings(order, whole(order))]


def matching_precision(order: RadCLIPOrder) -> list[str]:
    """Precision and recall of retrieval by text and by picture, before and after tuning."""
    lines = []
    for name, network in (("untuned", base_of(order)), ("tuned", tuned(order))):
        found = _measured(order, network)
        lines += found.by_text.lines(f"{name}, text to picture")
        lines += found.by_picture.lines(f"{name}, picture to picture")
    return lines


def _measured(order: RadCLIPOrder, network: RadCLIP) -> PictureMeasures:
    test = order.pictures("test")
    words = caption_vectors(network, order.words)
    return measure_pictures(embedded(network, test.pixels), words, test, order.recipe.seed)


EXPERIMENTS: Mapping[str, Callable[[RadCLIPOrder], list[str]]] = {
    experiment.__name__: experiment
    for experiment in (tuned_against_untuned, attention_against_mean, matching_precision)
}
NAMES = (*RECIPES, *EXPERIMENTS, "pneumonia")
