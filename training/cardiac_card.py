"""What a trained cardiac model is handed over as: weights, and a card that hides nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save

from inference.card import Card, Metric, Target, card_to_json
from inference.imaging.files import write_atomic
from inference.networks.cardiac_config import config_to_json
from inference.networks.cardiac_mvit import Cardiac
from inference.weights import FILE
from training.cardiac_measures import CardiacMeasures
from training.cardiac_recipes import CardiacRecipe
from training.evaluate import Interval

AIMED_LVEF_ERROR = 3.3
UNIFORM = "uniform attention"
HIGHEST_ECE = 0.05  # of what may be called a probability

_MEASURES = {
    # title, unit, cut-off, whether low is abnormal
    "lvef": ("LV ejection fraction", "%", 50.0, True),
    "lvedv": ("LV end-diastolic volume", "mL", 214.0, False),
    "lvesv": ("LV end-systolic volume", "mL", 90.0, False),
    "wall": ("Greatest LV wall thickness", "mm", 15.0, False),
    "rvedv": ("RV end-diastolic volume", "mL", 225.0, False),
}
_CONDITIONS = {
    "normal": "Normal study",
    "hcm": "Hypertrophic cardiomyopathy",
    "dcm": "Dilated cardiomyopathy",
    "lvh": "Concentric LV hypertrophy",
    "rv_dilation": "RV dilation",
    "effusion": "Pericardial effusion",
    "ischaemic": "Regional (ischaemic) wall motion abnormality",
}


def publish(
    network: Cardiac, measures: CardiacMeasures, recipe: CardiacRecipe, out: Path, sizes: Mapping[str, int]
) -> Card:
    """Weights first, then the card that knows their hash."""
    weights = save({name: value.cpu().contiguous() for name, value in network.state_dict().items()})
    card = _card(network, measures, recipe, sizes, (out.name, hashlib.sha256(weights).hexdigest()))
    write_atomic(out / FILE, weights)
    write_atomic(out / "card.json", json.dumps(card_to_json(card), indent=1).encode() + b"\n")
    return card


def shortfalls(m: CardiacMeasures) -> tuple[str, ...]:
    """What was aimed at and not reached, in words; nothing where all was."""
    lvef = next(figure for figure in m.measures if figure.name == "lvef")
    value, said = lvef.error.value, []
    if value > AIMED_LVEF_ERROR:
        said.append(
            f"Aimed at an LVEF error of {AIMED_LVEF_ERROR:g} points or less on held-out phantoms and did not "
            f"reach it: {value:.1f}."
        )
    gain = m.gains.get(UNIFORM)
    if gain is not None and gain.low <= 0:
        said.append(
            "Attention over clips is not shown to be better than equal weights for ejection fraction."
        )
    return tuple(said)


def targets_of(measures: CardiacMeasures) -> tuple[Target, ...]:
    """Targets in the order of the scores."""
    numbers = []
    for figure in measures.measures:
        title, unit, threshold, below = _MEASURES[figure.name]
        numbers.append(Target(figure.name, title, unit, threshold, "measure", below=below))
    conditions = [
        Target(
            c.name,
            _CONDITIONS[c.name],
            threshold=-c.calibration[1] / c.calibration[0],
            calibration=c.calibration if c.ece <= HIGHEST_ECE else None,
        )
        for c in measures.conditions
    ]
    return (*numbers, *conditions)


def metrics_of(m: CardiacMeasures) -> tuple[Metric, ...]:
    """The held-out figures, LVEF first."""
    rows = []
    for figure in m.measures:
        title, unit = _MEASURES[figure.name][0], _MEASURES[figure.name][1].replace("%", "points")
        rows.append(_metric(f"{title}: mean absolute error, {unit}", figure.error, m.cases))
        rows.append(
            Metric(f"{title}: the same by saying the mean", round(figure.of_the_mean, 3), cases=m.cases)
        )
        rows.append(
            Metric(f"{title}: truth inside the 95 % interval", round(figure.covered, 4), cases=m.cases)
        )
    rows += [
        _metric(f"LVEF error less than with {name}, points", gain, m.cases) for name, gain in m.gains.items()
    ]
    rows += [_metric(f"AUROC: {_CONDITIONS[c.name]}", c.auroc, m.cases) for c in m.conditions]
    rows += [
        Metric(
            f"LVEF error with {name} of the labels on the encoder before tuning, points",
            round(v, 3),
            cases=m.cases,
        )
        for name, v in m.few_labels.items()
    ]
    rows += [
        _metric(
            f"Zero-shot AUROC by prompt, encoder before tuning: {_CONDITIONS.get(name, name)}", value, m.cases
        )
        for name, value in m.zero_shot.items()
    ]
    rows.append(
        Metric("Entropy of attention over clips, 1 is uniform", round(m.attending.entropy, 4), cases=m.cases)
    )
    rows += [
        Metric(f"LVEF error, {name}, points", round(v, 3), cases=n)
        for name, (n, v) in m.strata_errors.items()
    ]
    return tuple(row for row in rows if row.value == row.value)


def _card(
    network: Cardiac,
    measures: CardiacMeasures,
    recipe: CardiacRecipe,
    sizes: Mapping[str, int],
    name: tuple[str, str],
) -> Card:
    key, digest = name
    counts = ", ".join(f"{n} {split}" for split, n in sizes.items())
    return Card(
        key=key,
        title="Cardiac cine (bundled size)",
        version="1",
        family="cardiac",
        size="bundled",
        modality="MR",
        body_part="heart",
        intended_use="Research, teaching and trials of the software on cardiac cine MRI, with explanations.",
        not_for="Diagnosis, treatment decisions or any other use in the care of patients.",
        weights_origin="trained on phantoms",
        trained_on=f"Synthetic cine MRI of hearts with known volumes, and made-up reports ({counts} studies)",
        recipe=(
            f"python -m training cardiac {recipe.name}: chambers and their areas as the phantoms know them, "
            f"{recipe.seeing.steps} steps of {recipe.seeing.batch} clips; clips beside reports, "
            f"{recipe.contrast.steps} of {recipe.contrast.batch} studies; encoder and heads with labels, "
            f"chambers and each clip's own answers, {recipe.tuning.steps} of {recipe.tuning.batch} studies, "
            f"then {recipe.polish.steps} of {recipe.polish.batch}; "
            "the heads that only training has are thrown away; then the study's heads alone, "
            f"{recipe.heads.steps} of {recipe.heads.batch}; intervals and Platt calibration on validation "
            f"studies; seed {recipe.seed}"
        ),
        licence="Apache-2.0",
        sources=(
            "Architecture after Shad et al., arXiv 2312.00357 (MViT-B 16x4); no published weights are used",
        ),
        known_failures=(
            "Has never seen a patient: numbers on real studies are unproven and may be far off.",
            *shortfalls(measures),
            "The 95 % intervals hold for phantoms; on real studies they may be far too narrow.",
            "Attention over views says which clips counted, not which view shows a disease.",
            "Real-time cine over several beats and perfusion series are not read.",
        ),
        population="None: every heart is drawn by rule.",
        targets=targets_of(measures),
        metrics=metrics_of(measures),
        config=config_to_json(network.config),
        weights_sha256=digest,
    )


def _metric(name: str, interval: Interval, cases: int) -> Metric:
    return Metric(name, round(interval.value, 4), round(interval.low, 4), round(interval.high, 4), cases)
