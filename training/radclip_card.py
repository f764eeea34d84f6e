"""What a trained RadCLIP is handed over as: weights, word list, and a card that hides nothing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import save

from inference.card import Card, Metric, Target, card_to_json
from inference.imaging.files import write_atomic
from inference.models.radclip_labels import COSINE
from inference.networks.radclip import RadCLIP
from inference.networks.radclip_config import config_to_json
from inference.networks.radclip_text import FILE as WORDS
from inference.networks.radclip_text import WordList, word_list_to_json
from inference.weights import FILE
from training.evaluate import Interval
from training.phantoms.radclip import KINDS, Kind
from training.radclip_measures import Figure, Retrieval
from training.radclip_recipe import RadCLIPRecipe

_FAILURES = (
    "Has learnt from drawn pictures of 25 kinds only: on real studies not even the region is told reliably "
    "(it took a sagittal brain MRI for an abdomen), and no finding that it names there is to be believed.",
    "Knows the words of those captions in several wordings and spellings. A word that it was never taught is "
    "spelled letter by letter, and its match means nothing; the window marks such labels.",
    "Reads at most 16 slices of a volume at 64 x 64 pixels: what is small or lies between is not seen.",
    "The most attended slice of a volume is often beside the finding; see the figure and its chance.",
    "A cosine is no probability. Calibrated chances hold for pictures like the phantoms and taught captions.",
)


@dataclass(frozen=True)
class Verdict:
    """What the card needs of the measurements.

    calibration  (slope, intercept) for the chance that a caption is true
    """

    figures: Sequence[Figure]
    retrievals: Mapping[str, Retrieval]
    calibration: tuple[float, float]
    calibration_error: float
    extra: Sequence[Metric] = ()


def publish(network: RadCLIP, words: WordList, verdict: Verdict, recipe: RadCLIPRecipe, out: Path) -> Card:
    """Weights and words first, then the card that knows their hashes."""
    weights = save({name: value.cpu().contiguous() for name, value in network.state_dict().items()})
    spelled = json.dumps(word_list_to_json(words), indent=1).encode() + b"\n"
    hashes = tuple(hashlib.sha256(data).hexdigest() for data in (weights, spelled))
    card = card_of(network, verdict, recipe, (hashes[0], hashes[1]), out.name)
    write_atomic(out / FILE, weights)
    write_atomic(out / WORDS, spelled)
    write_atomic(out / "card.json", json.dumps(card_to_json(card), indent=1).encode() + b"\n")
    return card


def card_of(
    network: RadCLIP, verdict: Verdict, recipe: RadCLIPRecipe, hashes: tuple[str, str], key: str
) -> Card:
    """The card; `hashes` of the weights and of the word list."""
    return Card(
        key=key,
        title="RadCLIP (bundled size)",
        version="1",
        family="radclip",
        size="bundled",
        modality="CR DX CT MR",
        body_part="chest, abdomen, head",
        intended_use="Research, teaching and trials of matching pictures with words, with explanations.",
        not_for="Diagnosis, triage or any other use in the care of patients.",
        weights_origin="trained on phantoms",
        trained_on=f"Drawn X-ray, CT and MR pictures of {recipe.patients} synthetic patients and volumes of "
        f"{recipe.volumes} others, {len(KINDS)} kinds with captions; 8 of 10 patients train, 1 validates, "
        "1 tests, no patient twice",
        recipe=recipe_line(recipe),
        licence="Apache-2.0",
        sources=("Architecture after RadCLIP (arXiv 2403.09948) on CLIP; no published weights are used",),
        known_failures=_FAILURES,
        population="None: every patient is drawn by rule.",
        targets=tuple(_target(kind, verdict.calibration) for kind in KINDS),
        metrics=metrics_of(verdict),
        config={**config_to_json(network.config), "words_sha256": hashes[1]},
        weights_sha256=hashes[0],
    )


def metrics_of(verdict: Verdict) -> tuple[Metric, ...]:
    """Every figure, with chance in its name."""
    rows = [_metric(f"{f.name} (chance {f.chance:.3f})", f.value, f.cases) for f in verdict.figures]
    for name, found in verdict.retrievals.items():
        rows += [
            _metric(f"{name}: precision at {k} (chance {found.chance:.3f})", value, found.queries)
            for k, value in found.precision.items()
        ]
        title = f"{name}: mean average precision (chance {found.chance:.3f})"
        rows.append(_metric(title, found.average, found.queries))
    error = round(verdict.calibration_error, 4)
    rows.append(Metric("Calibration error of the chance that a caption is true", error))
    return (*rows, *verdict.extra)


def recipe_line(r: RadCLIPRecipe) -> str:
    """What was done, in one line."""
    return (
        f"python -m training radclip {r.name}: text tower alone {r.words.steps} steps of {r.words.batch}, "
        f"both towers {r.base.steps} of {r.base.batch}, vision tower with frozen words {r.vision.steps} of "
        f"{r.vision.batch}, slice adapter on cached embeddings {r.slices.steps} of {r.slices.batch}; "
        f"label-aware InfoNCE at 0.07, classes drawn alike, seed {r.seed}"
    )


def _target(kind: Kind, calibration: tuple[float, float]) -> Target:
    title = kind.caption[:1].upper() + kind.caption[1:]
    name = re.sub(r"[^a-z0-9]+", "_", kind.caption.lower()).strip("_")
    threshold = round(-calibration[1] / calibration[0], 4)
    return Target(name, title, COSINE, threshold, calibration=calibration)


def _metric(name: str, interval: Interval, cases: int) -> Metric:
    value, low, high = (round(v, 4) for v in (interval.value, interval.low, interval.high))
    return Metric(name, value, low, high, cases)
