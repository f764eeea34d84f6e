"""What the trained T3D is handed over as: weights, and a card that hides nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from safetensors.torch import save
from torch import Tensor

from inference.card import Card, Metric, card_to_json
from inference.imaging.files import write_atomic
from inference.models.t3d import T3DModel
from inference.models.t3d_targets import TARGETS
from inference.weights import FILE
from training.t3d_measures import Measures
from training.t3d_recipe import T3DRecipe
from training.t3d_report_measures import CHANCE, HELPS, OF_REPORTS, OF_STUDIES, metric

_TITLES = {target.name: target.title for target in TARGETS}
_LEAST_DICE = 0.5
GOALS = (0.85, 0.85, 5.0)  # organ Dice, macro AUROC, retrieval over chance


def publish(model: T3DModel, measures: Measures, recipe: T3DRecipe, out: Path) -> Card:
    """Weights first, then the card that knows their hash."""
    tensors = {name: _packed(value) for name, value in model.network.state_dict().items()}
    weights = save(tensors)
    hashed = hashlib.sha256(weights).hexdigest()
    card = replace(card_of(model, measures, recipe, out.name), weights_sha256=hashed)
    write_atomic(out / FILE, weights)
    write_atomic(out / "card.json", json.dumps(card_to_json(card), ensure_ascii=False).encode() + b"\n")
    return card


def _packed(value: Tensor) -> Tensor:
    """Half as many bytes; the network was rounded before it was measured."""
    return (value.half() if value.is_floating_point() else value).cpu().contiguous()


def card_of(model: T3DModel, measures: Measures, recipe: T3DRecipe, key: str) -> Card:
    """The card, without the hash."""
    sizes = recipe.sizes
    return replace(
        model.card,
        key=key,
        title="T3D chest and abdomen (bundled size)",
        version="3",
        intended_use="Research, teaching and trials of the software on CT of chest and abdomen.",
        not_for="Diagnosis, triage or any other use in the care of patients.",
        weights_origin="trained on phantoms",
        trained_on="Synthetic CT of chest and abdomen with templated reports in English and Spanish "
        f"({sizes['train']} patients to learn, {sizes['fresh']} more for answers and retrieval, "
        f"{sizes['validation']} for thresholds, "
        f"{sizes['test']} held out)",
        recipe=_recipe_line(recipe),
        sources=(
            "Architecture after T3D (arXiv 2312.01529) on MONAI's SwinUNETR; no published weights are used",
        ),
        known_failures=(*_shortfalls(measures), *_FAILURES),
        population="None: every patient is drawn by rule.",
        metrics=metrics_of(measures),
    )


_FAILURES = (
    "Has never seen a patient: masks, findings and drafts on real CT are unproven and often wrong.",
    "Works at 6 x 4.5 x 4.5 mm: what is smaller than about a centimetre is not seen.",
    "Sub-volumes cover about 19 x 29 x 29 cm; only the strongest answer joins them.",
    "A draft borrows sentences of synthetic reports: sizes are left blank, and sides must be checked.",
    "Restoration errors are high wherever anatomy is unusual or noisy, not only where it is ill.",
)


def metrics_of(m: Measures) -> tuple[Metric, ...]:
    """The held-out figures, the summary first."""
    cases = len(m.rows)
    return (
        metric("Dice of eight organs, held-out phantoms", m.organs, cases),
        *(metric(f"Dice, {name}", value, cases) for name, value in m.by_class.items()),
        metric("Findings, macro AUROC", m.findings, cases),
        *(
            Metric(f"AUROC: {_TITLES[name]}", round(value, 4), cases=cases)
            for name, value in m.by_finding.items()
        ),
        *m.with_reports,
        Metric("Drafted findings, sensitivity", round(m.called[0], 4), cases=cases),
        Metric("Drafted findings, precision", round(m.called[1], 4), cases=cases),
    )


def _shortfalls(m: Measures) -> tuple[str, ...]:
    """What was aimed at and not reached, in figures."""
    missed, reports = [], {figure.name: figure for figure in m.with_reports}
    dice, area, times = GOALS
    if m.organs.value < dice:
        missed.append(f"Organ Dice {m.organs.value:.2f} on held-out phantoms, below the aim of {dice}.")
    if m.findings.value < area:
        missed.append(f"Findings macro AUROC {m.findings.value:.2f}, below the aim of {area}.")
    worst, chance = min(reports[OF_REPORTS].value, reports[OF_STUDIES].value), reports[CHANCE].value
    if worst < times * chance:
        missed.append(f"Retrieval R@1 {worst:.2f}, below {times:g} times chance ({chance:.3f}).")
    if (reports[HELPS].high or 0.0) >= 0:
        missed.append("Restoration is not surely better with the right report than with another patient's.")
    blurred = [name for name, value in m.by_class.items() if value.value < _LEAST_DICE]
    if blurred:
        missed.append(f"Masks that hardly overlap (Dice below {_LEAST_DICE:g}): {', '.join(blurred)}.")
    weak = [_TITLES[name].lower() for name, value in m.by_finding.items() if value < 0.75]
    if weak:
        missed.append(f"Findings told badly (AUROC below 0.75): {', '.join(weak)}.")
    return tuple(missed)


def _recipe_line(r: T3DRecipe) -> str:
    return (
        f"python -m training t3d {r.name}: {r.pretraining.steps} steps of contrast and restoration with "
        f"reports, {r.organs.steps} with organs and findings, {r.refining.steps} of these alone, "
        f"{r.restoring.steps} of restoration and {r.marking.steps} of marks on towers that stay, "
        f"{r.alignment.steps} of retrieval on what was read out, then {r.focal.steps} and "
        f"{r.sharpening.steps} of small things voxel by voxel and {r.answers.steps} of answers (these "
        f"alone on a finished model with --towers); seed {r.seed}"
    )
